import type * as pulumi from "@pulumi/pulumi";
import { openToAll, problemsOf as commonProblems, specOf, wrong, type CloudServerArgs, type OnDestroy } from "../cloud/args";
import { chooseMachine, specOnMachine, type ChosenMachine } from "../cloud/machine";
import type { Size } from "../cloud/sizes";
import { SpecError } from "../server/spec-error";
import { Tls, type ServerSpec } from "../server/spec";
import { idProblem, parseId } from "./ids";
import { lastSnapshotProblems } from "./last-snapshot";
import { archOf, billedGiB, memoryOfSize, sizeOfSize } from "./sizes";

/** A monitoring server on an Azure virtual machine: everything of its spec, what each cloud takes, and what a team may have already. */
export interface MonitoringServerArgs extends CloudServerArgs {
  /** Machine, memory and disk by one name. @default "small": 4 GiB of memory, since Azure has no smaller arm64 machine, and a data disk of 32 GiB */
  size?: Size;
  /** GiB of the data disk. It can grow, never shrink. @default of the size, up to the step that is billed: 32, 64 or 128 */
  dataDiskGiB?: number;
  /** Daily snapshots of the data disk that are kept, made by a Backup vault of its own; 0 for none. @default 0: a vault may refuse to go for 14 days after its last backup */
  snapshotsKept?: number;
  /** What becomes of the data when the stack is destroyed. "snapshot" runs the Azure CLI, signed in, and needs a package beside (docs/azure.md); leaving that mode takes a snapshot, too. @default "keep" */
  onDestroy?: OnDestroy;
  /** A resource group that exists. @default one of its own, which stays with `onDestroy: "keep"` since the data is in it */
  resourceGroupName?: pulumi.Input<string>;
  /** Region, such as "westeurope". @default that of the resource group, and for one of its own the provider's `azure-native:location` */
  location?: pulumi.Input<string>;
  /** Availability zone of the machine and its data disk: "1", "2" or "3". Cannot be changed later. @default none: Azure chooses */
  zone?: string;
  /** Size of the virtual machine by name; another one restarts the machine, and one with other processors or disk controllers replaces it. @default of the size: Standard_B2pls_v2, Standard_B2pls_v2, Standard_B2ps_v2 */
  vmSize?: string;
  /** Image of the machine's architecture, with systemd, cloud-init, Python 3 and the Azure agent: a resource id or "publisher:offer:sku:version". Another one replaces the machine; the data stays. @default Ubuntu 24.04 as it is when the machine is made; newer images are not taken by themselves */
  imageId?: pulumi.Input<string>;
  /** Secure boot and a virtual TPM. Both the size and the image must support it. @default true for amd64, and for arm64 from the sixth generation on */
  trustedLaunch?: boolean;
  /** Encrypts temporary disks and caches on the host too. The feature `EncryptionAtHost` must be registered in the subscription. @default false */
  encryptionAtHost?: boolean;
  /** A subnet that exists, with a way to the internet. @default a virtual network of its own with one subnet */
  subnetId?: pulumi.Input<string>;
  /** Of the virtual network that is made. @default "10.90.0.0/24" */
  cidrBlock?: string;
  /** Private address of the machine in `subnetId`, so that it never changes. @default one that Azure chooses */
  privateAddress?: string;
  /** A network security group that exists; its rules are yours. @default one that lets `allowedCidrs` in on the server's ports */
  networkSecurityGroupId?: pulumi.Input<string>;
  /** A public address that exists: Standard, static. @default a new one */
  publicIpAddressId?: pulumi.Input<string>;
  /** A user-assigned identity that exists; it needs what the output `requiredRoles` says. @default one of its own */
  identityId?: pulumi.Input<string>;
  /** A storage account that exists, with shared keys, for releases and status: two containers are made in it. @default made */
  configurationAccountId?: pulumi.Input<string>;
  /** A container that exists, for logs and traces: the machine writes it. @default made, in an account of its own without shared keys */
  telemetryContainerId?: pulumi.Input<string>;
  /** A key vault that exists, with roles (RBAC) instead of access policies. @default made */
  keyVaultId?: pulumi.Input<string>;
  /** A disk with the data of an earlier server, in the same region and zone; it is never deleted here. @default a new one */
  dataDiskId?: pulumi.Input<string>;
  /** Snapshot from which a new data disk is made. Leave it set as long as the disk lives: without it the disk would be made anew. @default none */
  dataSnapshotId?: pulumi.Input<string>;
  /** Disk encryption set with a key of your own, for both disks. @default the keys of Azure */
  diskEncryptionSetId?: pulumi.Input<string>;
  /** Event Hubs namespace of `cloudLogs.azure`, for which the identity of its own is given the right to receive. @default none: needed with `cloudLogs.azure`, unless `identityId` has that right */
  eventHubsNamespaceId?: pulumi.Input<string>;
  /** DNS zone in which `domain` gets its record. @default none: the record is yours to make */
  zoneId?: pulumi.Input<string>;
  /** A machine that exists, reached through Run Command: Ubuntu 24.04 or Debian 12 and later. `identityId` names the identity among its own that it uses; its network and disks stay as they are. @default a new machine */
  vmId?: pulumi.Input<string>;
}

