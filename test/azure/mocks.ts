import { openBucket } from "../cloud/status";
import { run as runWith } from "../mocks";

export const subscription = "00000000-1111-2222-3333-444444444444";
export const tenant = "99999999-8888-7777-6666-555555555555";
export const group = "mon-group";

/** A resource id, in the tests' subscription. */
export const id = (type: string, name: string, resourceGroup = group) => {
  const [provider, ...types] = type.split("/");
  const names = name.split("/");
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${provider}/${types.map((each, i) => `${each}/${names[i]}`).join("/")}`;
};

type Inputs = Record<string, any>;

const ids: Record<string, (name: string, inputs: Inputs) => string> = {
  "compute:Disk": name => id("Microsoft.Compute/disks", name),
  "keyvault:Vault": (_, { vaultName }) => id("Microsoft.KeyVault/vaults", vaultName),
  "network:ApplicationSecurityGroup": name => id("Microsoft.Network/applicationSecurityGroups", name),
  "network:NetworkInterface": name => id("Microsoft.Network/networkInterfaces", name),
  "network:NetworkSecurityGroup": name => id("Microsoft.Network/networkSecurityGroups", name),
  "network:PublicIPAddress": name => id("Microsoft.Network/publicIPAddresses", name),
  "network:Subnet": (name, { virtualNetworkName }) => id("Microsoft.Network/virtualNetworks/subnets", `${virtualNetworkName}/${name}`),
  "storage:BlobContainer": (_, { accountName, containerName }) => id("Microsoft.Storage/storageAccounts/blobServices/containers", `${accountName}/default/${containerName}`),
  "managedidentity:UserAssignedIdentity": name => id("Microsoft.ManagedIdentity/userAssignedIdentities", name),
};

const outputs: Record<string, (name: string, inputs: Inputs) => Inputs> = {
  "resources:ResourceGroup": (_, { location }) => ({ name: group, location: location ?? "westeurope" }),
  "network:VirtualNetwork": name => ({ name }),
  "network:PublicIPAddress": () => ({ ipAddress: "203.0.113.7" }),
  "network:NetworkInterface": (_, { ipConfigurations }) => ({ ipConfigurations: [{ ...ipConfigurations[0], privateIPAddress: ipConfigurations[0].privateIPAddress ?? "10.1.0.9" }] }),
  "storage:StorageAccount": (_, { accountName }) => ({ name: accountName }),
  "storage:BlobContainer": (_, { containerName }) => ({ name: containerName }),
  "keyvault:Vault": (_, { vaultName }) => ({ name: vaultName }),
  "managedidentity:UserAssignedIdentity": () => ({ clientId: "client-made", principalId: "principal-made" }),
  "dataprotection:BackupVault": name => ({ name, identity: { principalId: "principal-of-the-vault" } }),
};

function outputsOf(type: string, name: string, inputs: Inputs): Inputs {
  if (name.endsWith("-unique")) return { hex: "0a1b2c3d" };
  const short = type.replace("azure-native:", "");
  return { ...(ids[short] && { id: ids[short](name, inputs) }), ...outputs[short]?.(name, inputs) };
}

/** What the tests' subscription answers. */
export function answers(token: string, args: Inputs): Inputs {
  switch (token.replace("azure-native:", "")) {
    case "authorization:getClientConfig": return { clientId: "me", objectId: "me", subscriptionId: subscription, tenantId: tenant };
    case "resources:getResourceGroup": return { location: "koreacentral", name: args.resourceGroupName };
    case "network:getSubnet": return { id: "subnet", serviceEndpoints: args.subnetName === "with-endpoint" ? [{ service: "Microsoft.Storage" }] : [] };
    case "managedidentity:getUserAssignedIdentity": return { clientId: `client-of-${args.resourceName}`, principalId: `principal-of-${args.resourceName}` };
    case "network:getPublicIPAddress": return { ipAddress: "203.0.113.9" };
    case "compute:getVirtualMachine": return { location: "northeurope", networkProfile: { networkInterfaces: [{ id: id("Microsoft.Network/networkInterfaces", "nic-of-the-machine", "theirs") }] } };
    case "network:getNetworkInterface": return { ipConfigurations: [{ privateIPAddress: "10.2.0.4", publicIPAddress: { id: id("Microsoft.Network/publicIPAddresses", "ip-of-the-machine", "theirs") }, applicationSecurityGroups: [{ id: "group-of-the-machine" }] }] };
    case "storage:listStorageAccountServiceSAS": return { serviceSasToken: `sp=${args.permissions}&sr=${args.resource}&sig=signature-of-${args.accountName}` };
    default: throw new Error(`the tests know no answer to ${token}`);
  }
}

/** Addresses that were read over HTTPS, newest last. */
export const read: string[] = [];

// Stand-in of blob storage: a container in which the server reports every release as applied.
globalThis.fetch = async address => {
  const url = new URL(String(address));
  read.push(String(address));
  const [, account] = /^([a-z0-9]+)\.blob\.core\.windows\.net$/.exec(url.host) ?? [];
  if (!account || url.searchParams.get("sig") !== `signature-of-${account}`) return new Response("", { status: 403 });
  const [, path] = /^\/(?:mon-)?status\/(.+)$/.exec(url.pathname) ?? [];
  return path ? new Response(openBucket(path)) : new Response("", { status: 404 });
};

/** Runs a program against an Azure provider that only answers, with a server that applies every release. */
export function run<T>(program: () => T, { preview = false } = {}) {
  return runWith(program, { preview, outputs: outputsOf, invoke: answers });
}
