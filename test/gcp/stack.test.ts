import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { program } from "../../stacks/gcp";
import { isSecret, seen } from "../mocks";
import { run } from "./mocks";

/** The stack's program with this configuration. */
function stack(gcp: object, more: Record<string, unknown> = {}) {
  const all = Object.entries({ gcp: { allowedCidrs: ["203.0.113.0/24"], ...gcp }, ...more });
  pulumi.runtime.setAllConfig(Object.fromEntries(all.map(([key, value]) => [`lgtm:${key}`, JSON.stringify(value)])), ["lgtm:secrets"]);
  return run(() => program(new pulumi.Config("lgtm")));
}

test("the stack's configuration becomes a server", async () => {
  const { made, registered } = await stack({ size: "medium", networkTags: ["web"], enableApis: false, tags: { team: "orders" } }, { server: { alerts: { slack: [{}] } }, secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } });
  const instance = registered.find(({ type }) => type.endsWith(":Instance"))!.inputs;
  assert.deepEqual([instance.machineType, instance.tags, (instance.labels as { team: string }).team], ["e2-medium", ["web"], "orders"]);
  assert.equal((await seen(made.monitoring)).value?.url, "https://203.0.113.7/");
  assert.ok(isSecret(registered.find(({ type, name }) => type.endsWith(":SecretVersion") && name === "monitoring-alerts-slack-webhook")!.inputs.secretData));
  assert.ok((await seen(made.adminPassword)).secret);
});

test("what is wrong with the stack's configuration is named with the command that mends it", async () => {
  await assert.rejects(stack({ machinType: "e2-small" }), /gcp\.machinType: no such key\. Did you mean "machineType"\?.*Mend it with: pulumi config rm --path gcp\.machinType/);
  await assert.rejects(stack({ networkTags: "web" }), /gcp\.networkTags: "web" is not allowed\. Allowed: a list of texts/);
  await assert.rejects(stack({ tags: { Team: "orders" } }), /gcp\.tags\.Team: the name is not allowed\..*Mend it with: pulumi config set --path 'gcp\.tags\.Team' <value>/);
  await assert.rejects(stack({ allowedCidrs: [] }), /gcp\.allowedCidrs: \[\] names nobody who may reach the server/);
});