/** Arguments that are resource ids, and of what. */
export const idTypes = {
  subnetId: "Microsoft.Network/virtualNetworks/subnets",
  networkSecurityGroupId: "Microsoft.Network/networkSecurityGroups",
  publicIpAddressId: "Microsoft.Network/publicIPAddresses",
  identityId: "Microsoft.ManagedIdentity/userAssignedIdentities",
  configurationAccountId: "Microsoft.Storage/storageAccounts",
  telemetryContainerId: "Microsoft.Storage/storageAccounts/blobServices/containers",
  keyVaultId: "Microsoft.KeyVault/vaults",
  dataDiskId: "Microsoft.Compute/disks",
  dataSnapshotId: "Microsoft.Compute/snapshots",
  diskEncryptionSetId: "Microsoft.Compute/diskEncryptionSets",
  eventHubsNamespaceId: "Microsoft.EventHub/namespaces",
  zoneId: "Microsoft.Network/dnszones",
  vmId: "Microsoft.Compute/virtualMachines",
} as const satisfies Partial<Record<keyof MonitoringServerArgs, string>>;

type IdKey = keyof typeof idTypes;

const own = [
  ...(Object.keys(idTypes) as IdKey[]),
  "resourceGroupName", "location", "zone", "vmSize", "imageId", "trustedLaunch", "encryptionAtHost", "cidrBlock", "privateAddress",
] as const satisfies readonly Exclude<keyof MonitoringServerArgs, keyof CloudServerArgs>[];

/** What comes of the arguments before anything is made. Throws one {@link SpecError} with everything that is wrong with them. */
export function checked(name: string, args: MonitoringServerArgs): { spec: ServerSpec; machine: ChosenMachine } {
  const machine = chooseMachine(args, "vmSize", args.vmSize, sizeOfSize, memoryOfSize, archOf);
  const problems = [...commonProblems(args), ...(typeof machine === "string" ? [machine] : []), ...problemsOf(name, args)];
  if (problems.length || typeof machine === "string") throw new SpecError(problems);
  const spec = specOnMachine(specOf(args, own), "azure", name, machine);
  return {
    machine: { ...machine, dataDiskGiB: args.dataDiskGiB ?? billedGiB(machine.dataDiskGiB) },
    spec: { storage: { kind: "azure-blob" }, tls: args.domain && openToAll(args.allowedCidrs) ? Tls.acme : Tls.givenCa, ...spec },
  };
}

/** What a machine that exists brings along, or has to do without. */
const ofNewMachines = [
  "vmSize", "imageId", "trustedLaunch", "encryptionAtHost", "zone", "subnetId", "cidrBlock", "privateAddress", "networkSecurityGroupId", "publicIpAddressId",
  "dataDiskId", "dataSnapshotId", "dataDiskGiB", "snapshotsKept", "diskEncryptionSetId",
] as const;

