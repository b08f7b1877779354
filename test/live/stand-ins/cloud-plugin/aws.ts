/**
 * Part of the stand-in for the clouds: AWS. What replaces is `ForceNew: true` (or `RequiresReplace`) of terraform-provider-aws,
 * which @pulumi/aws bridges, read in internal/service of 5.14 (branch patched-v5.14.0 of pulumi/terraform-provider-aws), the
 * newest whose source could be read; what came later from the declarations of @pulumi/aws 7.48.0 (`region` of everything,
 * `primaryNetworkInterface`).
 */
import { dirname, join } from "node:path";
import { awsFunctions } from "./aws-functions";
import { account, tokenOf as t, types } from "./aws-types";
import { addressOf, hash, objectType, type Properties, type Thing } from "./cloud";
import { textAt, type Package, type Place, type ResourceType } from "./resource-type";

const numbered = (prefix: string) => (_inputs: Properties, random: string) => `${prefix}-${random}`;
const arn = (service: string, path: string) => `arn:aws:${service}:eu-central-1:${account}:${path}`;
const withArn = (service: string, kind: string) => (_inputs: Properties, id: string) => ({ arn: arn(service, `${kind}/${id}`) });

/** A part of a bucket's configuration, which the SDK makes a resource of its own. */
const ofBucket = (more: Partial<ResourceType> = {}): ResourceType => ({ replaces: ["bucket"], id: inputs => inputs["bucket"] as string, needs: { bucket: types.bucket }, ...more });

const rule = (): ResourceType => ({
  replaces: ["securityGroupId"],
  // A rule's kind of source cannot change.
  alsoReplaces: (olds, news) => ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"].filter(key => (olds[key] === undefined) !== (news[key] === undefined)),
  id: numbered("sgr"),
  outputs: withArn("ec2", "security-group-rule"),
  needs: { securityGroupId: types.securityGroup },
  holds: { referencedSecurityGroupId: types.securityGroup },
  onCreate(inputs, _id, { cloud }) {
    const same = (other: Thing) => ["securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"].every(key => other.inputs[key] === inputs[key]);
    const twin = [types.ingress, types.egress].flatMap(type => cloud.all(type)).find(other => same(other) && other.outputs["egress"] === inputs["egress"]);
    if (twin) throw new Error(`InvalidPermission.Duplicate: the rule exists already as ${twin.id}`);
  },
});

/** The architecture for which a machine type or an image is made. */
export function archOfType(type: string): string {
  return /^([a-z]+\d+g|a1\b)/.test(type) ? "arm64" : "amd64";
}

function refuseOtherArchitecture(inputs: Properties, { cloud }: Place): void {
  const image = cloud.find("image", inputs["ami"] as string);
  const arch = archOfType(inputs["instanceType"] as string);
  if (image && image.outputs["arch"] !== arch) throw new Error(`InvalidParameterValue: the architecture '${arch}' of the instance type ${String(inputs["instanceType"])} does not match the architecture '${String(image.outputs["arch"])}' of the AMI ${image.id}`);
}

