import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, seen } from "../mocks";
import { project, region, zone } from "./mocks";
import { machineOf, server, tag } from "./server";

describe("what a team has already", () => {
  it("a subnetwork: no network is made, and the rules are in the network's own project", async () => {
    const { typed, only, component } = await server({ subnetwork: "projects/shop-host/regions/europe-west3/subnetworks/monitoring" });
    for (const type of ["Network", "Subnetwork"]) assert.deepEqual(typed(type), [], type);
    assert.equal(only("Instance").networkInterfaces[0].subnetwork, "https://www.googleapis.com/compute/v1/projects/shop-host/regions/europe-west3/subnetworks/monitoring");
    for (const { inputs } of typed("Firewall")) assert.deepEqual([inputs.project, inputs.network], ["shop-host", "https://www.googleapis.com/compute/v1/projects/shop-host/global/networks/vpc-given"]);
    assert.equal(((await seen(component.contract)).value?.scrapeSource as { project: string }).project, "shop-host");
    const near = await server({ subnetwork: "default" });
    assert.match(near.only("Instance").networkInterfaces[0].subnetwork, new RegExp(`projects/${project}/regions/${region}/subnetworks/default$`));
  });

  it("a private subnetwork: the address is reserved in it, and nothing is public", async () => {
    const { only, component } = await server({ subnetwork: "default", publicAddress: false });
    assert.deepEqual([only("Address").addressType, only("Instance").networkInterfaces[0].networkIp, only("Instance").networkInterfaces[0].accessConfigs], ["INTERNAL", "10.0.0.7", undefined]);
    assert.match(only("Address").subnetwork, /subnetworks\/default$/);
    assert.equal((await seen(component.contract)).value?.url, "https://10.0.0.7/");
  });

  it("network tags, a service account, buckets, a disk, an address: taken as they are", async () => {
    const { typed, only, named, component } = await server({
      subnetwork: "default", networkTags: ["monitoring", "web"], serviceAccountEmail: "given@shop.iam.gserviceaccount.com", configurationBucket: "releases-given", telemetryBucket: "telemetry-given",
      dataDisk: "disk-given", address: "address-given", discovery: { gce: { zones: [zone] } },
    });
    for (const type of ["Firewall", "Account", "Bucket", "BucketIAMMember", "IAMMember", "Disk", "ResourcePolicy", "Address"]) assert.deepEqual(typed(type), [], type);
    const instance = only("Instance");
    assert.deepEqual(instance.tags, ["monitoring", "web"]);
    assert.equal(instance.serviceAccount.email, "given@shop.iam.gserviceaccount.com");
    assert.equal(instance.attachedDisks[0].source, "disk-given");
    assert.ok(!component.price.items.some(({ what }) => /data disk|snapshots|address/.test(what)), "what is made costs, and nothing else");
    assert.deepEqual(instance.networkInterfaces[0].accessConfigs, [{ natIp: "203.0.113.8" }]);
    assert.equal(named("BucketObject", "mon-pointer").bucket, "releases-given");
    assert.equal(machineOf(instance).statusStore.bucket, "telemetry-given");
    const { value: roles } = await seen(component.requiredRoles);
    assert.deepEqual(roles?.filter(({ granted }) => !granted).map(({ role, name }) => [role, name]), [
      ["roles/storage.objectViewer", "releases-given"], ["roles/storage.objectUser", "telemetry-given"], ["roles/storage.legacyBucketReader", "telemetry-given"], ["roles/compute.viewer", project],
    ]);
    for (const { inputs } of typed("SecretIamMember")) assert.equal(inputs.member, "serviceAccount:given@shop.iam.gserviceaccount.com");
  });

  it("a bucket beside a service account of the server's own: the account gets its rights on it", async () => {
    const { typed } = await server({ telemetryBucket: "telemetry-given" });
    assert.deepEqual(typed("BucketIAMMember").map(({ inputs }) => inputs.bucket).sort(), ["mon-configuration", "telemetry-given", "telemetry-given"]);
  });

  it("a snapshot: the new disk is made of it, under a name of its own", async () => {
    const { only } = await server({ dataSnapshot: "mon-data-20261122" });
    assert.equal(only("Disk").snapshot, "mon-data-20261122");
    assert.match(only("Disk").name, new RegExp(`^${tag}-data-[0-9a-f]{8}$`));
  });

  it("a machine: stage 0 comes through VM Manager, and network, disks and identity stay as they are", async () => {
    const { typed, only, named, component } = await server({ instance: "vm-given", memory: 4096 });
    for (const type of ["Instance", "Disk", "Address", "Network", "Subnetwork", "Firewall", "Account"]) assert.deepEqual(typed(type), [], type);
    const assignment = only("OsPolicyAssignment");
    assert.deepEqual(assignment.instanceFilter, { inclusionLabels: [{ labels: { "lgtm-server": "project_stack_mon" } }] });
    assert.deepEqual([assignment.location, assignment.skipAwaitRollout], [zone, true]);
    const { validate, enforce } = assignment.osPolicies[0].resourceGroups[0].resources[0].exec;
    const file = named("BucketObject", "mon-install");
    assert.deepEqual(enforce.file, { gcs: { bucket: "mon-configuration", object: file.name, generation: 1761042312345678 } });
    assert.ok(validate.script.length < 1024);
    const script = open(file.content) as string;
    assert.match(script, /"kind": "secret-manager"/);
    assert.match(script, /"dataDisk": null/);
    assert.ok(typed("Service").some(({ inputs }) => inputs.service === "osconfig.googleapis.com"));
    assert.ok(typed("SecretIamMember").every(({ inputs }) => inputs.member === "serviceAccount:given@shop.iam.gserviceaccount.com"));
    assert.equal((await seen(component.contract)).value?.address, "203.0.113.9");
    assert.deepEqual((await seen(component.contract)).value?.scrapeSource, { cloud: "gcp", serviceAccount: "given@shop.iam.gserviceaccount.com", networkTag: "web", network: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/default`, project });
    assert.deepEqual(component.price.items.map(({ what }) => what), ["6 secrets"]);
  });

  it("an authority: nothing is made of it", async () => {
    const { typed, component } = await server({ secrets: { "ca-certificate": "given pem", "ca-key": "given key" } });
    assert.deepEqual([typed("PrivateKey"), typed("SelfSignedCert")], [[], []]);
    assert.equal((await seen(component.contract)).value?.ca, "given pem");
  });
});