function problemsOf(name: string, args: MonitoringServerArgs): string[] {
  const given = (key: keyof MonitoringServerArgs) => args[key] !== undefined;
  const both = (a: keyof MonitoringServerArgs, b: keyof MonitoringServerArgs, why: string) => (given(a) && given(b) ? [`${a} and ${b} cannot both be set: ${why}.`] : []);
  return [
    ...(/^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) ? [] : [wrong("name", name, 'lower-case letters, digits and single hyphens, at most 40, the first one a letter, such as "mon": Azure\'s names are made of it')]),
    ...(Object.keys(idTypes) as IdKey[]).flatMap(key => (given(key) ? (idProblem(key, args[key], idTypes[key]) ?? []) : [])),
    ...lastSnapshotProblems(args),
    ...(given("zone") && !/^[123]$/.test(args.zone!) ? [wrong("zone", args.zone, '"1", "2", "3"')] : []),
    ...both("subnetId", "cidrBlock", "a network that exists has its own range"),
    ...both("dataDiskId", "dataSnapshotId", "a disk that exists is taken as it is"),
    ...both("dataDiskId", "dataDiskGiB", "a disk that exists is taken as it is"),
    ...(given("dataDiskId") && args.snapshotsKept ? ["snapshotsKept: dataDiskId names a disk that exists, and its backups are its owner's. Leave one of them out."] : []),
    ...(given("privateAddress") && !given("subnetId") ? ["privateAddress: the network of its own has a fixed one already. Give subnetId, or leave privateAddress out."] : []),
    ...(args.publicAddress === false && given("publicIpAddressId") ? ["publicIpAddressId: publicAddress is false, so the server takes no address. Leave one of them out."] : []),
    ...(args.publicAddress === false && !given("subnetId") && !given("vmId")
      ? ["publicAddress: false leaves a server in a network of its own without a way to the internet, and it could not fetch its images. Give subnetId of a subnet with a NAT gateway, or leave publicAddress out."]
      : []),
    ...zoneProblems(args),
    ...eventHubsProblems(args),
    ...(given("vmId") ? ofNewMachines.filter(given).map(key => `${key}: vmId says which machine it is, so this cannot be chosen. Leave one of them out.`) : []),
    ...(given("vmId") && args.memory === undefined ? ["memory: missing. Say how much the machine of vmId has, in MiB as it is sold, such as memory: 4096."] : []),
    ...(given("vmId") && !given("identityId") ? ["identityId: missing. Say which user-assigned identity of the machine of vmId the server is to use; it needs what the output requiredRoles says."] : []),
    ...(given("cidrBlock") && !/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-8])$/.test(args.cidrBlock!) ? [`cidrBlock: ${JSON.stringify(args.cidrBlock)} is not allowed. Allowed: an IPv4 range from /16 to /28, such as "10.90.0.0/24".`] : []),
  ];
}

function eventHubsProblems({ cloudLogs, eventHubsNamespaceId, identityId }: MonitoringServerArgs): string[] {
  const namespace = cloudLogs?.azure?.namespace;
  if (eventHubsNamespaceId === undefined) return namespace && identityId === undefined ? [`eventHubsNamespaceId: missing. cloudLogs.azure reads ${namespace}, and the server's identity has to be given the right to. Give the namespace's resource id.`] : [];
  if (!namespace) return ["eventHubsNamespaceId: nothing reads it. Give cloudLogs.azure, or leave it out."];
  const name = typeof eventHubsNamespaceId === "string" ? parseId(eventHubsNamespaceId)?.names[0] : undefined;
  return name && !namespace.startsWith(`${name.toLowerCase()}.`) ? [`eventHubsNamespaceId: "${name}" is not the namespace ${namespace} of cloudLogs.azure.`] : [];
}

function zoneProblems({ zoneId, domain }: MonitoringServerArgs): string[] {
  if (zoneId === undefined) return [];
  if (!domain) return ['zoneId: there is no name for the record. Give domain: "mon.example.com", or leave zoneId out.'];
  const zone = typeof zoneId === "string" ? parseId(zoneId)?.names[0] : undefined;
  return zone && domain !== zone && !domain.endsWith(`.${zone}`) ? [`zoneId: the zone "${zone}" cannot have the record of ${domain}. Give the zone that ${domain} ends with.`] : [];
}