const instance: ResourceType = {
  replaces: [
    "ami", "associatePublicIpAddress", "availabilityZone", "cpuOptions.amdSevSnp", "cpuOptions.coreCount", "cpuOptions.threadsPerCore", "ebsBlockDevices", "ebsOptimized", "enclaveOptions.enabled",
    "ephemeralBlockDevices", "hibernation", "hostId", "instanceMarketOptions", "ipv6AddressCount", "ipv6Addresses", "keyName", "launchTemplate.id", "launchTemplate.name", "networkInterfaces",
    "placementGroup", "placementPartitionNumber", "primaryNetworkInterface", "privateDnsNameOptions", "privateIp", "rootBlockDevice.encrypted", "rootBlockDevice.kmsKeyId", "securityGroups", "subnetId", "tenancy",
  ],
  alsoReplaces: (olds, news) => (news["userDataReplaceOnChange"] === true ? ["userData", "userDataBase64"].filter(key => olds[key] !== news[key]) : []),
  id: numbered("i"),
  outputs(inputs, id, { cloud, region }) {
    const nic = cloud.find(types.networkInterface, textAt(inputs, "primaryNetworkInterface.networkInterfaceId") ?? "");
    return {
      arn: arn("ec2", `instance/${id}`),
      instanceState: "running",
      privateIp: nic?.outputs["privateIp"] ?? addressOf(id, "10.90.0"),
      publicIp: cloud.all(types.eipAssociation).find(one => one.inputs["networkInterfaceId"] === nic?.id)?.outputs["publicIp"] ?? "",
      availabilityZone: nic?.outputs["availabilityZone"] ?? `${region}a`,
      vpcSecurityGroupIds: nic?.inputs["securityGroups"] ?? [],
    };
  },
  needs: { iamInstanceProfile: types.instanceProfile },
  holds: { "primaryNetworkInterface.networkInterfaceId": types.networkInterface },
  exclusive: ["primaryNetworkInterface.networkInterfaceId"],
  onCreate(inputs, _id, place) {
    refuseOtherArchitecture(inputs, place);
    const size = Buffer.from((inputs["userDataBase64"] as string | undefined) ?? "", "base64").length;
    if (size > 16_384) throw new Error(`InvalidParameterValue: User data is limited to 16384 bytes, and has ${size}`);
  },
  onUpdate(id, olds, news, place) {
    refuseOtherArchitecture(news, place);
    // An instance is stopped and started for these.
    if (["instanceType", "userData", "userDataBase64"].some(key => olds[key] !== news[key])) place.cloud.record({ operation: "restart", type: types.instance, id });
  },
  onDelete({ id, inputs }, { cloud }) {
    if (inputs["disableApiTermination"] === true) throw new Error(`OperationNotPermitted: the instance '${id}' may not be terminated`);
    // A terminated machine has no disks any more.
    for (const one of cloud.all(types.attachment).filter(one => one.inputs["instanceId"] === id)) cloud.remove(types.attachment, one.id);
  },
};

const volume: ResourceType = {
  replaces: ["availabilityZone", "encrypted", "kmsKeyId", "multiAttachEnabled", "outpostArn", "snapshotId", "volumeInitializationRate"],
  id: numbered("vol"),
  outputs: withArn("ec2", "volume"),
  needs: { snapshotId: types.snapshot },
  onUpdate(id, olds, news) {
    if ((news["size"] as number) < (olds["size"] as number)) throw new Error(`InvalidParameterValue: New size cannot be smaller than existing size (${id})`);
  },
  onDelete(thing, { cloud }) {
    const used = cloud.all(types.attachment).find(one => one.inputs["volumeId"] === thing.id);
    if (used) throw new Error(`VolumeInUse: Volume ${thing.id} is currently attached to ${String(used.inputs["instanceId"])}`);
    if (thing.inputs["finalSnapshot"] === true) cloud.put({ type: types.snapshot, id: `snap-${hash(thing.id, 17)}`, inputs: { volumeId: thing.id, size: thing.inputs["size"], tags: thing.inputs["tags"] } });
  },
};

const attachment: ResourceType = {
  replaces: ["deviceName", "instanceId", "volumeId"],
  id: inputs => `vai-${hash(`${String(inputs["deviceName"])}-${String(inputs["instanceId"])}-${String(inputs["volumeId"])}`, 10)}`,
  needs: { instanceId: types.instance, volumeId: types.volume },
  exclusive: ["volumeId"],
  onCreate(inputs, _id, { cloud }) {
    const [machine, disk] = [cloud.find(types.instance, inputs["instanceId"] as string), cloud.find(types.volume, inputs["volumeId"] as string)];
    const zones = [machine?.outputs["availabilityZone"], disk?.inputs["availabilityZone"] ?? disk?.outputs["availabilityZone"]];
    if (zones[0] !== zones[1]) throw new Error(`InvalidVolume.ZoneMismatch: The volume '${String(disk?.id)}' is in ${String(zones[1])}, the instance in ${String(zones[0])}`);
  },
};

