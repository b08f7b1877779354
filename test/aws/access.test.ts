import assert from "node:assert/strict";
import { test } from "node:test";
import { AppServerAccess } from "../../components/aws";
import { contractOf, type ScrapeSource } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { run } from "./mocks";

const contract = (scrapeSource?: ScrapeSource) => contractOf(resolveSpec(), "203.0.113.7", "", { secretName: name => name, scrapeSource });

const access = (ports: number[], source: ScrapeSource | undefined = { cloud: "aws", securityGroupId: "sg-server" }) =>
  run(() => new AppServerAccess("orders", { server: contract(source), securityGroupId: "sg-orders", ports, tags: { team: "orders" } }));

test("each port is let in from the server's group alone, and out to the application's group alone", async () => {
  const { registered } = await access([9100, 8080]);
  const rules = registered.filter(({ type }) => type.includes(":SecurityGroup")).map(({ type, inputs }) => [type.split(":").pop(), inputs.securityGroupId, inputs.referencedSecurityGroupId, inputs.fromPort, inputs.toPort]);
  assert.deepEqual(rules.sort(), [
    ["SecurityGroupEgressRule", "sg-server", "sg-orders", 8080, 8080],
    ["SecurityGroupEgressRule", "sg-server", "sg-orders", 9100, 9100],
    ["SecurityGroupIngressRule", "sg-orders", "sg-server", 8080, 8080],
    ["SecurityGroupIngressRule", "sg-orders", "sg-server", 9100, 9100],
  ]);
  for (const { inputs } of registered.filter(({ type }) => type.includes(":SecurityGroup"))) {
    assert.equal((inputs.tags as Record<string, string>).team, "orders");
    assert.deepEqual([inputs.cidrIpv4, inputs.cidrIpv6], [undefined, undefined]);
  }
});

test("no port, and what is no port, are refused", async () => {
  await assert.rejects(access([]), /ports: \[\] names no port\. Give the ports to scrape, such as \[9100\]/);
  await assert.rejects(access([9100, 70000]), /ports: 70000 is not allowed/);
});
