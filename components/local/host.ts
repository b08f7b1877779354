import { destroy } from "./guest";
import { bringUp, compare, look, RolloutError } from "./rollout";
import type { ServerInputs, ServerState } from "./state";

/**
 * What the dynamic provider has done: `node host.js <method>` with JSON on stdin, an answer as JSON on stdout, progress on stderr.
 * A program of its own, so that the provider, which Pulumi keeps as text in the state, holds no logic that could grow old there.
 */
const methods: Record<string, (request: any) => Promise<unknown>> = {
  create: ({ inputs }: { inputs: ServerInputs }) => bringUp(inputs, say),
  update: ({ inputs }: { inputs: ServerInputs }) => bringUp(inputs, say),
  diff: ({ was, inputs }: { was: ServerState; inputs: ServerInputs }) => compare(was, inputs),
  read: async ({ was }: { was: ServerState }) => (await look(was)) ?? null,
  delete: ({ was }: { was: ServerState }) => destroy(was.folder, was.deleteDataOnDestroy, say),
};

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const method = methods[process.argv[2] ?? ""];
  if (!method) throw new Error(`host.js: "${process.argv[2]}" is no method. There are: ${Object.keys(methods).join(", ")}.`);
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  process.stdout.write(JSON.stringify({ ok: (await method(JSON.parse(text))) ?? null }));
}

main().catch((error: Error) => {
  const known = error instanceof RolloutError;
  process.stdout.write(JSON.stringify({ error: error.message, started: known }));
});
