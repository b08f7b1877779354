import assert from "node:assert/strict";
import { test } from "node:test";
import { AppServerAccess, type AppServerAccessArgs } from "../../components/azure";
import { contractOf, type ScrapeSource } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { id, run } from "./mocks";

const contract = (scrapeSource?: ScrapeSource) => contractOf(resolveSpec(), "203.0.113.7", "", { secretName: name => name, scrapeSource });
const source: ScrapeSource = { cloud: "azure", applicationSecurityGroupId: "group-of-the-server", privateAddress: "10.90.0.4" };

const access = (more: Partial<AppServerAccessArgs> = {}, from: ScrapeSource | undefined = source) =>
  run(() => new AppServerAccess("orders", { server: contract(from), networkSecurityGroupId: id("Microsoft.Network/networkSecurityGroups", "orders", "apps"), ports: [9100, 8080], ...more }));

async function rule(more: Partial<AppServerAccessArgs> = {}): Promise<Record<string, unknown>> {
  const { registered } = await access(more);
  const rules = registered.filter(({ type }) => type.endsWith(":SecurityRule"));
  assert.equal(rules.length, 1);
  return rules[0]!.inputs;
}

test("one rule lets in the server's group alone, on these ports, in the group that was named", async () => {
  const { resourceGroupName, networkSecurityGroupName, direction, access, protocol, priority, sourceApplicationSecurityGroups, sourceAddressPrefix, destinationPortRanges } = await rule();
  assert.deepEqual(
    { resourceGroupName, networkSecurityGroupName, direction, access, protocol, priority, sourceApplicationSecurityGroups, sourceAddressPrefix, destinationPortRanges },
    {
      resourceGroupName: "apps", networkSecurityGroupName: "orders", direction: "Inbound", access: "Allow", protocol: "Tcp", priority: 1000,
      sourceApplicationSecurityGroups: [{ id: "group-of-the-server" }], sourceAddressPrefix: undefined, destinationPortRanges: ["9100", "8080"],
    },
  );
  assert.equal((await rule({ priority: 250 })).priority, 250);
});

test("from a peered network the rule names the server's private address and nothing wider", async () => {
  const { sourceAddressPrefix, sourceApplicationSecurityGroups } = await rule({ peered: true });
  assert.deepEqual([sourceAddressPrefix, sourceApplicationSecurityGroups], ["10.90.0.4/32", undefined]);
});

test("no port, what is no port, no priority and no group are refused", async () => {
  await assert.rejects(access({ ports: [] }), /ports: \[\] names no port\. Give the ports to scrape, such as \[9100\]/);
  await assert.rejects(access({ ports: [70000], priority: 5000 }), /(?=[^]*ports: 70000 is not allowed)(?=[^]*priority: 5000 is not allowed\. Allowed: a whole number from 100 to 4096)/);
  await assert.rejects(access({ networkSecurityGroupId: "orders" }), /networkSecurityGroupId: "orders" is not allowed\. Allowed: a resource id/);
});
