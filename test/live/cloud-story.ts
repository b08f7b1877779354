/** What must be so in every cloud, as steps of a story (cloud-scene.ts); each cloud's test goes on from there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudServerArgs } from "../../components/cloud/args";
import type { ServerContract } from "../../components/server/contract";
import { checkout } from "../checkout";
import { assertNoSecret, failureOf, only, touched, type CloudScene, type story } from "./cloud-scene";
import type { Cloud } from "./stand-ins/cloud-plugin/cloud";
import type { Plugin } from "./stand-ins/plugins";

/** One cloud, as the story sees it. */
export interface CloudUnderTest {
  name: "aws" | "azure" | "gcp";
  module: string;
  plugins: readonly Plugin[];
  /** Type of the machine. */
  machine: string;
  /** What happens to the objects of a release, and to what tells one roll-out from another. */
  releases: string[];
  /** What the rotation of the token of "orders" touches beside. */
  rotation: string[];
  /** The secret store, and the values in it that nobody may see. */
  secretTypes: string[];
  secrets(cloud: Cloud): Record<string, string>;
}

/** The server of the tests. */
export const spec: CloudServerArgs = { allowedCidrs: ["203.0.113.0/24"], pushClients: ["orders"], waitSeconds: 60 };

/** Arguments of the programs of the tests. */
export const server = (more: object = {}) => ({ server: { ...spec, ...more } });

/** Where the state of an earlier version of a cloud's server is kept (cloud-record.ts). */
export const recordedState = (cloud: string) => join(checkout, "test", "live", "recorded", `${cloud}.json`);

export function commonSteps(step: ReturnType<typeof story<CloudScene>>, of: CloudUnderTest): void {
  const rotated = { rotate: { "push-orders": "2026-11" } };
  const withoutBundle = of.releases.filter(line => !line.endsWith("mon-bundle"));

  step("a preview makes nothing and shows the files", async scene => {
    const { changes, output } = await scene.preview(server());
    assert.deepEqual(Object.keys(changes), ["create"]);
    assert.deepEqual(scene.cloud.calls().filter(({ operation }) => operation !== "invoke"), []);
    assert.match(output, /mon-bundle\/config\/prometheus\/prometheus\.yml/);
  });

  step("the first up makes a server that finds its releases, its secrets and its disk, and a second one does nothing", async scene => {
    await scene.up(server());
    const { contract, tokens } = (await scene.stack.outputs()) as { contract: ServerContract; tokens: { push: Record<string, string> } };
    assert.match(contract.address, /^203\.0\.113\.\d+$/);
    assert.match(contract.ca, /BEGIN CERTIFICATE/);
    assert.match(tokens.push["orders"]!, /^[0-9a-f]{64}$/);
    assert.deepEqual(Object.keys((await scene.up(server())).changes), ["same"]);
  });

  step("another spec changes the release alone, and the preview shows which line", async scene => {
    const change = server({ retention: { traces: "3d" } });
    const preview = await scene.preview(change);
    assert.deepEqual(touched(preview), of.releases);
    assert.match(preview.output, /~ +block_retention *: +"168h" +=> +"72h"/);
    assert.deepEqual(touched(await scene.up(change)), of.releases);
  });

  step("a rotated secret is stored and rolled out, and the machine stays", async scene => {
    const machine = only(scene, of.machine);
    assert.deepEqual(touched(await scene.up(server({ retention: { traces: "3d" }, ...rotated }))), [...withoutBundle, ...of.rotation].sort());
    assert.deepEqual(only(scene, of.machine), machine);
  });

  step("the preview of a rotation names that secret alone", async scene => {
    assert.deepEqual(touched(await scene.preview(server({ retention: { traces: "3d" }, rotate: { "push-orders": "2026-12" } }))), [...withoutBundle, ...of.rotation].sort());
  });

  step("a release that fails on the server fails with its words, again at the next up, and no longer once it is mended", async scene => {
    const change = server({ ...rotated, retention: { logs: "20d" } });
    scene.guestReports({ result: "refused", step: "validate", message: "loki refuses its new configuration", lastLines: ["loki: line 7: unknown field"] });
    for (const attempt of ["first", "second"]) {
      const message = await failureOf(scene.up(change));
      assert.match(message, /The server refused the release and changed nothing \(step "validate"/, attempt);
      assert.match(message, /loki: line 7: unknown field/, attempt);
    }
    scene.guestReports({});
    await scene.up(change);
    await scene.up(server());
  });

  step("no secret is readable in the state, in what the engine said, or in anything in the cloud but its store", async scene => {
    const secrets = of.secrets(scene.cloud);
    const { tokens, adminPassword } = (await scene.stack.outputs()) as { tokens: { push: Record<string, string> }; adminPassword: string };
    assert.deepEqual([secrets["push-orders"], secrets["grafana-admin-password"]], [tokens.push["orders"], adminPassword]);
    // The authority's certificate is kept with the secrets and told to everybody.
    const { "ca-certificate": _, ...hidden } = secrets;
    assertNoSecret(scene, Object.values(hidden), of.secretTypes);
    assert.deepEqual(secretOutputs(scene.stack.state()), ["adminPassword", "tokens"]);
  });

  step("the recorded state of an earlier version is taken over without a replacement but that of the release", async scene => {
    const upgraded = scene.beside(`${of.name}-recorded`);
    await upgraded.stack.import(JSON.parse(readFileSync(recordedState(of.name), "utf8")) as object);
    const preview = await upgraded.preview(server());
    assert.deepEqual(touched(preview).filter(line => !of.releases.includes(line) && !/^(update|create) /.test(line)), []);
    assert.ok((preview.changes["same"] ?? 0) > 30, `the recorded state is of this stack: ${JSON.stringify(preview.changes)}`);
  });
}

/** Names of the stack's outputs that are encrypted in its state. */
function secretOutputs(state: string): string[] {
  const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: { type: string; outputs: Record<string, { ciphertext?: string }> }[] } } };
  const { outputs } = checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack")!;
  return Object.keys(outputs).filter(key => outputs[key]?.ciphertext !== undefined).sort();
}
