import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { program } from "../../stacks/azure";
import { seen } from "../mocks";
import { run } from "./mocks";

/** The stack's program with this configuration. */
function stack(azure: object, server: object = { pushClients: ["orders"] }) {
  pulumi.runtime.setAllConfig({ "lgtm:azure": JSON.stringify(azure), "lgtm:server": JSON.stringify(server) });
  return run(() => program(new pulumi.Config("lgtm")));
}

test("the stack's configuration becomes a server", async () => {
  const { made, registered } = await stack({ allowedCidrs: ["203.0.113.0/24"], size: "large", tags: { team: "blue" }, trustedLaunch: false });
  assert.deepEqual((await seen(made.monitoring)).value?.pushClients, ["orders"]);
  const machine = registered.find(({ type }) => type.endsWith(":VirtualMachine"))!;
  assert.deepEqual([machine.name, (machine.inputs.hardwareProfile as { vmSize: string }).vmSize, (machine.inputs.tags as Record<string, string>).team], ["monitoring-server", "Standard_B2ps_v2", "blue"]);
});

test("what the stack's configuration lacks is named with the command that mends it", async () => {
  await assert.rejects(stack({}), /azure\.allowedCidrs: missing names nobody.*pulumi config set --path 'azure\.allowedCidrs'/);
  await assert.rejects(stack({ allowedCidrs: ["203.0.113.0/24"], vmSiz: "x" }), /azure\.vmSiz: no such key\. Did you mean "vmSize"/);
  await assert.rejects(stack({ allowedCidrs: ["203.0.113.0/24"], trustedLaunch: "yes" }), /azure\.trustedLaunch: "yes" is not allowed\. Allowed: a boolean/);
});
