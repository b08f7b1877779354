import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties";
import { StorageAccount, type StorageAccountArgs } from "@pulumi/azure-native/storage/storageAccount";
import * as pulumi from "@pulumi/pulumi";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import { accountName } from "./names";
import type { Network } from "./network";
import { keepsData, type Place } from "./place";
import type { Tags } from "./tags";

/** A container and where it is. */
export interface Container {
  resourceGroupName: pulumi.Output<string>;
  account: pulumi.Output<string>;
  name: pulumi.Output<string>;
  /** Its resource id, to which rights are given. */
  id: pulumi.Output<string>;
  /** What must be there before blobs are put into it. */
  ready: pulumi.Resource[];
}

/** What the machine may only read, because root runs it; what it reports; and what it observes. */
export interface Storage {
  releases: Container;
  status: Container;
  telemetry: Container;
}

/**
 * Two accounts. The provider uploads blobs with an account's shared key (azure-native#2015), and so is read what the server
 * reports; a key opens the whole account, so telemetry has one of its own without any.
 */
export function storage(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, place: Place, network: Network | undefined, tags: Tags): Storage {
  const configuration = args.configurationAccountId === undefined ? configurationAccount(parent, name, place, tags) : givenAccount(args.configurationAccountId);
  const container = (role: string) => madeContainer(parent, `${name}-${role}`, configuration, configuration.given ? `${name}-${role}` : role);
  return { releases: container("releases"), status: container("status"), telemetry: telemetry(parent, name, args, place, network, tags) };
}

interface Account extends Pick<Container, "resourceGroupName" | "account" | "ready"> {
  given?: true;
}

function givenAccount(id: pulumi.Input<string>): Account {
  const parts = pulumi.output(id).apply(each => partsOf("configurationAccountId", each, idTypes.configurationAccountId));
  return { given: true, resourceGroupName: parts.resourceGroupName, account: parts.names.apply(names => names[0]!), ready: [] };
}

/** What every account of ours is: encrypted by Azure, private, for TLS 1.2 and identities of this directory. */
const closed = {
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
  accessTier: "Hot",
  enableHttpsTrafficOnly: true,
  minimumTlsVersion: "TLS1_2",
  allowBlobPublicAccess: false,
  allowCrossTenantReplication: false,
  defaultToOAuthAuthentication: true,
  isLocalUserEnabled: false,
} as const satisfies Partial<StorageAccountArgs>;

const days = 7;

function configurationAccount(parent: pulumi.Resource, name: string, { resourceGroupName, location, unique }: Place, tags: Tags): Account {
  const args = {
    ...closed,
    resourceGroupName,
    location,
    accountName: accountName(name, "conf", unique),
    allowSharedKeyAccess: true,
    // Whoever runs pulumi uploads from anywhere; what signs for it ends within the hour.
    networkRuleSet: { defaultAction: "Allow" as const, bypass: "AzureServices" },
    sasPolicy: { expirationAction: "Log", sasExpirationPeriod: "0.01:00:00" },
    tags,
  };
  const made = new StorageAccount(`${name}-configuration`, args, { parent });
  const kept = new BlobServiceProperties(`${name}-configuration`, { resourceGroupName, accountName: made.name, blobServicesName: "default", deleteRetentionPolicy: { enabled: true, days } }, { parent, deletedWith: made });
  return { resourceGroupName, account: made.name, ready: [kept] };
}

function madeContainer(parent: pulumi.Resource, name: string, { resourceGroupName, account, ready }: Account, containerName: string, opts: pulumi.CustomResourceOptions = {}): Container {
  const made = new BlobContainer(name, { resourceGroupName, accountName: account, containerName, publicAccess: "None" }, { parent, ...opts });
  return { resourceGroupName, account, name: made.name, id: made.id, ready: [made, ...ready] };
}

function telemetry(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, { resourceGroupName, location, unique }: Place, network: Network | undefined, tags: Tags): Container {
  if (args.telemetryContainerId !== undefined) {
    const id = pulumi.output(args.telemetryContainerId);
    const parts = id.apply(each => partsOf("telemetryContainerId", each, idTypes.telemetryContainerId));
    return { resourceGroupName: parts.resourceGroupName, account: parts.names.apply(names => names[0]!), name: parts.names.apply(names => names.at(-1)!), id, ready: [] };
  }
  const opts = { parent, retainOnDelete: keepsData(args) };
  const made = new StorageAccount(
    `${name}-telemetry`,
    { ...closed, resourceGroupName, location, accountName: accountName(name, "data", unique), allowSharedKeyAccess: false, networkRuleSet: networkRules(network), tags },
    opts,
  );
  // A deleted container can be had back; deleted blobs cannot: Loki and Tempo delete what is too old, and it would be paid for twice.
  const kept = new BlobServiceProperties(`${name}-telemetry`, { resourceGroupName, accountName: made.name, blobServicesName: "default", containerDeleteRetentionPolicy: { enabled: true, days } }, { ...opts, deletedWith: made });
  return madeContainer(parent, `${name}-telemetry`, { resourceGroupName, account: made.name, ready: [kept] }, "telemetry", { retainOnDelete: keepsData(args) });
}

/** Only the server's subnet, where a storage account can tell it. Containers are made through Azure's own address, which no network rule closes. */
function networkRules(network: Network | undefined): StorageAccountArgs["networkRuleSet"] {
  const open = { defaultAction: "Allow" as const, bypass: "AzureServices" };
  if (!network) return open;
  return pulumi.all([network.hasStorageEndpoint, network.subnetId]).apply(([can, id]) => (can ? { defaultAction: "Deny" as const, bypass: "AzureServices", virtualNetworkRules: [{ virtualNetworkResourceId: id }] } : open));
}
