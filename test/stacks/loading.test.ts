import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Packages of providers that a module of stacks/ loads, and what the programs of the other targets are. */
function loadedBy(module: string): string[] {
  const program = `require(process.argv[1]); process.stdout.write(JSON.stringify(Object.keys(require.cache)))`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", program, join(__dirname, "..", "..", "stacks", `${module}.js`)], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const found = (JSON.parse(stdout) as string[]).flatMap(path => /.*node_modules\/(@pulumi(?:verse)?\/(?!pulumi\/|policy\/)[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(found)].sort();
}

test("each target loads its own cloud's SDK and no other", () => {
  assert.deepEqual(loadedBy("aws"), ["@pulumi/aws", "@pulumi/random", "@pulumi/tls"]);
  assert.deepEqual(loadedBy("azure"), ["@pulumi/azure-native", "@pulumi/random", "@pulumi/tls"]);
  assert.deepEqual(loadedBy("gcp"), ["@pulumi/gcp", "@pulumi/random", "@pulumi/tls"]);
  assert.deepEqual(loadedBy("local"), []);
});

test("nothing is loaded before the target is known", () => {
  assert.deepEqual(loadedBy("index"), []);
});
