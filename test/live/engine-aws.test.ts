import assert from "node:assert/strict";
import { after } from "node:test";
import { gunzipSync } from "node:zlib";
import type { ServerContract } from "../../components/server/contract";
import { alterations, assertNoSecret, cloudScene, failureOf, left as leftOf, only, story, touched, type CloudScene } from "./cloud-scene";
import { commonSteps, server } from "./cloud-story";
import { awsUnderTest } from "./cloud-under-test";
import { types } from "./stand-ins/cloud-plugin/aws-types";
import { project, types as gcp } from "./stand-ins/cloud-plugin/gcp-types";

let it: CloudScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await cloudScene("aws", awsUnderTest.module, [...awsUnderTest.plugins, "gcp"])));
after(() => it?.end());

const left = (scene: CloudScene) => leftOf(scene, "aws").filter(type => type !== "BucketObjectv2");
const telemetryLeft = ["Bucket", "BucketLifecycleConfiguration", "BucketPolicy", "BucketPublicAccessBlock", "BucketServerSideEncryptionConfiguration"];

/** What a compressed script does, once a shell has unpacked it. */
const unpacked = (script: string) => gunzipSync(Buffer.from(/<<'lgtm-end-of-script'[^\n]*\n([^]*?)lgtm-end-of-script/.exec(script)![1]!, "base64")).toString();

commonSteps(step, awsUnderTest);

step("a newer image in the catalogue changes nothing, and earlier releases are still there", async scene => {
  scene.cloud.set("images", { arm64: "ami-newer", amd64: "ami-newer-amd64" });
  assert.deepEqual(touched(await scene.preview(server())), []);
  assert.ok(scene.cloud.all("object").filter(({ id }) => id.includes("/releases/")).length > 1);
});

step("a server that says nothing fails after the given time with where to look, though it reported the same release before", async scene => {
  await scene.up(server({ retention: { logs: "21d" } }));
  scene.guestReports("silence");
  try {
    assert.match(await failureOf(scene.up(server({ waitSeconds: 30 }))), /The server was not done after 30 s: .*aws ssm start-session/s);
  } finally {
    scene.guestReports({});
  }
});

step("another machine type is announced and takes the same machine, and a larger disk grows in place", async scene => {
  const [machine, disk] = [only(scene, types.instance), only(scene, types.volume)];
  const change = server({ size: "medium" });
  assert.deepEqual(touched(await scene.preview(change)), [...awsUnderTest.releases, "update Instance mon-server", "update Volume mon-data"]);
  await scene.up(change);
  assert.deepEqual([only(scene, types.instance).id, only(scene, types.instance).inputs["instanceType"]], [machine.id, "t4g.medium"]);
  assert.deepEqual([only(scene, types.volume).id, only(scene, types.volume).inputs["size"]], [disk.id, 50]);
  assert.equal(scene.cloud.calls().filter(({ operation }) => operation === "restart").length, 1);
});

step("a named image replaces the machine, and disk and address go over to the new one", async scene => {
  const before = { machine: only(scene, types.instance), disk: only(scene, types.volume), address: only(scene, types.eip) };
  scene.cloud.put({ type: "image", id: "ami-of-ours", outputs: { arch: "arm64" } });
  const from = scene.cloud.calls().length;
  await scene.up(server({ size: "medium", imageId: "ami-of-ours" }));
  assert.deepEqual(alterations(scene, from, types.instance, types.attachment, types.volume), ["delete VolumeAttachment", "delete Instance", "create Instance", "create VolumeAttachment"]);
  assert.deepEqual([only(scene, types.volume), only(scene, types.eip)], [before.disk, before.address]);
  assert.equal(only(scene, types.attachment).inputs["volumeId"], before.disk.id);
});

