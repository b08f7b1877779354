import assert from "node:assert/strict";
import { after } from "node:test";
import type { MonitoringServerArgs } from "../../components/aws";
import type { ServerContract } from "../../components/server/contract";
import { assertNoSecret, assertOnlyReleases, cloudScene, failureOf, story, touched, type CloudScene } from "./cloud-scene";
import { types } from "./stand-ins/cloud-plugin/aws-types";

let it: CloudScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await cloudScene("aws", "cloud-aws-program.js", ["aws", "random", "tls"])));
after(() => it?.end());

const spec: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"], pushClients: ["orders"], waitSeconds: 60 };
const server = (more: Partial<MonitoringServerArgs> = {}) => ({ server: { ...spec, ...more } });
const releases = ["replace BucketObjectv2 mon-bundle", "replace BucketObjectv2 mon-release", "update BucketObjectv2 mon-pointer"];
const only = ({ cloud }: CloudScene, type: string) => {
  const [thing, ...others] = cloud.all(type);
  assert.ok(thing && others.length === 0, `one ${type}, not ${others.length + (thing ? 1 : 0)}`);
  return thing;
};
/** Calls that alter a type of thing, in their order. */
const calls = ({ cloud }: CloudScene, ...of: string[]) => cloud.calls().filter(({ operation, type }) => operation !== "read" && operation !== "invoke" && of.includes(type)).map(({ operation, type }) => `${operation} ${type.split(":").at(-1)!}`);

step("a preview asks the cloud for nothing but what is public, and makes nothing", async scene => {
  const { changes, output } = await scene.preview(server());
  assert.deepEqual(Object.keys(changes), ["create"]);
  assert.deepEqual(scene.cloud.calls().filter(({ operation }) => operation !== "invoke"), []);
  assert.match(output, /mon-bundle\/config\/prometheus\/prometheus\.yml/);
});

step("the first up makes a server that finds its releases, its secrets and its disk", async scene => {
  await scene.up(server());
  const { contract, data, release } = (await scene.stack.outputs()) as { contract: ServerContract; data: { volumeId: string; telemetryBucket: string }; release: string };
  assert.equal(contract.address, only(scene, types.eip).outputs["publicIp"]);
  assert.equal(data.volumeId, only(scene, types.volume).id);
  assert.match(scene.cloud.object(data.telemetryBucket, `status/${release}.json`)!, /"applied"/);
  assert.match(contract.ca, /BEGIN CERTIFICATE/);
});

step("a second up with nothing changed does nothing", async scene => {
  assert.deepEqual(Object.keys((await scene.up(server())).changes), ["same"]);
});

step("another spec changes the release alone, and the preview shows which line", async scene => {
  const change = server({ retention: { traces: "3d" } });
  const preview = await scene.preview(change);
  assertOnlyReleases(preview, releases);
  assert.match(preview.output, /~ +block_retention *: +"168h" +=> +"72h"/);
  assertOnlyReleases(await scene.up(change), releases);
  // Earlier ones stay for a machine that has to go back.
  assert.equal(scene.cloud.all("object").filter(({ id }) => id.includes("/releases/")).length, 2);
});

step("a newer image in the catalogue changes nothing", async scene => {
  scene.cloud.set("images", { arm64: "ami-newer", amd64: "ami-newer-amd64" });
  assert.deepEqual(Object.keys((await scene.up(server({ retention: { traces: "3d" } }))).changes), ["same"]);
});

step("a rotated secret is stored and rolled out, and the machine stays", async scene => {
  const machine = only(scene, types.instance);
  const outcome = await scene.up(server({ retention: { traces: "3d" }, rotate: { "push-orders": "2026-11" } }));
  assert.deepEqual(touched(outcome), ["replace BucketObjectv2 mon-release", "replace RandomBytes mon-push-orders", "update BucketObjectv2 mon-pointer", "update Parameter mon-push-orders"]);
  assert.equal(only(scene, types.instance).id, machine.id);
});

