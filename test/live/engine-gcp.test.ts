import assert from "node:assert/strict";
import { after } from "node:test";
import type { ServerContract } from "../../components/server/contract";
import { alterations, cloudScene, failureOf, left, only, story, touched, type CloudScene } from "./cloud-scene";
import { commonSteps, server } from "./cloud-story";
import { gcpUnderTest } from "./cloud-under-test";
import { project, types } from "./stand-ins/cloud-plugin/gcp-types";

let it: CloudScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await cloudScene("gcp", gcpUnderTest.module, gcpUnderTest.plugins)));
after(() => it?.end());

const zone = "europe-west3-b";
const inProject = (path: string) => `projects/${project}/${path}`;

commonSteps(step, gcpUnderTest);

step("another machine type is announced and takes the same machine, and a larger disk grows in place", async scene => {
  const [machine, disk] = [only(scene, types.instance), only(scene, types.disk)];
  const change = server({ size: "medium" });
  assert.deepEqual(touched(await scene.preview(change)), [...gcpUnderTest.releases, "update Disk mon-data", "update Instance mon-server"].sort());
  await scene.up(change);
  assert.deepEqual([only(scene, types.instance).outputs["instanceId"], only(scene, types.instance).inputs["machineType"]], [machine.outputs["instanceId"], "e2-medium"]);
  assert.deepEqual([only(scene, types.disk).id, only(scene, types.disk).inputs["size"]], [disk.id, 50]);
  assert.equal(scene.cloud.calls().filter(({ operation }) => operation === "restart").length, 1);
});

step("what would put an empty disk in the place of the data is refused, and machine and disk stay", async scene => {
  const before = [only(scene, types.instance), only(scene, types.disk)];
  for (const change of [{ size: "medium", dataDiskGiB: 20 }, { machineType: "c4a-standard-1", memory: 4096 }]) assert.match(await failureOf(scene.up(server(change))), /disk.* already exists/);
  assert.deepEqual([only(scene, types.instance), only(scene, types.disk)], before);
});

step("a named image replaces the machine, and disk and address go over to the new one", async scene => {
  const before = [only(scene, types.disk), only(scene, types.address)];
  const from = scene.cloud.calls().length;
  await scene.up(server({ size: "medium", image: "projects/shop-123456/global/images/ours-amd64" }));
  assert.deepEqual(alterations(scene, from, types.instance, types.disk, types.address), ["delete Instance", "create Instance"]);
  assert.deepEqual([only(scene, types.disk), only(scene, types.address)], before);
});

step("destroyed with keep, the disk and the telemetry bucket stay", async scene => {
  const { data } = (await scene.stack.outputs()) as { data: { disk: string; telemetryBucket: string } };
  await scene.destroy();
  // Services of the project are never switched off.
  assert.deepEqual(left(scene, "gcp").filter(type => type !== "BucketObject"), ["Bucket", "Disk"]);
  assert.deepEqual([only(scene, types.disk).outputs["name"], only(scene, types.bucket).id], [data.disk, data.telemetryBucket]);
});

step("a new server takes the disk and what else exists, and its end leaves all of that as it was", async scene => {
  const { cloud } = scene;
  const [disk, telemetry] = [only(scene, types.disk), only(scene, types.bucket)];
  const email = `monitoring@${project}.iam.gserviceaccount.com`;
  const network = inProject("global/networks/theirs");
  const theirs = [
    disk,
    telemetry,
    cloud.put({ type: types.network, id: network, outputs: { selfLink: `https://www.googleapis.com/compute/v1/${network}` } }),
    cloud.put({ type: types.subnetwork, id: inProject("regions/europe-west3/subnetworks/theirs"), outputs: { name: "theirs", network: `https://www.googleapis.com/compute/v1/${network}`, selfLink: "https://www.googleapis.com/compute/v1/theirs" } }),
    cloud.put({ type: types.account, id: inProject(`serviceAccounts/${email}`), outputs: { email } }),
    cloud.put({ type: types.bucket, id: "configuration-theirs" }),
    cloud.put({ type: types.address, id: inProject("regions/europe-west3/addresses/theirs"), outputs: { name: "theirs", address: "198.51.100.7", addressType: "EXTERNAL" } }),
    cloud.put({ type: types.zone, id: "example-com" }),
  ];
  const from = cloud.calls().length;
  await scene.up(server({
    subnetwork: "theirs", networkTags: ["monitoring"], serviceAccountEmail: email, configurationBucket: "configuration-theirs", telemetryBucket: telemetry.id, dataDisk: disk.outputs["name"],
    address: "theirs", managedZone: "example-com", domain: "mon.example.com", onDestroy: "delete",
  }));
  assert.deepEqual((await scene.stack.outputs())["data"], { disk: disk.outputs["name"], telemetryBucket: telemetry.id });
  assert.deepEqual(only(scene, types.record).inputs["rrdatas"], ["198.51.100.7"]);
  await scene.destroy();
  assert.deepEqual(cloud.calls().slice(from).filter(({ id }) => theirs.some(thing => thing.id === id)), []);
  assert.deepEqual(theirs.map(({ type, id }) => cloud.find(type, id)), theirs);
  for (const { type, id } of theirs) cloud.remove(type, id);
});

