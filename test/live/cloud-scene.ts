import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { isFound, locatePrograms } from "../../components/local/programs";
import { engineStack, type EngineStack, type Outcome } from "./engine-stack";
import { Cloud, folderVariable, type Thing } from "./stand-ins/cloud-plugin/cloud";
import type { GuestReport } from "./stand-ins/cloud-plugin/guest";
import type { Plugin } from "./stand-ins/plugins";

/** An empty cloud, and a stack that deploys to it through the real engine. */
export interface CloudScene {
  cloud: Cloud;
  stack: EngineStack;
  up(args: object): Promise<Outcome>;
  preview(args: object): Promise<Outcome>;
  destroy(): Promise<Outcome>;
  /** Another stack in the same backend and cloud, whose words are remembered too. */
  beside(name: string, module?: string): CloudScene;
  /** What the guest on the machine reports from now on. */
  guestReports(report: GuestReport): void;
  /** Everything that the engine has printed. */
  said: string[];
  end(): void;
}

/** `commands` is a folder with commands for the engine's plugins. */
export async function cloudScene(name: string, module: string, plugins: readonly Plugin[], commands?: string): Promise<CloudScene> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-cloud-"));
  const first = await engineStack(name, join(__dirname, module), { plugins, env: { [folderVariable]: folder, ...(commands && { PATH: `${commands}${delimiter}${process.env["PATH"]}` }) } });
  console.log(`provider plugins: ${JSON.stringify(first.plugins)}`);
  const cloud = new Cloud(folder);
  const said: string[] = [];
  const of = (stack: EngineStack): CloudScene => ({
    cloud,
    stack,
    said,
    up: args => remember(stack.up(args)),
    preview: args => remember(stack.preview(args)),
    destroy: () => remember(stack.destroy()),
    beside: (other, ofModule = module) => of(stack.beside(other, join(__dirname, ofModule))),
    guestReports: report => cloud.set("guest", report),
    end() {
      stack.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  });
  return of(first);

  async function remember(work: Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await work;
      said.push(outcome.output);
      return outcome;
    } catch (error) {
      said.push((error as Error).message);
      throw error;
    }
  }
}

/** Tests that share what `start` makes, one after the other. Where this machine has no engine they are skipped; in CI they fail. */
export function story<T>(start: () => Promise<T>): (name: string, body: (shared: T) => Promise<void>) => void {
  let begun: Promise<T> | undefined;
  return (name, body) => {
    void test(name, async context => {
      const missing = await missingForEngine();
      if (missing === undefined) return body(await (begun ??= start()));
      if (process.env["CI"] === "true") throw new Error(`These tests must run in CI, but: ${missing}.`);
      context.skip(missing);
    });
  };
}

async function missingForEngine(): Promise<string | undefined> {
  const { pulumi } = await locatePrograms(["pulumi"]);
  if (!isFound(pulumi)) return `pulumi is not here: ${pulumi.missing} (npm start puts it there)`;
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "openssl is not installed";
  }
}

/** The resources of a cloud, or of random and tls, with which something happens: such as "update Instance mon-server". Components are only names. */
export function touched({ steps }: Outcome): string[] {
  const things = steps.filter(({ type }) => !type.startsWith("lgtm:") && !type.startsWith("pulumi:"));
  // A replacement is reported as three steps; one says it.
  const lines = things.filter(({ op }) => op !== "create-replacement" && op !== "delete-replaced").map(({ op, type, name }) => `${op} ${type.split(":").at(-1)!} ${name}`);
  return [...new Set(lines)].sort();
}

/** The one thing of a type that is in the cloud. */
export function only({ cloud }: Pick<CloudScene, "cloud">, type: string): Thing {
  const [thing, ...others] = cloud.all(type);
  assert.ok(thing && others.length === 0, `one ${type}, not ${others.length + (thing ? 1 : 0)}`);
  return thing;
}

/** Last part of a token. */
export const short = (type: string) => type.split(":").at(-1)!;

/** What is left in the cloud of resources' types. */
export function left({ cloud }: CloudScene, packageName: string): string[] {
  return [...new Set(cloud.all().filter(({ type }) => type.startsWith(`${packageName}:`)).map(({ type }) => short(type)))].sort();
}

/** Calls from the given one on that alter things of these types, in their order. */
export function alterations({ cloud }: CloudScene, from: number, ...types: string[]): string[] {
  return cloud.calls().slice(from).filter(({ operation, type }) => ["create", "update", "delete"].includes(operation) && types.includes(type)).map(({ operation, type }) => `${operation} ${short(type)}`);
}

/** Nothing that a thief of the state, a reader of logs or a stranger in the account sees holds a secret. `holders` are the types whose work is to keep them. */
export function assertNoSecret(scene: CloudScene, secrets: string[], holders: string[]): void {
  assert.ok(secrets.length > 2, "there are secrets to look for");
  const elsewhere = scene.cloud.all().filter(({ type }) => !holders.includes(type) && !type.startsWith("tls:"));
  const places: [string, string][] = [
    ["the state", scene.stack.state()],
    ...scene.said.map((text, i): [string, string] => [`what the engine said (${i})`, text]),
    ...elsewhere.map((thing): [string, string] => [`${thing.type} ${thing.id}`, textOf(thing)]),
  ];
  for (const secret of secrets) {
    // A PEM stands in JSON with other line ends: one line of it is enough.
    const text = secret.split("\n").find(line => line.length > 20 && !line.startsWith("-----")) ?? secret;
    assert.ok(text.length > 15, "long enough not to be found by chance");
    for (const [where, content] of places) assert.ok(!content.includes(text), `a secret is in ${where}`);
  }
}

/** With what is encoded in it. */
function textOf(thing: Thing): string {
  const plain = JSON.stringify(thing);
  const encoded = [...plain.matchAll(/[A-Za-z0-9+/]{200,}={0,2}/g)].map(([text]) => Buffer.from(text, "base64")).map(data => (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString("latin1"));
  return [plain, ...encoded].join("\n");
}

/** The message with which something failed. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (thrown: Error) => thrown);
  assert.ok(error, "it did not fail");
  return error.message;
}
