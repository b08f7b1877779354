import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { id } from "./mocks";
import { server, zone } from "./server";

describe("what is wrong with the arguments is said at once, all of it", () => {
  const refused = (more: object, words: RegExp, name?: string) => assert.rejects(server(more, name === undefined ? {} : { name }), words);
  const vmId = id("Microsoft.Compute/virtualMachines", "given");

  it("of the ways in", async () => {
    await refused({ allowedCidrs: undefined }, /allowedCidrs: missing names nobody who may reach the server\. Give ranges such as/);
    await refused({ tls: "acme", domain: "mon.example.com" }, /tls: "acme" needs port 443 open to the world/);
    await refused({ publicAddress: false }, /Give subnetId of a subnet with a NAT gateway/);
    await refused({ zoneId: zone }, /zoneId: there is no name for the record/);
    await refused({ zoneId: zone, domain: "mon.example.org" }, /zoneId: the zone "example\.com" cannot have the record of mon\.example\.org/);
    await refused({ privateAddress: "10.0.0.9" }, /privateAddress: the network of its own has a fixed one already/);
  });

  it("of the machine and its disk", async () => {
    await refused({ vmSize: "Standard_Z9_v9" }, /vmSize: nobody here knows how much memory "Standard_Z9_v9" has\. Say it in MiB/);
    await refused({ onDestroy: "forget", zone: "4" }, /(?=[^]*onDestroy: "forget" is not allowed\. Allowed: "keep", "snapshot", "delete")(?=[^]*zone: "4" is not allowed)/);
    await refused({ vmId }, /(?=[^]*memory: missing\. Say how much the machine of vmId has)(?=[^]*identityId: missing\. Say which user-assigned identity)/);
    await refused({ vmId, memory: 4096, zone: "1", snapshotsKept: 3 }, /(?=[^]*zone: vmId says which machine it is)(?=[^]*snapshotsKept: vmId says)/);
    await refused({ dataDiskId: id("Microsoft.Compute/disks", "d"), dataSnapshotId: id("Microsoft.Compute/snapshots", "s") }, /dataDiskId and dataSnapshotId cannot both be set/);
    await refused({ dataDiskId: id("Microsoft.Compute/disks", "d"), snapshotsKept: 7 }, /snapshotsKept: dataDiskId names a disk that exists, and its backups are its owner's/);
  });

  it("of names and ids, with what they look like", async () => {
    await refused({}, /name: "Mon_1" is not allowed\. Allowed: lower-case letters, digits and single hyphens/, "Mon_1");
    await refused({ subnetId: "default" }, /subnetId: "default" is not allowed\. Allowed: a resource id, \/subscriptions\/<id>\/resourceGroups\/<name>\/providers\/Microsoft\.Network\/virtualNetworks\/<name>\/subnets\/<name>/);
    await refused({ dataDiskId: id("Microsoft.Compute/snapshots", "s") }, /dataDiskId: .* is not allowed\. Allowed: a resource id, .*Microsoft\.Compute\/disks\/<name>/);
  });

  it("of the spec and of mistyped arguments", async () => {
    await refused({ retention: { logs: "1h" } }, /retention\.logs: "1h" is not allowed/);
    await refused({ vmSiz: "Standard_B2pls_v2" }, /vmSiz: no such key/);
    await refused({ alerts: { slack: [{}] } }, /secrets\.alerts-slack-webhook: missing\. This server needs it/);
  });
});
