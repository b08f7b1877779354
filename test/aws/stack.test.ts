import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { program } from "../../stacks/aws";
import { isSecret, seen } from "../mocks";
import { run } from "./mocks";

/** The stack's program with this configuration. */
function stack(aws: object, more: Record<string, unknown> = {}, secretKeys = ["lgtm:secrets"]) {
  const all = Object.entries({ aws: { allowedCidrs: ["203.0.113.0/24"], ...aws }, ...more });
  pulumi.runtime.setAllConfig(Object.fromEntries(all.map(([key, value]) => [`lgtm:${key}`, JSON.stringify(value)])), secretKeys);
  return run(() => program(new pulumi.Config("lgtm")));
}

test("the stack's configuration becomes a server, and its outputs say what others need", async () => {
  const { made, registered } = await stack({ size: "medium", tags: { team: "orders" } }, { server: { alerts: { slack: [{}] } }, secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } });
  const instance = registered.find(({ type }) => type.endsWith(":Instance"))!.inputs;
  assert.deepEqual([instance.instanceType, (instance.tags as { team: string }).team], ["t4g.medium", "orders"]);
  assert.equal((await seen(made.monitoring)).value?.url, "https://203.0.113.7/");
  assert.ok(isSecret(registered.find(({ type, name }) => type.endsWith(":Parameter") && name === "monitoring-alerts-slack-webhook")!.inputs.value));
  assert.ok((await seen(made.adminPassword)).secret && (await seen(made.tokens)).secret);
  assert.match((await seen(made.rights as pulumi.Output<string>)).value!, /"Sid":"ReadSecrets"/);
});

test("what is wrong with the stack's configuration is named with the command that mends it", async () => {
  await assert.rejects(stack({ instanceTyp: "t4g.small" }), /aws\.instanceTyp: no such key\. Did you mean "instanceType"\?.*Mend it with: pulumi config rm --path aws\.instanceTyp/);
  await assert.rejects(stack({ size: "tiny" }), /aws\.size: "tiny" is not allowed\. Allowed: small, medium, large/);
  await assert.rejects(stack({ allowedCidrs: undefined }), /aws\.allowedCidrs: missing names nobody.*pulumi config set --path 'aws\.allowedCidrs'/);
  await assert.rejects(stack({}, { secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } }, []), /secrets: the values are not encrypted/);
});
