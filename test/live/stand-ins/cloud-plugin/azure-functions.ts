/** Part of the stand-in for the clouds: what Azure answers when it is asked. */
import { groupId, idOf, subscription, tenant, types } from "./azure-types";
import { hash, type Properties } from "./cloud";
import type { Package, Place } from "./resource-type";

/** Finds what is named by arguments: its path, with them in braces. */
const found = (type: string, path: string) => (args: Properties, { cloud }: Place): Properties => {
  const id = idOf(String(args["resourceGroupName"]), path.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])));
  const thing = cloud.find(type, id);
  if (!thing) throw new Error(`Code="ResourceNotFound" Message="The Resource '${id}' was not found."`);
  return { ...thing.inputs, ...thing.outputs, id };
};

export const azureFunctions: Package["functions"] = {
  "azure-native:authorization:getClientConfig": () => ({ clientId: "client", objectId: "object", subscriptionId: subscription, tenantId: tenant }),
  "azure-native:resources:getResourceGroup": ({ resourceGroupName }, { cloud }) => {
    const thing = cloud.find(types.group, groupId(String(resourceGroupName)));
    if (!thing) throw new Error(`Code="ResourceGroupNotFound" Message="Resource group '${String(resourceGroupName)}' could not be found."`);
    return { ...thing.outputs, id: thing.id };
  },
  "azure-native:network:getSubnet": found(types.subnet, "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}"),
  "azure-native:network:getPublicIPAddress": found(types.publicAddress, "Microsoft.Network/publicIPAddresses/{publicIpAddressName}"),
  "azure-native:network:getNetworkInterface": found(types.networkInterface, "Microsoft.Network/networkInterfaces/{networkInterfaceName}"),
  "azure-native:compute:getVirtualMachine": found(types.machine, "Microsoft.Compute/virtualMachines/{vmName}"),
  "azure-native:managedidentity:getUserAssignedIdentity": found(types.identity, "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"),
  "azure-native:storage:listStorageAccountServiceSAS": ({ resourceGroupName, accountName, canonicalizedResource }, { cloud }) => {
    const account = cloud.find(types.account, idOf(String(resourceGroupName), `Microsoft.Storage/storageAccounts/${String(accountName)}`));
    if (account?.inputs["allowSharedKeyAccess"] === false) throw new Error(`Code="KeyBasedAuthenticationNotPermitted" Message="Key based authentication is not permitted on this storage account ${String(accountName)}."`);
    if (!account) throw new Error(`Code="ResourceNotFound" Message="The storage account ${String(accountName)} was not found."`);
    return { serviceSasToken: `sv=2015-04-05&sr=c&sig=${signature(String(canonicalizedResource).replace("/blob/", ""))}` };
  },
};

/** Of a container, <account>/<container>. */
export function signature(container: string): string {
  return hash(`signature of ${container}`, 44);
}