step("a release that fails on the server fails with its words, again at the next up, and no longer once it is mended", async scene => {
  const change = server({ rotate: { "push-orders": "2026-11" }, retention: { logs: "20d" } });
  scene.guestReports({ result: "refused", step: "validate", message: "loki refuses its new configuration", lastLines: ["loki: line 7: unknown field"] });
  for (const attempt of ["first", "second"]) {
    const message = await failureOf(scene.up(change));
    assert.match(message, /The server refused the release and changed nothing \(step "validate"/, attempt);
    assert.match(message, /loki: line 7: unknown field/, attempt);
  }
  scene.guestReports({});
  await scene.up(change);
});

step("a server that says nothing fails after the given time with where to look, though it reported the same release before", async scene => {
  await scene.up(server());
  scene.guestReports("silence");
  try {
    assert.match(await failureOf(scene.up(server({ retention: { logs: "21d" }, waitSeconds: 30 }))), /The server was not done after 30 s: .*aws ssm start-session/s);
    assert.match(await failureOf(scene.up(server({ waitSeconds: 30 }))), /The server was not done after 30 s/);
  } finally {
    scene.guestReports({});
  }
  await scene.up(server());
});

step("another machine type is announced and takes the same machine", async scene => {
  const [machine, disk] = [only(scene, types.instance), only(scene, types.volume)];
  const change = server({ size: "medium", dataDiskGiB: 20 });
  assert.deepEqual(touched(await scene.preview(change)).filter(line => !releases.includes(line)), ["update Instance mon-server"]);
  await scene.up(change);
  assert.equal(only(scene, types.instance).id, machine.id);
  assert.equal(only(scene, types.instance).inputs["instanceType"], "t4g.medium");
  assert.equal(scene.cloud.calls().filter(({ operation }) => operation === "restart").length, 1);
  assert.equal(only(scene, types.volume).id, disk.id);
});

step("a larger data disk grows in place", async scene => {
  const disk = only(scene, types.volume);
  const change = server({ size: "medium", dataDiskGiB: 40 });
  assert.deepEqual(touched(await scene.up(change)), ["update Volume mon-data"]);
  assert.equal(only(scene, types.volume).id, disk.id);
});

step("a named image replaces the machine, and disk and address go over to the new one", async scene => {
  const [machine, disk, address] = [only(scene, types.instance), only(scene, types.volume), only(scene, types.eip)];
  scene.cloud.put({ type: "image", id: "ami-of-ours", outputs: { arch: "arm64" } });
  const before = calls(scene, types.instance, types.attachment).length;
  await scene.up(server({ size: "medium", dataDiskGiB: 40, imageId: "ami-of-ours" }));
  assert.deepEqual(calls(scene, types.instance, types.attachment).slice(before), ["delete VolumeAttachment", "delete Instance", "create Instance", "create VolumeAttachment"]);
  assert.notEqual(only(scene, types.instance).id, machine.id);
  assert.equal(only(scene, types.volume).id, disk.id);
  assert.equal(only(scene, types.eip).id, address.id);
  assert.equal(only(scene, types.attachment).inputs["volumeId"], disk.id);
});

step("no secret is readable in the state, in what the engine said, or in anything in the cloud but the store", async scene => {
  const secrets = scene.cloud.all(types.parameter).filter(({ id }) => !id.endsWith("/ca-certificate")).map(({ inputs }) => inputs["value"] as string);
  const { tokens, adminPassword } = (await scene.stack.outputs()) as { tokens: { push: Record<string, string> }; adminPassword: string };
  assert.ok(secrets.includes(tokens.push["orders"]!) && secrets.includes(adminPassword));
  assertNoSecret(scene, secrets, [types.parameter]);
});

step("destroyed with keep, the disk and the telemetry bucket stay, closed to the public", async scene => {
  const { data } = (await scene.stack.outputs()) as { data: { volumeId: string; telemetryBucket: string } };
  await scene.destroy();
  assert.deepEqual(left(scene), [...telemetryLeft, "Volume"]);
  assert.equal(only(scene, types.volume).id, data.volumeId);
  assert.equal(only(scene, types.bucket).id, data.telemetryBucket);
});

step("a new server takes the disk and what else exists, and its end leaves all of that as it was", async scene => {
  const { cloud } = scene;
  const [disk, telemetry] = [only(scene, types.volume), only(scene, types.bucket)];
  const zone = disk.inputs["availabilityZone"];
  const theirs = [
    cloud.put({ type: types.vpc, id: "vpc-theirs" }),
    cloud.put({ type: types.subnet, id: "subnet-theirs", inputs: { vpcId: "vpc-theirs" }, outputs: { availabilityZone: zone } }),
    cloud.put({ type: types.securityGroup, id: "sg-theirs", inputs: { vpcId: "vpc-theirs" } }),
    cloud.put({ type: types.instanceProfile, id: "profile-theirs", outputs: { name: "profile-theirs" } }),
    cloud.put({ type: types.bucket, id: "configuration-theirs" }),
    cloud.put({ type: types.eip, id: "eipalloc-theirs", outputs: { publicIp: "198.51.100.7", allocationId: "eipalloc-theirs" } }),
    cloud.put({ type: types.zone, id: "Z1" }),
    disk,
    telemetry,
  ];
  const from = cloud.calls().length;
  await scene.up(server({
    subnetId: "subnet-theirs", securityGroupId: "sg-theirs", instanceProfileName: "profile-theirs", configurationBucket: "configuration-theirs", telemetryBucket: telemetry.id,
    dataVolumeId: disk.id, allocationId: "eipalloc-theirs", zoneId: "Z1", domain: "mon.example.com", onDestroy: "delete",
  }));
  assert.equal(only(scene, types.attachment).inputs["volumeId"], disk.id);
  assert.deepEqual((await scene.stack.outputs())["data"], { volumeId: disk.id, telemetryBucket: telemetry.id });
  assert.deepEqual(only(scene, "aws:route53/record:Record").inputs["records"], ["198.51.100.7"]);
  await scene.destroy();
  assert.deepEqual(cloud.calls().slice(from).filter(({ operation, id }) => operation !== "read" && theirs.some(thing => thing.id === id)), []);
  assert.deepEqual(theirs.map(({ type, id }) => cloud.find(type, id)), theirs);
  for (const { type, id } of theirs) cloud.remove(type, id);
});

step("destroyed with snapshot, a snapshot is left of the disk, from which a new server starts; with delete, nothing is left of that one", async scene => {
  const { cloud } = scene;
  await scene.up(server({ onDestroy: "snapshot" }));
  const disk = only(scene, types.volume);
  await scene.destroy();
  const snapshot = only(scene, types.snapshot);
  assert.equal(snapshot.inputs["volumeId"], disk.id);
  assert.deepEqual(left(scene), telemetryLeft);
  const buckets = cloud.all(types.bucket);
  await scene.up(server({ dataSnapshotId: snapshot.id, onDestroy: "delete" }));
  assert.equal(only(scene, types.volume).inputs["snapshotId"], snapshot.id);
  await scene.destroy();
  assert.deepEqual(left(scene), telemetryLeft);
  assert.deepEqual(cloud.all(types.bucket), buckets);
});

step("a machine that exists gets the server through Systems Manager, and is left as it was", async scene => {
  const { cloud } = scene;
  const machine = cloud.put({ type: types.instance, id: "i-theirs", inputs: { instanceType: "t3.medium" }, outputs: { publicIp: "198.51.100.8", privateIp: "10.0.0.8", vpcSecurityGroupIds: ["sg-theirs"] } });
  const group = cloud.put({ type: types.securityGroup, id: "sg-theirs" });
  const change = server({ instanceId: machine.id, memory: 4096, onDestroy: "delete" });
  await scene.up(change);
  const { contract } = (await scene.stack.outputs()) as { contract: ServerContract };
  assert.equal(contract.address, "198.51.100.8");
  assert.deepEqual(Object.keys((await scene.up(change)).changes), ["same"]);
  assert.equal(only(scene, types.association).inputs["name"], "AWS-RunShellScript");
  await scene.destroy();
  assert.deepEqual([cloud.find(types.instance, machine.id), cloud.find(types.securityGroup, group.id)], [machine, group]);
  for (const { type, id } of [machine, group]) cloud.remove(type, id);
});

step("stacks of other environments refer to the server, and the end of one harms neither it nor another", async scene => {
  const { cloud } = scene;
  const [dev, prod] = [scene.beside("dev"), scene.beside("prod")];
  for (const name of ["dev", "prod"]) cloud.put({ type: types.securityGroup, id: `sg-${name}` });
  const access = (name: string) => ({ access: { stack: "aws", args: { securityGroupId: `sg-${name}`, ports: [9100, 8080] } } });
  await scene.up(server({ onDestroy: "delete" }));
  const { contract } = (await scene.stack.outputs()) as { contract: ServerContract };
  await dev.up(access("dev"));
  await prod.up(access("prod"));
  const rules = () => [types.ingress, types.egress].flatMap(type => cloud.all(type)).filter(({ inputs }) => inputs["referencedSecurityGroupId"] !== undefined);
  assert.equal(rules().length, 8);
  await dev.destroy();
  assert.deepEqual([...new Set(rules().map(({ inputs }) => [inputs["securityGroupId"], inputs["referencedSecurityGroupId"]].find(id => id !== (contract.scrapeSource as { securityGroupId: string }).securityGroupId)))], ["sg-prod"]);
  assert.deepEqual(Object.keys((await scene.up(server({ onDestroy: "delete" }))).changes), ["same"]);
  assert.deepEqual(Object.keys((await prod.up(access("prod"))).changes), ["same"]);
});

step("another disk, another bucket or a machine type of another architecture takes a new machine, which finds them", async scene => {
  const { cloud } = scene;
  const zone = only(scene, types.volume).inputs["availabilityZone"];
  cloud.put({ type: types.bucket, id: "telemetry-theirs" });
  const disk = cloud.put({ type: types.volume, id: "vol-theirs", inputs: { availabilityZone: zone } });
  for (const change of [{ telemetryBucket: "telemetry-theirs" }, { dataVolumeId: disk.id }, { instanceType: "t3.small" }]) {
    const machine = only(scene, types.instance);
    await scene.up(server({ ...change, onDestroy: "delete" }));
    assert.notEqual(only(scene, types.instance).id, machine.id, JSON.stringify(change));
  }
});

const telemetryLeft = ["Bucket", "BucketLifecycleConfiguration", "BucketPolicy", "BucketPublicAccessBlock", "BucketServerSideEncryptionConfiguration"];

/** What is left in the cloud of the types of resources, by the last part of their tokens. */
function left({ cloud }: CloudScene): string[] {
  return [...new Set(cloud.all().filter(({ type }) => type.startsWith("aws:") && type !== types.object).map(({ type }) => type.split(":").at(-1)!))].sort();
}
