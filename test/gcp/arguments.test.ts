import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Provider } from "@pulumi/gcp/provider";
import { MonitoringServer } from "../../components/gcp";
import { project, region, run } from "./mocks";
import { base, server } from "./server";

describe("what is wrong with the arguments is said at once, all of it", () => {
  const refused = (more: object, words: RegExp) => assert.rejects(server(more), words);

  it("of the ways in", async () => {
    await refused({ allowedCidrs: undefined }, /allowedCidrs: missing names nobody who may reach the server\. Give ranges such as/);
    await refused({ allowedCidrs: ["0.0.0.0/0", "::/0"] }, /allowedCidrs: on Google Cloud the server has an IPv4 address only, which nobody of "::\/0" could reach\. Leave it out/);
    await refused({ tls: "acme", domain: "mon.example.com" }, /tls: "acme" needs port 443 open to the world/);
    await refused({ publicAddress: false }, /Give subnetwork of a private network with Cloud NAT/);
    await refused({ managedZone: "example-com" }, /managedZone: there is no name for the record/);
    await refused({ networkTags: ["Web"] }, /networkTags: \["Web"\] is not allowed\. Allowed: at least one network tag/);
  });

  it("of the machine and its disk", async () => {
    await refused({ size: "tiny", onDestroy: "forget" }, /(?=[^]*size: "tiny" is not allowed\. Allowed: "small", "medium", "large")(?=[^]*onDestroy: "forget" is not allowed)/);
    await refused({ machineType: "z9-huge" }, /machineType: nobody here knows how much memory "z9-huge" has\. Say it in MiB/);
    await refused({ instance: "vm-1" }, /memory: missing\. Say how much the machine of instance has/);
    await refused({ instance: "vm-1", memory: 4096, subnetwork: "default" }, /subnetwork: instance says which machine it is/);
    await refused({ dataDisk: "disk-1", dataSnapshot: "snap-1" }, /dataDisk and dataSnapshot cannot both be set/);
    await refused({ dataDisk: "disk-1", snapshotsKept: 3 }, /snapshotsKept: dataDisk names a disk that exists, and its snapshots are its owner's/);
    await refused({ zone: "europe-west3" }, /zone: "europe-west3" is not allowed\. Allowed: a zone such as "europe-west3-b"/);
    await refused({ zone: "europe-west3-a", region: "us-central1" }, /zone: "europe-west3-a" is not in the region "us-central1"\. Leave one of them out/);
  });

  it("of labels, which Google takes in lower case only, and of the name", async () => {
    await refused({ tags: { Team: "orders" } }, /tags\.Team: the name is not allowed\. On Google Cloud these are labels: lower-case letters, digits, _ and -, a letter first, at most 63/);
    await refused({ tags: { team: "Orders Team" } }, /tags\.team: "Orders Team" is not allowed\. On Google Cloud these are labels/);
    await assert.rejects(server({}, { name: "Mon_1" }), /name: "Mon_1" is not allowed\. Allowed: lower-case letters, digits and -/);
  });

  it("of the spec and of mistyped arguments", async () => {
    await refused({ retention: { logs: "1h" } }, /retention\.logs: "1h" is not allowed/);
    await refused({ machinType: "e2-small" }, /machinType: no such key/);
    await refused({ alerts: { slack: [{}] } }, /secrets\.alerts-slack-webhook: missing\. This server needs it/);
    // This one is found when the component is there already: its registration has to end with this test.
    await new Promise(wake => setTimeout(wake, 300));
  });
});

it("the provider that the component is given makes every resource", async () => {
  const { registered } = await run(() => new MonitoringServer("mon", base, { provider: new Provider("elsewhere", { project, region }) }));
  const ofGcp = registered.filter(({ type }) => type.startsWith("gcp:"));
  assert.ok(ofGcp.length > 30, String(ofGcp.length));
  assert.deepEqual(ofGcp.filter(({ provider }) => !provider?.includes("::elsewhere::")).map(({ name }) => name), []);
});