step("destroyed with snapshot, a snapshot is left of the disk, from which a new server starts; with delete, nothing is left of that one", async scene => {
  const { cloud } = scene;
  await scene.up(server({ onDestroy: "snapshot" }));
  const disk = only(scene, types.disk);
  await scene.destroy();
  const snapshot = only(scene, types.snapshot);
  assert.equal(snapshot.inputs["sourceDisk"], disk.id);
  const buckets = cloud.all(types.bucket);
  assert.equal(buckets.length, 1);
  await scene.up(server({ dataSnapshot: snapshot.outputs["name"], onDestroy: "delete" }));
  assert.equal(only(scene, types.disk).inputs["snapshot"], snapshot.outputs["name"]);
  await scene.destroy();
  assert.deepEqual(left(scene, "gcp").filter(type => type !== "BucketObject"), ["Bucket"]);
  assert.deepEqual(cloud.all(types.bucket), buckets);
});

step("a machine that exists gets the server through VM Manager, and is left as it was", async scene => {
  const { cloud } = scene;
  const machine = cloud.put({
    type: types.instance,
    id: inProject(`zones/${zone}/instances/theirs`),
    outputs: {
      name: "theirs", labels: { "lgtm-server": "pulumi-lgtm-test_gcp_mon" }, tags: ["web"], serviceAccounts: [{ email: `web@${project}.iam.gserviceaccount.com`, scopes: ["cloud-platform"] }],
      networkInterfaces: [{ networkIp: "10.0.0.8", network: "https://www.googleapis.com/compute/v1/projects/shop-123456/global/networks/default", accessConfigs: [{ natIp: "198.51.100.8" }] }],
    },
  });
  await scene.up(server({ instance: "theirs", memory: 4096, onDestroy: "delete" }));
  assert.equal(((await scene.stack.outputs())["contract"] as ServerContract).address, "198.51.100.8");
  assert.ok(only(scene, types.assignment));
  await scene.destroy();
  assert.deepEqual(cloud.find(types.instance, machine.id), machine);
  cloud.remove(types.instance, machine.id);
});

step("stacks of other environments refer to the server, and the end of one harms neither it nor another", async scene => {
  const { cloud } = scene;
  const [dev, prod] = [scene.beside("dev"), scene.beside("prod")];
  const environment = (name: string) => ({
    owner: "gcp",
    access: { serviceAccount: `${name}@${project}.iam.gserviceaccount.com`, ports: [9100, 8080] },
    agents: { zone, environment: name, service: "orders", client: "orders" },
  });
  await scene.up(server({ onDestroy: "delete" }));
  const ofServer = cloud.all(types.firewall);
  const others = () => cloud.all(types.firewall).filter(({ id }) => !ofServer.some(rule => rule.id === id)).map(({ inputs }) => inputs["description"]).sort();
  await prod.up(environment("prod"));
  await dev.up(environment("dev"));
  assert.deepEqual(others(), ["Monitoring server scrapes dev", "Monitoring server scrapes prod", "Scrapes dev", "Scrapes prod"]);
  await dev.destroy();
  assert.deepEqual(others(), ["Monitoring server scrapes prod", "Scrapes prod"]);
  assert.deepEqual(only(scene, types.assignment).inputs["instanceFilter"], { inclusionLabels: [{ labels: { "lgtm-environment": "prod" } }] });
  assert.deepEqual(touched(await prod.preview(environment("prod"))), []);
  assert.deepEqual(touched(await scene.preview(server({ onDestroy: "delete" }))), []);
  await prod.destroy();
  assert.deepEqual(cloud.all(types.firewall), ofServer);
});

for (const [what, change] of Object.entries({ "another bucket": { telemetryBucket: "telemetry-theirs" }, "another disk": { dataDisk: "theirs" } })) {
  step(`${what} takes a new machine, which finds it`, async scene => {
    scene.cloud.put({ type: types.bucket, id: "telemetry-theirs" });
    scene.cloud.put({ type: types.disk, id: inProject(`zones/${zone}/disks/theirs`), outputs: { name: "theirs" } });
    const from = scene.cloud.calls().length;
    await scene.up(server({ ...change, onDestroy: "delete" }));
    assert.deepEqual(alterations(scene, from, types.instance), ["delete Instance", "create Instance"]);
  });
}
