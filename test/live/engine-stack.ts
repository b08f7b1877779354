import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFound, locatePrograms } from "../../components/local/programs";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import type { Job, Outcome } from "./engine-child";
import { providePlugins, type Plugin } from "./stand-ins/plugins";

export type { Outcome, Step } from "./engine-child";

/** Project of the tests' stacks. */
const project = "pulumi-lgtm-test";

/** A stack in the real engine. Its state is a file, its program a module that exports `program(args)`. */
export interface EngineStack {
  plugins: Record<string, "real" | "stand-in">;
  /** Throws with the engine's output when the operation fails. */
  up(args: object): Promise<Outcome>;
  /** With the lines that change. */
  preview(args: object): Promise<Outcome>;
  destroy(): Promise<Outcome>;
  outputs(): Promise<Record<string, unknown>>;
  /** The state file: what a thief of it would read. */
  state(): string;
  /** Makes the stack what a deployment says, as `pulumi stack import` does. */
  import(deployment: object): Promise<void>;
  /** The deployment, as `pulumi stack export` gives it. */
  export(): Promise<object>;
  /** Another stack in the same backend, which can be referred to. */
  beside(name: string, module: string): EngineStack;
  remove(): void;
}

export interface EngineOptions {
  /** @default what a stack over SSH needs */
  plugins?: readonly Plugin[];
  /** For the engine, its plugins and the program. @default {} */
  env?: Record<string, string>;
}

/**
 * Makes an empty stack. Every operation is a process of its own, as it is for a user: what a failed program leaves behind
 * ends with it.
 */
export async function engineStack(name: string, module: string, { plugins = ["command", "random"], env = {} }: EngineOptions = {}): Promise<EngineStack> {
  const { pulumi } = await locatePrograms(["pulumi"]);
  if (!isFound(pulumi)) throw new Error(`pulumi is not here: ${pulumi.missing} (npm start puts it there)`);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-stack-"));
  for (const part of ["state", "work"]) mkdirSync(join(folder, part));
  const provided = providePlugins(join(folder, "home"), plugins);
  const inFolder = (name: string, module: string): EngineStack => {
    const base = { folder, project, name, module, pulumiRoot: pulumiRoot(pulumi), env };
    return {
      plugins: provided,
      up: args => run({ ...base, operation: "up", args }),
      preview: args => run({ ...base, operation: "preview", args }),
      destroy: () => run({ ...base, operation: "destroy", args: {} }),
      outputs: async () => (await run({ ...base, operation: "outputs", args: {} })).outputs,
      state: () => readFileSync(join(folder, "state", ".pulumi", "stacks", project, `${name}.json`), "utf8"),
      import: async deployment => void (await run({ ...base, operation: "import", args: deployment })),
      export: async () => (await run({ ...base, operation: "export", args: {} })).outputs,
      beside: inFolder,
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  };
  return inFolder(name, module);
}

function run(job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "engine-child.js"), { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
    let answer: Outcome | undefined;
    child.on("message", message => (answer = message as Outcome));
    child.on("error", reject);
    child.on("exit", code => {
      if (!answer) return reject(new Error(`The engine's process ended with ${code} and without an answer.`));
      return answer.error === undefined ? resolve(answer) : reject(new Error(answer.error));
    });
    child.send(job);
  });
}
