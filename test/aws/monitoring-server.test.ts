import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Provider } from "@pulumi/aws/provider";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/aws";
import { machineIn } from "../cloud/machine-in";
import { isSecret, made, open, plainText, resources, seen } from "../mocks";
import { account, region, run } from "./mocks";

const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

async function server(more: Partial<MonitoringServerArgs> = {}, options: { preview?: boolean } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer("mon", { ...base, ...more }), options);
  return { component, registered, ...resources(registered) };
}

/** Text of the user data, as cloud-init sees it. */
function userDataOf(instance: Record<string, any>): string {
  return gunzipSync(Buffer.from(instance.userDataBase64, "base64")).toString();
}

function machineOf(instance: Record<string, any>): Record<string, any> {
  return machineIn(userDataOf(instance));
}

describe("a monitoring server on AWS", () => {
  it("is a small arm64 machine that takes no newer image by itself and hands its identity out by IMDSv2 only", async () => {
    const { only } = await server();
    const instance = only("Instance");
    assert.equal(instance.instanceType, "t4g.small");
    assert.equal(instance.ami, "ami-arm64");
    assert.deepEqual(instance.metadataOptions, { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 2 });
    assert.equal(instance.rootBlockDevice.encrypted, true);
    assert.equal(instance.ebsOptimized, true);
    assert.equal(instance.userDataReplaceOnChange, false);
    assert.equal(instance.keyName, undefined);
    assert.equal(instance.associatePublicIpAddress, undefined);
  });

  it("finds its disk, its buckets and its secrets by its user data, which is within AWS's limit", async () => {
    const { only } = await server();
    const instance = only("Instance");
    const size = Buffer.from(instance.userDataBase64, "base64").length;
    assert.ok(size <= 16_384, `${size} bytes`);
    assert.deepEqual(machineOf(instance), {
      format: 1,
      root: "/var/lib/pulumi-lgtm",
      store: { kind: "s3", bucket: "mon-configuration", prefix: "", region },
      statusStore: { kind: "s3", bucket: "mon-telemetry", prefix: "", region },
      secrets: { kind: "ssm", prefix: "/lgtm/project/stack/mon", region },
      dataDisk: { device: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0", sizeGiB: 20 },
    });
  });

  it("lets in the given ranges on 443 and nothing else, and out on the ports it needs", async () => {
    const { typed } = await server({ allowedCidrs: ["203.0.113.0/24", "2001:db8::/32"] });
    assert.deepEqual(typed("SecurityGroupIngressRule").map(({ inputs }) => [inputs.cidrIpv4 ?? inputs.cidrIpv6, inputs.fromPort, inputs.toPort, inputs.ipProtocol]), [["203.0.113.0/24", 443, 443, "tcp"], ["2001:db8::/32", 443, 443, "tcp"]]);
    assert.deepEqual([...new Set(typed("SecurityGroupEgressRule").map(({ inputs }) => inputs.fromPort))], [80, 443]);
    for (const rule of [...typed("SecurityGroupIngressRule"), ...typed("SecurityGroupEgressRule")]) assert.ok(rule.inputs.description);
    const mail = await server({ alerts: { email: [{ to: ["a@example.com"], from: "b@example.com", smarthost: "smtp.example.com:587" }] } });
    assert.ok(mail.typed("SecurityGroupEgressRule").some(({ inputs }) => inputs.fromPort === 587));
  });

  it("has rights on its own buckets and secrets, and a star only where AWS knows no resource", async () => {
    const { named } = await server();
    const { Statement } = JSON.parse(named("RolePolicy", "mon-server").policy) as { Statement: { Sid: string; Action: string[]; Resource: string | string[] }[] };
    const rights = Object.fromEntries(Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    assert.deepEqual(rights, {
      ReadReleases: "arn:aws:s3:::mon-configuration/*",
      List: ["arn:aws:s3:::mon-configuration", "arn:aws:s3:::mon-telemetry"],
      KeepTelemetry: "arn:aws:s3:::mon-telemetry/*",
      ReadSecrets: `arn:aws:ssm:${region}:${account}:parameter/lgtm/project/stack/mon/*`,
      SessionManager: "*",
    });
    assert.ok(Statement.every(({ Action }) => Action.every(action => !action.includes("*"))));
    assert.ok(!Statement.find(({ Sid }) => Sid === "ReadReleases")!.Action.some(action => /Put|Delete/.test(action)));
  });

  it("gets the rights that its spec asks of the account, and no others", async () => {
    const { named } = await server({
      cloudDatasources: { aws: [{}, { name: "shop", assumeRoleArn: "arn:aws:iam::210987654321:role/monitoring" }] },
      cloudLogs: { environment: "prod", aws: { groups: [{ prefix: "/aws/lambda/" }] } },
      discovery: { ec2: {} },
    });
    const { Statement } = JSON.parse(named("RolePolicy", "mon-server").policy) as { Statement: { Sid: string; Action: string[]; Resource: string | string[] }[] };
    const of = (sid: string) => Statement.find(({ Sid }) => Sid === sid);
    assert.ok(of("ReadAccount")!.Action.includes("cloudwatch:GetMetricData") && of("ReadAccount")!.Action.includes("ec2:DescribeInstances"));
    assert.ok(of("ReadAccount")!.Action.every(action => /:(Get|List|Describe|Start|Stop)/.test(action)));
    assert.deepEqual(of("ReadLogs")!.Resource, [`arn:aws:logs:${region}:${account}:log-group:/aws/lambda/*:*`]);
    assert.deepEqual(of("OtherAccounts")!.Resource, ["arn:aws:iam::210987654321:role/monitoring"]);
  });

  it("has two closed, encrypted buckets that answer over TLS only; releases are versioned", async () => {
    const { typed, named } = await server();
    assert.deepEqual(typed("Bucket").map(({ name }) => name), ["mon-configuration", "mon-telemetry"]);
    for (const { inputs } of typed("BucketPublicAccessBlock")) assert.deepEqual([inputs.blockPublicAcls, inputs.blockPublicPolicy, inputs.ignorePublicAcls, inputs.restrictPublicBuckets], [true, true, true, true]);
    assert.equal(typed("BucketPublicAccessBlock").length, 2);
    for (const { inputs } of typed("BucketPolicy")) assert.match(String(inputs.policy), /"Effect":"Deny","Principal":"\*".*"aws:SecureTransport":"false"/);
    assert.deepEqual(typed("BucketVersioning").map(({ name }) => name), ["mon-configuration"]);
    assert.equal(named("BucketServerSideEncryptionConfiguration", "mon-telemetry").rules[0].applyServerSideEncryptionByDefault.sseAlgorithm, "AES256");
  });

  it("keeps its data on an encrypted disk with a snapshot a day", async () => {
    const { only } = await server();
    assert.deepEqual([only("Volume").encrypted, only("Volume").size, only("Volume").type, only("Volume").finalSnapshot], [true, 20, "gp3", false]);
    assert.equal(only("VolumeAttachment").stopInstanceBeforeDetaching, true);
    const { policyDetails } = only("LifecyclePolicy");
    assert.deepEqual(policyDetails.targetTags, { "lgtm-snapshots": "project/stack/mon" });
    assert.equal(only("Volume").tags["lgtm-snapshots"], "project/stack/mon");
    assert.equal(policyDetails.schedules[0].retainRule.count, 7);
    assert.deepEqual((await server({ snapshotsKept: 0 })).typed("LifecyclePolicy"), []);
  });

  it("has its snapshots made and pruned by a role that can touch no other volume and no other snapshot", async () => {
    const { Statement } = JSON.parse((await server()).named("RolePolicy", "mon-snapshots").policy) as { Statement: { Sid: string; Action: string[]; Resource: string; Condition?: object }[] };
    const ofServer = { StringEquals: { "aws:ResourceTag/lgtm-snapshots": "project/stack/mon" } };
    assert.deepEqual(Statement.map(({ Sid, Action, Resource, Condition }) => [Sid, Action, Resource, Condition]), [
      ["Snapshot", ["ec2:CreateSnapshot"], `arn:aws:ec2:${region}:${account}:volume/*`, ofServer],
      ["Keep", ["ec2:CreateSnapshot", "ec2:CreateTags"], `arn:aws:ec2:${region}::snapshot/*`, undefined],
      ["Prune", ["ec2:DeleteSnapshot"], `arn:aws:ec2:${region}::snapshot/*`, ofServer],
      ["Look", ["ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"], "*", undefined],
    ]);
  });

  it("takes a last snapshot, empties the bucket, or neither, as onDestroy says", async () => {
    const wanted = { keep: [false, false], snapshot: [true, false], delete: [false, true] } as const;
    for (const onDestroy of ["keep", "snapshot", "delete"] as const) {
      const { only, named } = await server({ onDestroy });
      assert.deepEqual([only("Volume").finalSnapshot, named("Bucket", "mon-telemetry").forceDestroy], wanted[onDestroy], onDestroy);
      assert.equal(named("Bucket", "mon-configuration").forceDestroy, true);
    }
  });

  it("puts the pointer into the bucket when bundle and release are there, under their hashes", async () => {
    const { component, named } = await server();
    const release = (await seen(component.release)).value!;
    assert.equal(named("BucketObjectv2", "mon-release").key, `releases/${release}.json`);
    assert.equal((JSON.parse(open(named("BucketObjectv2", "mon-pointer").content) as string) as { release: string }).release, release);
    assert.match(named("BucketObjectv2", "mon-bundle").key, /^bundles\/[0-9a-f]{64}\.json$/);
    const document = JSON.parse(open(named("BucketObjectv2", "mon-release").content) as string) as { bindings: object };
    assert.deepEqual(document.bindings, { address: "203.0.113.7", bucket: "mon-telemetry", region });
  });

  it("has a contract whose authority is known before the machine answers", async () => {
    const { component } = await server();
    const { value: contract } = await seen(component.contract);
    assert.equal(contract?.url, "https://203.0.113.7/");
    assert.equal(contract?.ca, "certificate of mon-ca");
    assert.deepEqual(contract?.scrapeSource, { cloud: "aws", securityGroupId: "mon-server" });
    assert.deepEqual(contract?.tokenSecrets, { push: { default: "/lgtm/project/stack/mon/push-default" }, read: { default: "/lgtm/project/stack/mon/read-default" } });
    assert.deepEqual(contract?.labels, { environment: "monitoring", cloud: "aws", host: "mon" });
  });

  it("gets a public certificate when the world may come in, and the record of its name in the given zone", async () => {
    const { component, only, typed } = await server({ domain: "mon.example.com", zoneId: "Z1", allowedCidrs: ["0.0.0.0/0"] });
    assert.deepEqual(typed("PrivateKey"), []);
    assert.equal((await seen(component.contract)).value?.ca, "");
    assert.deepEqual([only("Record").name, only("Record").records, only("Record").type], ["mon.example.com", ["203.0.113.7"], "A"]);
  });

  it("keeps every secret in the Parameter Store, encrypted, and none anywhere else", async () => {
    const { component, registered, typed } = await server({ alerts: { slack: [{}] }, secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } });
    for (const { inputs } of typed("Parameter")) assert.deepEqual([inputs.type, isSecret(inputs.value)], ["SecureString", true]);
    assert.deepEqual(typed("Parameter").map(({ name }) => name).sort(), ["alerts-slack-webhook", "ca-certificate", "ca-key", "grafana-admin-password", "grafana-secret-key", "push-default", "read-default"].map(secret => `mon-${secret}`));
    const values = ["https://hooks.example.com/given", made("mon-ca-key"), ...typed("Parameter").filter(each => !/slack|ca-/.test(each.name)).map(({ name }) => made(name))];
    for (const each of registered) for (const value of values) assert.ok(!plainText(each.inputs).includes(value), `${each.type} ${each.name} shows ${value}`);
    for (const instance of typed("Instance")) for (const value of values) assert.ok(!userDataOf(instance.inputs).includes(value));
    assert.ok((await seen(component.tokens)).secret && (await seen(component.adminPassword)).secret);
    assert.ok(!(await seen(component.contract)).secret);
  });

  it("tags everything that can carry tags, and the user's win", async () => {
    const { registered } = await server({ tags: { team: "orders", Name: "ours" }, domain: "mon.example.com", zoneId: "Z1" });
    const without = registered.filter(({ type, inputs }) => type.startsWith("aws:") && !untaggable.test(type) && (inputs.tags as Record<string, string> | undefined)?.team !== "orders");
    assert.deepEqual(without.map(({ type }) => type), []);
    for (const { inputs } of registered) if (inputs.tags) assert.deepEqual([(inputs.tags as Record<string, string>).Name, (inputs.tags as Record<string, string>)["managed-by"]], ["ours", "pulumi-lgtm"]);
  });

  it("names its price by one dated table", async () => {
    const { component } = await server();
    assert.deepEqual(component.price.unknown, []);
    assert.equal(component.price.usd, Math.round(component.price.items.reduce((sum, { usd }) => sum + usd!, 0) * 100) / 100);
    assert.ok(component.price.usd > 15 && component.price.usd < 30, String(component.price.usd));
    const reading = (await server({ cloudMetrics: { aws: { services: ["rds"] } } })).component.price;
    assert.ok(reading.usd > component.price.usd && reading.items.at(-1)!.what.startsWith("cloud metrics: one "), JSON.stringify(reading.items.at(-1)));
    assert.deepEqual((await server({ instanceType: "c7gn.4xlarge", memory: 32768 })).component.price.unknown, ["instance c7gn.4xlarge"]);
  });

  it("is previewed with what is not known yet, and nobody waits", async () => {
    const { registered, component } = await server({}, { preview: true });
    const { registered: created } = await server();
    assert.deepEqual(registered.map(({ type, name }) => `${type} ${name}`).sort(), created.map(({ type, name }) => `${type} ${name}`).sort());
    assert.equal((await seen(component.contract)).known, false);
  });
});

/** Resources of AWS that carry no tags. */
const untaggable = /:(RouteTableAssociation|EipAssociation|VolumeAttachment|RolePolicy|BucketPublicAccessBlock|BucketPolicy|BucketVersioning|BucketLifecycleConfiguration|BucketServerSideEncryptionConfiguration|Record)$/;

describe("what a team has already", () => {
  it("a subnet: no network is made, and the disk is where the subnet is", async () => {
    const { typed, only } = await server({ subnetId: "subnet-given" });
    for (const type of ["Vpc", "Subnet", "InternetGateway", "RouteTable", "VpcEndpoint"]) assert.deepEqual(typed(type), [], type);
    assert.equal(only("NetworkInterface").subnetId, "subnet-given");
    assert.equal(only("SecurityGroup").vpcId, "vpc-given");
    assert.equal(only("Volume").availabilityZone, `${region}b`);
  });

  it("a security group, a role, buckets, a disk, an address: taken as they are", async () => {
    const { typed, only, named, component } = await server({
      subnetId: "subnet-given", securityGroupId: "sg-given", instanceProfileName: "profile-given", configurationBucket: "releases-given", telemetryBucket: "telemetry-given",
      dataVolumeId: "vol-given", allocationId: "eipalloc-given",
    });
    for (const type of ["SecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule", "Role", "RolePolicy", "InstanceProfile", "Bucket", "BucketPolicy", "Volume", "LifecyclePolicy", "Eip"]) assert.deepEqual(typed(type), [], type);
    assert.deepEqual(only("NetworkInterface").securityGroups, ["sg-given"]);
    assert.equal(only("Instance").iamInstanceProfile, "profile-given");
    assert.equal(named("BucketObjectv2", "mon-pointer").bucket, "releases-given");
    assert.equal(machineOf(only("Instance")).statusStore.bucket, "telemetry-given");
    assert.equal(only("VolumeAttachment").volumeId, "vol-given");
    assert.equal(only("EipAssociation").allocationId, "eipalloc-given");
    assert.deepEqual(component.price.items.map(({ what }) => what.split(" ").slice(0, 2).join(" ")), ["instance t4g.small", "system disk", "alarm that"], "what is made costs, and nothing else");
    const { Statement } = JSON.parse((await seen(component.requiredPolicy)).value!) as { Statement: { Sid: string; Resource: unknown }[] };
    assert.equal(Statement.find(({ Sid }) => Sid === "ReadReleases")!.Resource, "arn:aws:s3:::releases-given/*");
  });

  it("a machine: stage 0 comes through Systems Manager, and network, disks and identity stay as they are", async () => {
    const { typed, only, component } = await server({ instanceId: "i-given", memory: 4096 });
    for (const type of ["Instance", "Volume", "NetworkInterface", "Eip", "Vpc", "SecurityGroup", "Role", "MetricAlarm"]) assert.deepEqual(typed(type), [], type);
    const association = only("Association");
    assert.deepEqual([association.name, association.targets], ["AWS-RunShellScript", [{ key: "InstanceIds", values: ["i-given"] }]]);
    assert.ok(Buffer.byteLength(association.parameters.commands) < 64_000);
    assert.match(association.parameters.commands, /"kind": "ssm"/);
    assert.match(association.parameters.commands, /"dataDisk": null/);
    assert.equal((await seen(component.contract)).value?.address, "203.0.113.9");
    assert.deepEqual((await seen(component.contract)).value?.scrapeSource, { cloud: "aws", securityGroupId: "sg-of-the-machine" });
    assert.equal(component.price.usd, 0);
  });

  it("an authority: nothing is made of it", async () => {
    const { typed, component } = await server({ secrets: { "ca-certificate": "given pem", "ca-key": "given key" } });
    assert.deepEqual([typed("PrivateKey"), typed("SelfSignedCert")], [[], []]);
    assert.equal((await seen(component.contract)).value?.ca, "given pem");
  });
});

describe("what is wrong with the arguments is said at once, all of it", () => {
  const refused = (more: object, words: RegExp) => assert.rejects(server(more), words);

  it("of the ways in", async () => {
    await refused({ allowedCidrs: undefined }, /allowedCidrs: missing names nobody who may reach the server\. Give ranges such as/);
    await refused({ allowedCidrs: ["203.0.113.0"] }, /allowedCidrs: "203\.0\.113\.0" is not allowed\. Allowed: a range in CIDR form/);
    await refused({ tls: "acme", domain: "mon.example.com" }, /tls: "acme" needs port 443 open to the world/);
    await refused({ publicAddress: false }, /Give subnetId of a private subnet behind a NAT gateway/);
    await refused({ zoneId: "Z1" }, /zoneId: there is no name for the record/);
  });

  it("of the machine and its disk", async () => {
    await refused({ size: "tiny", onDestroy: "forget" }, /(?=[^]*size: "tiny" is not allowed\. Allowed: "small", "medium", "large")(?=[^]*onDestroy: "forget" is not allowed)/);
    await refused({ instanceType: "z9.huge" }, /instanceType: nobody here knows how much memory "z9\.huge" has\. Say it in MiB/);
    await refused({ instanceId: "i-1" }, /memory: missing\. Say how much the machine of instanceId has/);
    await refused({ instanceId: "i-1", memory: 4096, subnetId: "subnet-1" }, /subnetId: instanceId says which machine it is/);
    await refused({ dataVolumeId: "vol-1", dataSnapshotId: "snap-1" }, /dataVolumeId and dataSnapshotId cannot both be set/);
    await refused({ dataVolumeId: "vol-1", snapshotsKept: 3 }, /snapshotsKept: dataVolumeId names a volume that exists, and its snapshots are its owner's/);
    await refused({ instanceId: "i-1", memory: 4096, snapshotsKept: 3 }, /snapshotsKept: instanceId says which machine it is/);
    await refused({ dataDiskGiB: 5 }, /dataDiskGiB: 5 is not allowed\. Allowed: a whole number from 10 to 16384/);
  });

  it("of clouds in which it is nobody", async () => {
    await refused({ cloudDatasources: { gcp: [{}] } }, /cloudDatasources\.gcp: the server is on AWS and is nobody on Google Cloud\. Give the e-mail of a serviceAccount/);
    await refused({ discovery: { azure: {} }, storage: { kind: "gcs" } }, /(?=[^]*discovery\.azure: the server is on AWS)(?=[^]*storage\.kind: "gcs" is not allowed on AWS)/);
  });

  it("of the spec and of mistyped arguments", async () => {
    await refused({ retention: { logs: "1h" } }, /retention\.logs: "1h" is not allowed/);
    await refused({ instanceTyp: "t4g.small" }, /instanceTyp: no such key/);
    await refused({ alerts: { slack: [{}] } }, /secrets\.alerts-slack-webhook: missing\. This server needs it/);
  });
});

it("the provider that the component is given makes every resource and answers every question", async () => {
  const { registered } = await run(() => new MonitoringServer("mon", base, { provider: new Provider("elsewhere", { region: "ap-northeast-2" }) }));
  const ofAws = registered.filter(({ type }) => type.startsWith("aws:"));
  assert.ok(ofAws.length > 30, String(ofAws.length));
  assert.deepEqual(ofAws.filter(({ provider }) => !provider?.includes("::elsewhere::")).map(({ name }) => name), []);
});
