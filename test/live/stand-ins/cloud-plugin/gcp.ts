/**
 * Part of the stand-in for the clouds: Google Cloud. What replaces is `ForceNew: true` of terraform-provider-google-beta 7.46
 * (branch changelog-7.46.0, ecf035da, August 2026), which @pulumi/gcp bridges, read in google-beta/services.
 */
import { dirname, join } from "node:path";
import { addressOf, hash, objectType, type Properties, type Thing } from "./cloud";
import { gcpFunctions } from "./gcp-functions";
import { archOfMachine, project, types } from "./gcp-types";
import { textAt, valuesAt, type Package, type Place, type ResourceType } from "./resource-type";

const text = (inputs: Properties, key: string) => String(inputs[key]);
const projectOf = (inputs: Properties) => (inputs["project"] as string | undefined) ?? project;
const link = (id: string) => `https://www.googleapis.com/compute/v1/${id}`;

/** A resource of Compute Engine, whose id is its place in the API. */
const compute = (kind: string, scope: "global" | "region" | "zone", replaces: string[], more: Partial<ResourceType> = {}): ResourceType => ({
  replaces: ["name", "project", ...(scope === "global" ? [] : [scope]), ...replaces],
  autoName: "name",
  nameOf: (name, random) => `${name.toLowerCase().replace(/[^a-z0-9-]/g, "")}-${random}`.slice(-63),
  id: inputs => `projects/${projectOf(inputs)}/${scope === "global" ? scope : `${scope}s/${text(inputs, scope)}`}/${kind}/${text(inputs, "name")}`,
  onCreate: refuseName,
  ...more,
  outputs: (inputs, id, place) => ({ selfLink: link(id), project: projectOf(inputs), ...more.outputs?.(inputs, id, place) }),
});

function refuseName(inputs: Properties): void {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text(inputs, "name"))) throw new Error(`Invalid value for field 'resource.name': '${text(inputs, "name")}'`);
}

/** A role of a member on something, which is there once however often it is given. */
const member = (of: string, type?: string): ResourceType => ({
  replaces: [...new Set([of, "role", "member", "condition", ...(of === "bucket" ? [] : ["project"])])],
  id: inputs => `${text(inputs, of)}/${text(inputs, "role")}/${text(inputs, "member")}`,
  adopts: true,
  ...(type && { needs: { [of]: type } }),
});

function refuseMachine(inputs: Properties): void {
  const image = textAt(inputs, "bootDisk.initializeParams.image") ?? "";
  const arch = archOfMachine(text(inputs, "machineType"));
  const ofImage = /arm64/.test(image) ? "arm64" : /amd64/.test(image) ? "amd64" : arch;
  if (arch !== ofImage) throw new Error(`Error 400: The architecture of the machine type ${text(inputs, "machineType")} (${arch}) does not match that of the image ${image}`);
  for (const [key, value] of Object.entries((inputs["metadata"] as Record<string, string> | undefined) ?? {}))
    if (value.length > 262_144) throw new Error(`Error 413: metadata ${key} has ${value.length} bytes, more than 262144`);
}

