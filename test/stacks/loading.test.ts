import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Files of packages that a module of stacks/ loads. */
function filesLoadedBy(module: string): string[] {
  const program = `require(process.argv[1]); process.stdout.write(JSON.stringify(Object.keys(require.cache)))`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", program, join(__dirname, "..", "..", "stacks", `${module}.js`)], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as string[]).filter(path => path.includes("node_modules/"));
}

/** Packages of providers among them. */
function loadedBy(module: string): string[] {
  const found = filesLoadedBy(module).flatMap(path => /.*node_modules\/(@pulumi(?:verse)?\/(?!pulumi\/|policy\/)[^/]+)/.exec(path)?.[1] ?? []);
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

test("a preview loads neither the builders of dashboards nor zod's languages, which would take a fifth of its time", () => {
  for (const target of ["aws", "azure", "gcp"]) assert.deepEqual(filesLoadedBy(target).filter(path => /grafana-foundation-sdk|zod\/v4/.test(path)), [], target);
});