const networkInterface: ResourceType = {
  replaces: ["interfaceType", "subnetId"],
  id: numbered("eni"),
  outputs: (inputs, id, { cloud }) => ({ arn: arn("ec2", `network-interface/${id}`), privateIp: addressOf(id, "10.90.0"), availabilityZone: cloud.find(types.subnet, inputs["subnetId"] as string)?.outputs["availabilityZone"] }),
  holds: { subnetId: types.subnet, "securityGroups.*": types.securityGroup },
};

const gateway: ResourceType = {
  id: numbered("igw"),
  outputs: withArn("ec2", "internet-gateway"),
  holds: { vpcId: types.vpc },
  onDelete({ inputs }, { cloud }) {
    const inside = cloud.all(types.subnet).filter(subnet => subnet.inputs["vpcId"] === inputs["vpcId"]).map(({ id }) => id);
    const nics = cloud.all(types.networkInterface).filter(nic => inside.includes(nic.inputs["subnetId"] as string)).map(({ id }) => id);
    if (cloud.all(types.eipAssociation).some(one => nics.includes(one.inputs["networkInterfaceId"] as string))) throw new Error(`DependencyViolation: Network ${String(inputs["vpcId"])} has some mapped public address(es)`);
  },
};

const bucket: ResourceType = {
  replaces: ["bucket", "bucketPrefix", "objectLockEnabled"],
  autoName: "bucket",
  nameOf: (name, random) => `${name}-${random}`.toLowerCase().slice(-63),
  id: inputs => inputs["bucket"] as string,
  outputs: (_inputs, id, { region }) => ({ arn: `arn:aws:s3:::${id}`, bucketDomainName: `${id}.s3.amazonaws.com`, bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`, hostedZoneId: "Z21DNDUVLTQW6Q" }),
  onCreate(_inputs, id) {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(id)) throw new Error(`InvalidBucketName: ${id}`);
  },
  onDelete({ id, inputs }, { cloud }) {
    const objects = cloud.objectsOf(id);
    if (objects.length && inputs["forceDestroy"] !== true) throw new Error(`BucketNotEmpty: The bucket ${id} you tried to delete is not empty`);
    for (const object of objects) cloud.remove(objectType, object.id);
  },
};

const object: ResourceType = {
  replaces: ["bucket", "key"],
  id: inputs => `${String(inputs["bucket"])}/${String(inputs["key"])}`,
  outputs: (inputs, id) => ({ arn: `arn:aws:s3:::${id}`, etag: hash(JSON.stringify(inputs), 32), versionId: hash(`${id} ${JSON.stringify(inputs)}`, 32) }),
  unknownOnUpdate: ["etag", "versionId"],
  needs: { bucket: types.bucket },
  adopts: true,
  onCreate: (inputs, _id, { cloud }) => cloud.putObject(inputs["bucket"] as string, inputs["key"] as string, inputs["content"] as string),
  onUpdate: (_id, _olds, news, { cloud }) => cloud.putObject(news["bucket"] as string, news["key"] as string, news["content"] as string),
  onDelete: ({ inputs }, { cloud }) => cloud.remove(objectType, `${String(inputs["bucket"])}/${String(inputs["key"])}`),
};

function refuseParameter(inputs: Properties): void {
  const size = (inputs["value"] as string | undefined)?.length ?? 0;
  const most = inputs["tier"] === "Standard" || inputs["tier"] === undefined ? 4096 : 8192;
  if (size > most || size === 0) throw new Error(`ValidationException: the value of ${String(inputs["name"])} has ${size} characters, and may have 1 to ${most}`);
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(inputs["name"] as string)) throw new Error(`ValidationException: Parameter name ${String(inputs["name"])} has other characters than a-zA-Z0-9_.-/`);
}

const parameter: ResourceType = {
  replaces: ["name"],
  autoName: "name",
  alsoReplaces: (olds, news) => (olds["tier"] === "Advanced" && news["tier"] === "Standard" ? ["tier"] : []),
  id: inputs => inputs["name"] as string,
  outputs: (inputs, id) => ({ arn: arn("ssm", `parameter${id}`), version: hash(JSON.stringify(inputs), 4) }),
  unknownOnUpdate: ["version"],
  onCreate: refuseParameter,
  onUpdate: (_id, _olds, news) => refuseParameter(news),
};

const resources: Record<string, ResourceType> = {
  [types.instance]: instance,
  [types.volume]: volume,
  [types.attachment]: attachment,
  [types.networkInterface]: networkInterface,
  [types.securityGroup]: { replaces: ["description", "name", "namePrefix", "vpcId"], autoName: "name", id: numbered("sg"), outputs: withArn("ec2", "security-group"), holds: { vpcId: types.vpc } },
  [t("ec2/defaultSecurityGroup")]: { replaces: ["vpcId"], id: inputs => `sg-${hash(String(inputs["vpcId"]), 17)}`, outputs: withArn("ec2", "security-group"), adopts: true },
  [types.ingress]: rule(),
  [types.egress]: rule(),
  [types.eip]: {
    replaces: ["address", "domain", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool"],
    id: numbered("eipalloc"),
    outputs: (_inputs, id) => ({ allocationId: id, arn: arn("ec2", `elastic-ip/${id}`), publicIp: addressOf(id, "203.0.113") }),
  },
  [types.eipAssociation]: {
    replaces: ["allocationId", "allowReassociation", "instanceId", "networkInterfaceId", "privateIpAddress", "publicIp"],
    id: numbered("eipassoc"),
    outputs: (inputs, _id, { cloud }) => ({ publicIp: cloud.find(types.eip, inputs["allocationId"] as string)?.outputs["publicIp"] }),
    holds: { allocationId: types.eip, networkInterfaceId: types.networkInterface },
    exclusive: ["allocationId", "networkInterfaceId"],
  },
  [types.vpc]: {
    replaces: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    alsoReplaces: (olds, news) => (news["instanceTenancy"] === "dedicated" && olds["instanceTenancy"] !== "dedicated" ? ["instanceTenancy"] : []),
    id: numbered("vpc"),
    outputs: (_inputs, id) => ({ arn: arn("ec2", `vpc/${id}`), defaultSecurityGroupId: `sg-${hash(id, 17)}` }),
  },
  [types.subnet]: {
    replaces: ["availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "outpostArn", "vpcId"],
    id: numbered("subnet"),
    outputs: (inputs, id, { region }) => ({ arn: arn("ec2", `subnet/${id}`), availabilityZone: inputs["availabilityZone"] ?? `${region}a` }),
    holds: { vpcId: types.vpc },
  },
  [types.gateway]: gateway,
  [types.routeTable]: { replaces: ["vpcId"], id: numbered("rtb"), outputs: withArn("ec2", "route-table"), holds: { vpcId: types.vpc, "routes.*.gatewayId": types.gateway } },
  [t("ec2/routeTableAssociation")]: { replaces: ["gatewayId", "subnetId"], id: numbered("rtbassoc"), holds: { routeTableId: types.routeTable }, needs: { subnetId: types.subnet }, exclusive: ["subnetId"] },
  [t("ec2/vpcEndpoint")]: { replaces: ["serviceName", "serviceRegion", "vpcEndpointType", "vpcId"], id: numbered("vpce"), outputs: withArn("ec2", "vpc-endpoint"), holds: { vpcId: types.vpc, "routeTableIds.*": types.routeTable } },
  [types.role]: { replaces: ["name", "namePrefix", "path"], autoName: "name", id: inputs => inputs["name"] as string, outputs: (_inputs, id) => ({ arn: `arn:aws:iam::${account}:role/${id}`, uniqueId: `AROA${hash(id, 17).toUpperCase()}` }) },
  [t("iam/rolePolicy")]: { replaces: ["name", "namePrefix", "role"], autoName: "name", id: inputs => `${String(inputs["role"])}:${String(inputs["name"])}`, holds: { role: types.role }, onCreate: refuseNoPolicy, onUpdate: (_id, _olds, news) => refuseNoPolicy(news) },
  [types.instanceProfile]: { replaces: ["name", "namePrefix", "path"], autoName: "name", id: inputs => inputs["name"] as string, outputs: (_inputs, id) => ({ arn: `arn:aws:iam::${account}:instance-profile/${id}` }), needs: { role: types.role } },
  [types.bucket]: bucket,
  [t("s3/bucketPublicAccessBlock")]: ofBucket(),
  [t("s3/bucketPolicy")]: ofBucket({ onCreate: refuseNoPolicy, onUpdate: (_id, _olds, news) => refuseNoPolicy(news) }),
  [t("s3/bucketVersioning")]: ofBucket({ replaces: ["bucket", "expectedBucketOwner"] }),
  [t("s3/bucketLifecycleConfiguration")]: ofBucket({ replaces: ["bucket", "expectedBucketOwner"] }),
  [t("s3/bucketServerSideEncryptionConfiguration")]: ofBucket({ replaces: ["bucket", "expectedBucketOwner"] }),
  [t("s3/bucketOwnershipControls")]: ofBucket(),
  [types.object]: object,
  [types.parameter]: parameter,
  [types.association]: { replaces: ["name"], id: (_inputs, random) => random, outputs: (_inputs, id) => ({ associationId: id, arn: arn("ssm", `association/${id}`) }), onCreate: refuseTargets, onUpdate: (_id, _olds, news, place) => refuseTargets(news, "", place) },
  [t("dlm/lifecyclePolicy")]: {
    replaces: ["policyDetails.schedules.*.copyTags"],
    id: numbered("policy"),
    outputs: withArn("dlm", "policy"),
    needs: { executionRoleArn: types.role },
    onCreate: refuseDescription,
    onUpdate: (_id, _olds, news) => refuseDescription(news),
  },
  [t("route53/record")]: { replaces: ["name", "zoneId"], id: inputs => `${String(inputs["zoneId"])}_${String(inputs["name"])}_${String(inputs["type"])}`, outputs: inputs => ({ fqdn: inputs["name"] }), needs: { zoneId: types.zone } },
  [t("cloudwatch/metricAlarm")]: { replaces: ["name"], autoName: "name", id: inputs => inputs["name"] as string, outputs: (_inputs, id) => ({ arn: arn("cloudwatch", `alarm:${id}`) }) },
};

function refuseTargets(inputs: Properties, _id: string, { cloud }: Place): void {
  const targets = (inputs["targets"] as { key: string; values: string[] }[] | undefined) ?? [];
  const missing = targets.filter(({ key }) => key === "InstanceIds").flatMap(({ values }) => values).find(id => !cloud.find(types.instance, id));
  if (missing) throw new Error(`InvalidInstanceId: ${missing}`);
}

function refuseNoPolicy(inputs: Properties): void {
  const { Statement } = JSON.parse(inputs["policy"] as string) as { Statement?: unknown[] };
  if (!Statement?.length) throw new Error("MalformedPolicyDocument: no statement");
}

// terraform-provider-aws refuses others, internal/service/dlm/lifecycle_policy.go.
function refuseDescription(inputs: Properties): void {
  if (!/^[0-9A-Za-z _-]+$/.test(inputs["description"] as string)) throw new Error("invalid value for description: see https://docs.aws.amazon.com/cli/latest/reference/dlm/create-lifecycle-policy.html");
}

// Since version 6 everything that is in a region names it, and it cannot change.
for (const [token, row] of Object.entries(resources)) if (!/^aws:(iam|route53)\//.test(token)) row.replaces = [...(row.replaces ?? []), "region"];

export const aws: Package = {
  version: "7.48.0",
  region: "eu-central-1",
  declarations: token => join(dirname(require.resolve("@pulumi/aws/package.json")), `${token.split(":")[1]!}.d.ts`),
  resources,
  functions: awsFunctions,
};
