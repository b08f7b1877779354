/**
 * `node dist/test/live/cloud-record.js [aws|azure|gcp …]` makes each cloud's server in a stand-in cloud, and writes its state to
 * test/live/recorded, against which the next version is previewed. To be run when a version is released.
 *
 * Left out is what is secret, what tells of the machine that ran this, and what is long and says nothing of an upgrade: the
 * text of the rendered files and of the release's objects.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { cloudScene } from "./cloud-scene";
import { recordedState, server, type CloudUnderTest } from "./cloud-story";
import { awsUnderTest, azureUnderTest, gcpUnderTest } from "./cloud-under-test";

interface Resource extends Record<string, unknown> {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

async function record({ name, module, plugins }: CloudUnderTest): Promise<void> {
  const scene = await cloudScene(`${name}-recorded`, module, plugins);
  try {
    await scene.up(server());
    const exported = (await scene.stack.export()) as { deployment: { resources: Resource[] } };
    // Files are components that make nothing.
    const resources = exported.deployment.resources.filter(({ type }) => type !== "lgtm:server:File").map(({ stackTrace: _, sourcePosition: __, ...resource }) => resource as Resource);
    resources.forEach(shorten);
    const hidden = hideSecrets(resources);
    writeFileSync(recordedState(name), `${JSON.stringify({ ...exported, deployment: { ...exported.deployment, resources: hidden } }, null, 1)}\n`);
    console.log(`${recordedState(name)}: ${hidden.length} resources`);
  } finally {
    scene.end();
  }
}

const leftOut = "left out of the recorded state";

/** What the engine marks values with that are not plain JSON. */
const mark = "4dabf18193072939515e22adb298388d";

/** An asset with this text, as a state holds it. */
const asset = { [mark]: "c44067f5952c0a294b673a41bacd8c17", hash: createHash("sha256").update(leftOut).digest("hex"), text: leftOut };

/**
 * A secret is { <mark>: …, plaintext: <JSON> } here. Its texts go, its form stays; but for those that stand elsewhere as plain text
 * anyway, such as a certificate.
 */
function hideSecrets(resources: Resource[]): Resource[] {
  const plain = JSON.stringify(withSecrets(resources, () => ""));
  return withSecrets(resources, text => (plain.includes(JSON.stringify(text).slice(1, -1)) ? text : leftOut)) as Resource[];
}

function withSecrets(value: unknown, replace: (text: string) => string, secret = false): unknown {
  if (typeof value === "string") return secret ? replace(value) : value;
  if (Array.isArray(value)) return value.map(each => withSecrets(each, replace, secret));
  if (typeof value !== "object" || value === null) return value;
  const { plaintext, ...rest } = value as { plaintext?: string };
  if (mark in rest && plaintext !== undefined) return { ...rest, plaintext: JSON.stringify(withSecrets(JSON.parse(plaintext), replace, true)) };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withSecrets(each, replace, secret)]));
}

function shorten({ type, inputs = {}, outputs = {} }: Resource): void {
  for (const values of [inputs, outputs]) {
    if (/:(BucketObjectv2|BucketObject)$/.test(type) && values["content"] !== undefined) values["content"] = leftOut;
    if (type.endsWith(":Blob") && values["source"] !== undefined) values["source"] = asset;
  }
}

const known = { aws: awsUnderTest, azure: azureUnderTest, gcp: gcpUnderTest };

async function main(names: string[]): Promise<void> {
  for (const name of names.length ? names : Object.keys(known)) {
    const of = known[name as keyof typeof known];
    if (!of) throw new Error(`"${name}" is not a cloud. Clouds: ${Object.keys(known).join(", ")}.`);
    await record(of);
  }
}

// A test runner loads every file.
if (require.main === module && process.env["NODE_TEST_CONTEXT"] === undefined) main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
