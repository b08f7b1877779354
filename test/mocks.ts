import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Secret values are wrapped: see {@link isSecret}. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** Reference of the provider that makes it; empty for the default one. */
  provider?: string;
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

/** What the random and tls providers would make of each resource: told by its name, so that a test recognises it anywhere. */
export const made = (name: string) => `made-${name}`;

/** Of every server's roll-out: what its status has to carry. */
export const rollout = "0011223344556677";

/** What a provider of the tests knows beyond the inputs. A preview gives no outputs: they are unknown. */
export interface Provider {
  /** Outputs of a resource on top of its inputs. */
  outputs?(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown>;
  /** The answer of an invoke; an error when it is not known. */
  invoke?(token: string, args: Record<string, unknown>): Record<string, unknown>;
}

/** Runs a program against providers that only answer. Returns what it made and what it registered. */
export async function run<T>(program: () => T, { preview = false, outputs, invoke }: { preview?: boolean } & Provider = {}): Promise<{ made: T; registered: Registered[] }> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        registered.push({ type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown>, provider: args.provider });
        const state = { ...args.inputs } as Record<string, unknown>;
        if (preview) return { id: undefined, state };
        if (args.type.startsWith("random:")) Object.assign(state, { hex: args.name.endsWith("-rollout") ? rollout : made(args.name), result: made(args.name) });
        if (args.type === "tls:index/privateKey:PrivateKey") Object.assign(state, { privateKeyPem: made(args.name), publicKeyOpenssh: `ssh-ed25519 ${made(args.name)}` });
        if (args.type === "tls:index/selfSignedCert:SelfSignedCert") Object.assign(state, { certPem: `certificate of ${args.name}` });
        const own = outputs?.(args.type, args.name, args.inputs as Record<string, unknown>);
        return { id: String(own?.id ?? args.name), state: { ...state, ...own } };
      },
      call: ({ token, inputs }) => {
        if (!invoke) throw new Error(`the tests know no answer to ${token}`);
        return invoke(token, inputs as Record<string, unknown>);
      },
    },
    "project",
    "stack",
    preview,
  );
  const result = program();
  await settled(registered);
  return { made: result, registered };
}

/** Finds what was registered by the last part of its type. */
export function resources(registered: Registered[]) {
  const typed = (type: string) => registered.filter(each => each.type.endsWith(`:${type}`));
  const only = (type: string): Record<string, any> => {
    const found = typed(type);
    assert.equal(found.length, 1, `${type}: ${found.map(each => each.name).join(", ") || "none"}`);
    return found[0]!.inputs;
  };
  return { typed, only, named: (type: string, name: string) => typed(type).find(each => each.name === name)!.inputs as Record<string, any> };
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
