import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import * as aws from "../../components/aws";
import * as azure from "../../components/azure";
import * as gcp from "../../components/gcp";
import { contractOf, type CloudSecrets } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { run } from "../mocks";

const contract = (secretStore: CloudSecrets) => contractOf(resolveSpec({ domain: "mon.example.com" }), "mon.example.com", "", { secretName: name => name, secretStore });
const spec = { environment: "prod", service: "orders", logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\S" }] };
const ssm = contract({ kind: "ssm", prefix: "/lgtm/p/s/mon", region: "eu-central-1" });
const manager = contract({ kind: "secret-manager", project: "shop", prefix: "lgtm-mon" });
const vault = contract({ kind: "key-vault", vault: "https://mon.vault.azure.net", prefix: "mon" });

const inputsOf = async (program: () => unknown, type: string) => (await run(program)).registered.filter(each => each.type.endsWith(type)).map(({ inputs }) => inputs as Record<string, any>);

/** What a compressed script does, once a shell has unpacked it. */
function unpacked(script: string): string {
  const [, packed] = /<<'lgtm-end-of-script'[^\n]*\n([^]*?)lgtm-end-of-script/.exec(script)!;
  return gunzipSync(Buffer.from(packed!, "base64")).toString();
}

describe("agents through a cloud's own way into machines", () => {
  it("AWS: Systems Manager, by the tag that discovery uses, too", async () => {
    const [association] = await inputsOf(() => new aws.AppServerAgents("orders", { server: ssm, ...spec }), ":Association");
    assert.deepEqual(association!.targets, [{ key: "tag:lgtm-environment", values: ["prod"] }]);
    const script = unpacked(association!.parameters.commands as string);
    assert.match(script, /put 600 '\/etc\/lgtm-agent\/agent\.json'/);
    assert.match(script, /"token":\{"kind":"ssm","prefix":"\/lgtm\/p\/s\/mon","region":"eu-central-1","name":"push-default"\}/);
    assert.equal(spawnSync("sh", ["-n"], { input: script }).status, 0);
    assert.equal(spawnSync("sh", ["-n"], { input: association!.parameters.commands as string }).status, 0);
  });

  it("Google Cloud: VM Manager, by the label; a script of an OS policy has 32,767 characters at most", async () => {
    const [assignment] = await inputsOf(() => new gcp.AppServerAgents("orders", { server: manager, zone: "europe-west3-a", ...spec }), ":OsPolicyAssignment");
    assert.deepEqual(assignment!.instanceFilter, { inclusionLabels: [{ labels: { "lgtm-environment": "prod" } }] });
    const { validate, enforce } = assignment!.osPolicies[0].resourceGroups[0].resources[0].exec;
    assert.ok(enforce.script.length <= 32_767, `${enforce.script.length} characters`);
    assert.match(unpacked(enforce.script as string), /secrets_secret_manager\.py/);
    const [, hash] = / = ([0-9a-f]{64}) \]/.exec(validate.script as string)!;
    assert.ok(unpacked(enforce.script as string).includes(`echo ${hash} >/var/lib/lgtm-agent/applied`));
  });

  it("Azure: Run Command, one resource for each machine", async () => {
    const virtualMachines = ["orders-1", "orders-2"].map(vmName => ({ resourceGroupName: "shop", vmName, location: "koreacentral" }));
    const commands = await inputsOf(() => new azure.AppServerAgents("orders", { server: vault, virtualMachines, ...spec }), ":VirtualMachineRunCommandByVirtualMachine");
    assert.deepEqual(commands.map(({ vmName, treatFailureAsDeploymentFailure }) => [vmName, treatFailureAsDeploymentFailure]), [["orders-1", true], ["orders-2", true]]);
    assert.match(unpacked(commands[0]!.source.script as string), /"kind":"key-vault","vault":"https:\/\/mon\.vault\.azure\.net"/);
  });

  it("take the agent off again when told so", async () => {
    const [association] = await inputsOf(() => new aws.AppServerAgents("orders", { server: ssm, ...spec, remove: true }), ":Association");
    assert.match(association!.parameters.commands as string, /python3 -B \/opt\/lgtm-agent\/setup remove/);
    assert.equal(spawnSync("sh", ["-n"], { input: association!.parameters.commands as string }).status, 0);
  });

  it("refuse what is wrong before anything is made", async () => {
    await assert.rejects(run(() => new aws.AppServerAgents("orders", { server: ssm, ...spec, tag: { key: "a", value: "b" }, instanceIds: ["i-1"] })), /tag and instanceIds cannot both be set/);
    await assert.rejects(run(() => new azure.AppServerAgents("orders", { server: vault, virtualMachines: [], ...spec })), /virtualMachines: none is named/);
    await assert.rejects(run(() => new gcp.AppServerAgents("orders", { server: manager, zone: "z", ...spec, environmnt: "x" } as never)), /environmnt: no such key\. Did you mean "environment"/);
  });
});