step("destroyed with keep, the disk and the telemetry bucket stay, closed to the public", async scene => {
  const { data } = (await scene.stack.outputs()) as { data: { volumeId: string; telemetryBucket: string } };
  await scene.destroy();
  assert.deepEqual(left(scene), [...telemetryLeft, "Volume"]);
  assert.deepEqual([only(scene, types.volume).id, only(scene, types.bucket).id], [data.volumeId, data.telemetryBucket]);
});

step("a new server takes the disk and what else exists, and its end leaves all of that as it was", async scene => {
  const { cloud } = scene;
  const [disk, telemetry] = [only(scene, types.volume), only(scene, types.bucket)];
  const theirs = [
    disk,
    telemetry,
    cloud.put({ type: types.vpc, id: "vpc-theirs" }),
    cloud.put({ type: types.subnet, id: "subnet-theirs", inputs: { vpcId: "vpc-theirs" }, outputs: { availabilityZone: disk.inputs["availabilityZone"] } }),
    cloud.put({ type: types.securityGroup, id: "sg-theirs", inputs: { vpcId: "vpc-theirs" } }),
    cloud.put({ type: types.instanceProfile, id: "profile-theirs", outputs: { name: "profile-theirs" } }),
    cloud.put({ type: types.bucket, id: "configuration-theirs" }),
    cloud.put({ type: types.eip, id: "eipalloc-theirs", outputs: { publicIp: "198.51.100.7", allocationId: "eipalloc-theirs" } }),
    cloud.put({ type: types.zone, id: "Z1" }),
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
  assert.deepEqual(cloud.calls().slice(from).filter(({ id }) => theirs.some(thing => thing.id === id)), []);
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
  await scene.up(server({ instanceId: machine.id, memory: 4096, onDestroy: "delete" }));
  const { contract } = (await scene.stack.outputs()) as { contract: ServerContract };
  assert.equal(contract.address, "198.51.100.8");
  assert.equal(only(scene, types.association).inputs["name"], "AWS-RunShellScript");
  await scene.destroy();
  assert.deepEqual(cloud.find(types.instance, machine.id), machine);
  cloud.remove(types.instance, machine.id);
});

step("stacks of other environments refer to the server, and the end of one harms neither it nor another", async scene => {
  const { cloud } = scene;
  const [dev, prod] = [scene.beside("dev"), scene.beside("prod")];
  for (const name of ["dev", "prod"]) cloud.put({ type: types.securityGroup, id: `sg-${name}` });
  const environment = (name: string) => ({
    owner: "aws",
    access: { securityGroupId: `sg-${name}`, ports: [9100, 8080] },
    agents: { environment: name, service: "orders", client: "orders" },
  });
  await scene.up(server({ onDestroy: "delete" }));
  const { contract } = (await scene.stack.outputs()) as { contract: ServerContract };
  await dev.up(environment("dev"));
  await prod.up(environment("prod"));
  const group = (contract.scrapeSource as { securityGroupId: string }).securityGroupId;
  const rules = () => [types.ingress, types.egress].flatMap(type => cloud.all(type)).map(({ inputs }) => [inputs["securityGroupId"], inputs["referencedSecurityGroupId"]]).filter(([, other]) => other !== undefined);
  const agents = () => cloud.all(types.association).map(({ inputs }) => inputs["targets"]);
  assert.deepEqual(rules().flat().filter(id => id !== group).sort(), ["sg-dev", "sg-dev", "sg-dev", "sg-dev", "sg-prod", "sg-prod", "sg-prod", "sg-prod"]);
  assert.equal(agents().length, 2);
  await dev.destroy();
  assert.deepEqual([...new Set(rules().flat().filter(id => id !== group))], ["sg-prod"]);
  assert.deepEqual(agents(), [[{ key: "tag:lgtm-environment", values: ["prod"] }]]);
  assert.deepEqual(touched(await scene.preview(server({ onDestroy: "delete" }))), []);
  assert.deepEqual(touched(await prod.preview(environment("prod"))), []);
});

step("application servers of another cloud are refused what cannot work there: a rule that names the server, a token in a store that they cannot read", async scene => {
  const shop = scene.beside("shop-on-gcp", "cloud-gcp-program.js");
  const access = await failureOf(shop.preview({ owner: "aws", access: { serviceAccount: "orders@shop.iam.gserviceaccount.com", ports: [9100] } }));
  assert.match(access, /the monitoring server at 203\.0\.113\.\d+ is on aws, so no service account stands for it\. Let agents push to it/);
  const agents = await failureOf(shop.preview({ owner: "aws", agents: { zone: "europe-west3-b", environment: "prod", service: "orders", client: "orders" } }));
  assert.match(agents, /token: missing\. The monitoring server keeps its tokens in AWS, in a secret store that machines on Google Cloud cannot read/);
});

step("application servers on Google Cloud push to the server on AWS with a token in their own cloud's store, and the end of their stack harms nobody", async scene => {
  const { cloud } = scene;
  const [shop, prod] = [scene.beside("shop-on-gcp", "cloud-gcp-program.js"), scene.beside("prod")];
  const onGcp = { owner: "aws", tokenOf: "orders", agents: { zone: "europe-west3-b", environment: "prod", service: "orders", client: "orders" } };
  const ofAws = () => cloud.all().filter(({ type }) => type.startsWith("aws:"));
  const before = ofAws();
  await shop.up(onGcp);
  assert.deepEqual(ofAws(), before);
  const { contract, tokens } = (await scene.stack.outputs()) as { contract: ServerContract; tokens: { push: Record<string, string> } };
  assert.equal(only(scene, gcp.secretVersion).inputs["secretData"], tokens.push["orders"]);
  const { script } = (only(scene, gcp.assignment).inputs["osPolicies"] as { resourceGroups: { resources: { exec: { enforce: { script: string } } }[] }[] }[])[0]!.resourceGroups[0]!.resources[0]!.exec.enforce;
  const document = unpacked(script);
  assert.ok(document.includes(`{"kind":"secret-manager","project":"${project}","prefix":"lgtm-pulumi-lgtm-test-shop-on-gcp-shop-on-gcp","name":"push-orders"}`) && document.includes(contract.endpoints.otlpGrpc));
  assertNoSecret(shop, [...Object.values(tokens.push), ...Object.values(awsUnderTest.secrets(cloud)).filter(value => !value.includes("BEGIN CERTIFICATE"))], [...awsUnderTest.secretTypes, gcp.secretVersion]);

  const rotated = server({ onDestroy: "delete", rotate: { "push-orders": "2027-01" } });
  await scene.up(rotated);
  assert.deepEqual(touched(await prod.preview({ owner: "aws", access: { securityGroupId: "sg-prod", ports: [9100, 8080] }, agents: { environment: "prod", service: "orders", client: "orders" } })), []);
  assert.deepEqual(touched(await shop.up(onGcp)), ["replace SecretVersion shop-on-gcp-token"]);

  const then = ofAws();
  await shop.destroy();
  assert.deepEqual(cloud.all().filter(({ type }) => type.startsWith("gcp:")), []);
  assert.deepEqual(ofAws(), then);
  assert.deepEqual(touched(await scene.preview(rotated)), []);
});

for (const [what, change] of Object.entries({
  "another bucket": { telemetryBucket: "telemetry-theirs" },
  "another disk": { dataVolumeId: "vol-theirs" },
  "a machine type of another architecture": { instanceType: "t3.small" },
})) {
  step(`${what} takes a new machine, which finds it`, async scene => {
    scene.cloud.put({ type: types.bucket, id: "telemetry-theirs" });
    scene.cloud.put({ type: types.volume, id: "vol-theirs", inputs: { availabilityZone: only(scene, types.instance).outputs["availabilityZone"] } });
    const machine = only(scene, types.instance);
    await scene.up(server({ ...change, onDestroy: "delete" }));
    assert.notEqual(only(scene, types.instance).id, machine.id);
  });
}