const instance = compute(
  "instances",
  "zone",
  [
    ...["deviceName", "diskEncryptionKeyRaw", "forceAttach", "guestOsFeatures", "kmsKeySelfLink", "mode", "source"].map(key => `bootDisk.${key}`),
    ...["architecture", "image", "provisionedIops", "provisionedThroughput", "replicaZones", "resourceManagerTags", "resourcePolicies", "snapshot", "storagePool", "type"].map(key => `bootDisk.initializeParams.${key}`),
    ...["networkAttachment", "nicType", "queueCount", "vlan"].map(key => `networkInterfaces.*.${key}`),
    "advancedMachineFeatures.enableUefiNetworking", "attachedDisks.*.forceAttach", "confidentialInstanceConfig", "guestAccelerators", "hostname", "instanceEncryptionKey", "keyRevocationActionType",
    "metadataStartupScript", "networkPerformanceConfig", "params", "reservationAffinity", "scheduling.preemptible", "scheduling.provisioningModel", "scheduling.terminationTime", "scratchDisks",
  ],
  {
    alsoReplaces: (olds, news) => (valuesAt(olds, "networkInterfaces.*").length === valuesAt(news, "networkInterfaces.*").length ? [] : ["networkInterfaces"]),
    outputs: (_inputs, id) => ({ instanceId: String(parseInt(hash(id, 12), 16)), currentStatus: "RUNNING" }),
    needs: { "serviceAccount.email": types.account, "networkInterfaces.*.accessConfigs.*.natIp": types.address },
    holds: { "attachedDisks.*.source": types.disk, "networkInterfaces.*.subnetwork": types.subnetwork, "networkInterfaces.*.accessConfigs.*.natIp": types.address },
    exclusive: ["attachedDisks.*.source", "networkInterfaces.*.accessConfigs.*.natIp"],
    onCreate(inputs) {
      refuseName(inputs);
      refuseMachine(inputs);
    },
    onUpdate(id, olds, news, { cloud }) {
      refuseMachine(news);
      const stopping = ["machineType", "minCpuPlatform", "serviceAccount", "enableDisplay", "shieldedInstanceConfig"].filter(key => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
      if (!stopping.length) return;
      if (news["allowStoppingForUpdate"] !== true) throw new Error(`Changing the ${stopping.join(", ")} on a started instance requires stopping it. To acknowledge this, please set allow_stopping_for_update = true`);
      cloud.record({ operation: "restart", type: types.instance, id });
    },
    onDelete({ inputs }) {
      if (inputs["deletionProtection"] === true) throw new Error("Cannot delete instance: deletion protection is on");
    },
  },
);

const disk = compute(
  "disks",
  "zone",
  [
    "architecture", "asyncPrimaryDisk", "description", "diskEncryptionKey", "enableConfidentialCompute", "eraseWindowsVssSignature", "guestOsFeatures", "image", "interface", "licenses", "multiWriter", "params",
    "physicalBlockSizeBytes", "resourcePolicies", "snapshot", "sourceDisk", "sourceImageEncryptionKey", "sourceInstantSnapshot", "sourceSnapshotEncryptionKey", "sourceStorageObject", "storagePool", "type",
  ],
  {
    // A disk does not shrink: the provider makes another one.
    alsoReplaces: (olds, news) => ((news["size"] as number) < (olds["size"] as number) ? ["size"] : []),
    needs: { snapshot: types.snapshot },
    onDelete({ id, inputs }, { cloud }) {
      if (inputs["createSnapshotBeforeDestroy"] === true) cloud.put({ type: types.snapshot, id: `projects/${projectOf(inputs)}/global/snapshots/${text(inputs, "name")}-20261122-1000`, inputs: { sourceDisk: id, size: inputs["size"] }, outputs: { name: `${text(inputs, "name")}-20261122-1000` } });
    },
  },
);

const bucket: ResourceType = {
  replaces: ["name", "location", "project", "enableObjectRetention", "customPlacementConfig.dataLocations", "hierarchicalNamespace"],
  autoName: "name",
  nameOf: (name, random) => `${name.toLowerCase()}-${random}`,
  id: inputs => text(inputs, "name"),
  outputs: (_inputs, id) => ({ selfLink: `https://www.googleapis.com/storage/v1/b/${id}`, url: `gs://${id}` }),
  onDelete({ id, inputs }, { cloud }) {
    const objects = cloud.objectsOf(id);
    if (objects.length && inputs["forceDestroy"] !== true) throw new Error(`Error trying to delete bucket ${id} containing objects without \`force_destroy\` set to true`);
    for (const object of objects) cloud.remove(objectType, object.id);
  },
};

const put = (inputs: Properties, { cloud }: Place) => cloud.putObject(text(inputs, "bucket"), text(inputs, "name"), text(inputs, "content"));
const object: ResourceType = {
  replaces: ["bucket", "name", "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "customerEncryption", "forceEmptyContentType", "kmsKeyName", "metadata", "source", "storageClass"],
  id: inputs => `${text(inputs, "bucket")}-${text(inputs, "name")}`,
  outputs: inputs => ({ outputName: inputs["name"], md5hash: hash(text(inputs, "content"), 24), generation: parseInt(hash(text(inputs, "content"), 10), 16) }),
  unknownOnUpdate: ["md5hash", "generation"],
  needs: { bucket: types.bucket },
  adopts: true,
  onCreate: (inputs, _id, place) => put(inputs, place),
  onUpdate: (_id, _olds, news, place) => put(news, place),
  onDelete: ({ inputs }, { cloud }) => cloud.remove(objectType, `${text(inputs, "bucket")}/${text(inputs, "name")}`),
};

/** Goes with everything that is below its id. */
const withParts = ({ id }: Thing, { cloud }: Place) => cloud.all().filter(other => other.id.startsWith(`${id}/`)).forEach(other => cloud.remove(other.type, other.id));

const resources: Record<string, ResourceType> = {
  [types.service]: { replaces: ["service", "project"], id: inputs => `${projectOf(inputs)}/${text(inputs, "service")}`, adopts: true },
  [types.account]: {
    replaces: ["accountId", "project"],
    id: inputs => `projects/${projectOf(inputs)}/serviceAccounts/${emailOf(inputs)}`,
    outputs: inputs => ({ email: emailOf(inputs), member: `serviceAccount:${emailOf(inputs)}`, uniqueId: String(parseInt(hash(emailOf(inputs), 12), 16)) }),
    onCreate(inputs) {
      if (!/^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/.test(text(inputs, "accountId"))) throw new Error(`"account_id" ("${text(inputs, "accountId")}") doesn't match regexp "^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$"`);
    },
  },
  [types.projectMember]: member("project"),
  [types.bucketMember]: member("bucket", types.bucket),
  [types.secretMember]: member("secretId", types.secret),
  [types.bucket]: bucket,
  [types.object]: object,
  [types.secret]: {
    replaces: ["replication", "secretId", "tags", "project"],
    id: inputs => `projects/${projectOf(inputs)}/secrets/${text(inputs, "secretId")}`,
    // A member may name it by its id alone.
    outputs: (inputs, id) => ({ name: inputs["secretId"], id }),
    onDelete: withParts,
  },
  [types.secretVersion]: { replaces: ["secret", "secretData", "secretDataWoVersion", "isSecretDataBase64"], id: (inputs, random) => `${text(inputs, "secret")}/versions/${parseInt(random.slice(0, 6), 16)}`, outputs: (_inputs, id) => ({ name: id, version: id.split("/").at(-1) }), needs: { secret: types.secret } },
  [types.network]: compute("networks", "global", ["autoCreateSubnetworks", "description", "internalIpv6Range", "networkProfile", "params"]),
  [types.subnetwork]: compute("subnetworks", "region", ["description", "externalIpv6Prefix", "internalIpv6Prefix", "network", "params", "reservedInternalRange", "resolveSubnetMask"], {
    // It can only be widened.
    alsoReplaces: (olds, news) => (Number(text(news, "ipCidrRange").split("/")[1]) > Number(text(olds, "ipCidrRange").split("/")[1]) ? ["ipCidrRange"] : []),
    outputs: inputs => ({ gatewayAddress: text(inputs, "ipCidrRange").replace(/\.0\/\d+$/, ".1") }),
    holds: { network: types.network },
  }),
  [types.address]: compute("addresses", "region", ["address", "addressType", "description", "ipCollection", "ipVersion", "ipv6EndpointType", "network", "networkTier", "prefixLength", "purpose", "subnetwork"], {
    outputs: (_inputs, id) => ({ address: addressOf(id, "203.0.113") }),
  }),
  [types.firewall]: compute("firewalls", "global", ["direction", "params"], {
    holds: { network: types.network },
    onCreate(inputs) {
      refuseName(inputs);
      const has = (...keys: string[]) => keys.some(key => inputs[key] !== undefined);
      if (has("sourceTags", "targetTags") && has("sourceServiceAccounts", "targetServiceAccounts")) throw new Error("Error 400: a firewall cannot mix tags and service accounts");
    },
  }),
  [types.disk]: disk,
  [types.resourcePolicy]: compute("resourcePolicies", "region", ["diskConsistencyGroupPolicy.enabled", "groupPlacementPolicy", "workloadPolicy"]),
  [types.policyAttachment]: { replaces: ["disk", "name", "zone", "project"], id: inputs => `${projectOf(inputs)}/${text(inputs, "zone")}/${text(inputs, "disk")}/${text(inputs, "name")}`, needs: { disk: types.disk }, holds: { name: types.resourcePolicy }, exclusive: ["disk"] },
  [types.instance]: instance,
  [types.record]: { replaces: ["managedZone", "name", "project"], id: inputs => `projects/${projectOf(inputs)}/managedZones/${text(inputs, "managedZone")}/rrsets/${text(inputs, "name")}/${text(inputs, "type")}`, needs: { managedZone: types.zone } },
  [types.assignment]: { replaces: ["location", "name", "project"], autoName: "name", id: inputs => `projects/${projectOf(inputs)}/locations/${text(inputs, "location")}/osPolicyAssignments/${text(inputs, "name")}`, outputs: (_inputs, id) => ({ uid: hash(id, 32), revisionId: hash(id, 8) }), onCreate: refuseLongScript, onUpdate: (_id, _olds, news) => refuseLongScript(news) },
};

// cloud.google.com/compute/docs/osconfig/rest/v1/projects.locations.osPolicyAssignments: 32 KiB.
function refuseLongScript(inputs: Properties): void {
  const scripts = ["validate", "enforce"].flatMap(kind => valuesAt(inputs, `osPolicies.*.resourceGroups.*.resources.*.exec.${kind}.script`));
  if (scripts.some(script => String(script).length > 32_768)) throw new Error("Error 400: the script of an exec resource is larger than 32 KiB");
}

function emailOf(inputs: Properties): string {
  return `${text(inputs, "accountId")}@${projectOf(inputs)}.iam.gserviceaccount.com`;
}

export const gcp: Package = {
  version: "9.37.0",
  region: "europe-west3",
  declarations: token => join(dirname(require.resolve("@pulumi/gcp/package.json")), `${token.split(":")[1]!.replace("iAMMember", "iammember")}.d.ts`),
  resources,
  functions: gcpFunctions,
};
