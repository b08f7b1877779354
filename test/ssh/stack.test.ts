import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { program } from "../../stacks/ssh";
import { isSecret, run, seen } from "./mocks";

const values = { ssh: { host: "192.0.2.10", port: 2222, proxyHost: "192.0.2.1" }, server: { memory: 4096 }, sshPrivateKey: "key" };

/** The stack's program with this configuration. */
function stack(change: object) {
  const all = Object.entries({ ...values, ...change }).filter(([, value]) => value !== undefined);
  pulumi.runtime.setAllConfig(Object.fromEntries(all.map(([key, value]) => [`lgtm:${key}`, typeof value === "string" ? value : JSON.stringify(value)])), ["lgtm:sshPrivateKey"]);
  return run(() => program(new pulumi.Config("lgtm")));
}

test("the stack's configuration becomes a server", async () => {
  const { made, registered } = await stack({});
  assert.equal((await seen(made.monitoring)).value?.url, "https://192.0.2.10/");
  assert.deepEqual(registered.find(each => each.name === "monitoring")!.inputs["memory"], 4096);
  assert.ok(isSecret(registered.find(each => each.name === "monitoring-install")!.inputs["connection"]));
});

test("what the stack's configuration lacks is named with the command that mends it", async () => {
  await assert.rejects(stack({ ssh: {} }), /ssh\.host: missing\. Say which server: pulumi config set --path ssh\.host/);
  await assert.rejects(stack({ sshPrivateKey: undefined }), /sshPrivateKey: missing\. .*pulumi config set --secret sshPrivateKey/);
  await assert.rejects(stack({ ssh: { hst: "192.0.2.10" } }), /ssh\.hst: no such key\. Did you mean "host"/);
  await assert.rejects(stack({ server: { memory: 1 } }), /server\.memory: 1 MiB is too small/);
});
