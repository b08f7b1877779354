import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Secret values are wrapped: see {@link isSecret}. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const signature = "4dabf18193072939515e22adb298388d";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && signature in value;
}

/** The value in a secret, or the value itself. */
export function open(value: unknown): unknown {
  return isSecret(value) ? (value as { value: unknown }).value : value;
}

/** Everything in these inputs that is not secret, as text. */
export function plainText(inputs: unknown): string {
  return JSON.stringify(inputs, (_key, value: unknown) => (isSecret(value) ? "[secret]" : value));
}

/** What the random provider would make of each resource: told by its name, so that a test recognises it anywhere. */
export const made = (name: string) => `made-${name}`;

/** Runs a program against providers that only answer. Returns what it made and what it registered. */
export async function run<T>(program: () => T, { preview = false } = {}): Promise<{ made: T; registered: Registered[] }> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        registered.push({ type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown> });
        const outputs = { ...args.inputs } as Record<string, unknown>;
        if (args.type.startsWith("random:") && !preview) Object.assign(outputs, { hex: made(args.name), result: made(args.name) });
        if (args.type === "command:remote:Command" && !preview) Object.assign(outputs, { stdout: args.name.endsWith("-release") ? '{"release": "x", "ca": "pem of the authority"}' : "" });
        return { id: args.name, state: outputs };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
  const result = program();
  await settled(registered);
  return { made: result, registered };
}

/** Registrations come one after the other; when none came for a while, all have. */
async function settled(registered: Registered[]): Promise<void> {
  for (let last = -1; last !== registered.length; ) {
    last = registered.length;
    await new Promise(wake => setTimeout(wake, 100));
  }
}

/** The value of an output, and whether it is secret and known. */
export async function seen<T>(output: pulumi.Output<T>): Promise<{ value: T | undefined; secret: boolean; known: boolean }> {
  const inner = output as unknown as { promise(): Promise<T>; isKnown: Promise<boolean>; isSecret: Promise<boolean> };
  const known = await inner.isKnown;
  return { known, secret: await inner.isSecret, value: known ? await inner.promise() : undefined };
}
