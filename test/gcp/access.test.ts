import assert from "node:assert/strict";
import { test } from "node:test";
import { AppServerAccess, type AppServerAccessArgs } from "../../components/gcp";
import { contractOf, type ScrapeSource } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { run } from "./mocks";

const contract = (scrapeSource?: ScrapeSource) => contractOf(resolveSpec(), "203.0.113.7", "", { secretName: name => name, scrapeSource });
const source: ScrapeSource = { cloud: "gcp", serviceAccount: "mon@shop.iam.gserviceaccount.com", networkTag: "mon-1", network: "vpc", project: "shop-host" };

async function access(more: Partial<AppServerAccessArgs>, from: ScrapeSource | undefined = source) {
  const { registered } = await run(() => new AppServerAccess("orders", { server: contract(from), ports: [9100, 8080], ...more }));
  return Object.fromEntries(registered.filter(({ type }) => type.endsWith(":Firewall")).map(({ name, inputs }) => [name, inputs]));
}

test("the server's service account is let in to the application's, on these ports, and out to private addresses", async () => {
  const rules = await access({ serviceAccount: "orders@shop.iam.gserviceaccount.com" });
  assert.deepEqual(rules, {
    "orders-in": {
      project: "shop-host", network: "vpc", direction: "INGRESS", allows: [{ protocol: "tcp", ports: ["9100", "8080"] }],
      sourceServiceAccounts: ["mon@shop.iam.gserviceaccount.com"], targetServiceAccounts: ["orders@shop.iam.gserviceaccount.com"], description: "Monitoring server scrapes orders",
    },
    "orders-out": {
      project: "shop-host", network: "vpc", direction: "EGRESS", allows: [{ protocol: "tcp", ports: ["9100", "8080"] }],
      targetServiceAccounts: ["mon@shop.iam.gserviceaccount.com"], destinationRanges: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], description: "Scrapes orders",
    },
  });
});

test("by tag, where application servers have no account of their own: tag to tag, for a rule takes no mixture", async () => {
  const rules = await access({ networkTag: "orders" });
  assert.deepEqual([rules["orders-in"]!.sourceTags, rules["orders-in"]!.targetTags, rules["orders-in"]!.sourceServiceAccounts, rules["orders-in"]!.sourceRanges], [["mon-1"], ["orders"], undefined, undefined]);
});

test("nobody, both, no port, and what is no port, are refused", async () => {
  await assert.rejects(access({}), /serviceAccount and networkTag: give one of them/);
  await assert.rejects(access({ serviceAccount: "a@b", networkTag: "c" }), /serviceAccount and networkTag: give one of them/);
  await assert.rejects(access({ networkTag: "orders", ports: [] }), /ports: \[\] names no port/);
  await assert.rejects(access({ networkTag: "orders", ports: [70000] }), /ports: 70000 is not allowed/);
});
