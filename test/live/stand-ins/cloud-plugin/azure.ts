/**
 * Part of the stand-in for the clouds: Azure. What replaces in azure-native is every name in a resource's path, what
 * provider/pkg/gen/replacement.go of pulumi/pulumi-azure-native (1b7112af) lists, and what Azure's specifications mark as
 * `x-ms-mutability: [create, read]` (from the schema of May 2023 in danielrbradley/pulumi-azure-native-schema, the newest that
 * could be read). It asks for deletion first, always (Diff in provider/pkg/provider/provider.go, 006a62af), knows no output of a
 * previewed update, and takes over nothing that exists. Everything else it sends to Azure, which refuses what cannot change:
 * of a machine its image and osProfile (azure-native#1117), of a disk where it comes from, of a role assignment anything.
 */
import { dirname, join } from "node:path";
import { azureFunctions } from "./azure-functions";
import { archOfSize, groupId, idOf, types } from "./azure-types";
import { addressOf, hash, objectType, type Properties, type Thing } from "./cloud";
import { textAt, valuesAt, type Package, type Place, type ResourceType } from "./resource-type";

const text = (inputs: Properties, key: string) => String(inputs[key]);

/** How the provider makes up a name: with digits, or the resource's own where only its parent has to tell it from others. */
const withDigits = (name: string, random: string) => `${name}${hash(random, 8)}`;
const asItIs = (name: string) => name;

/** A resource in a group: `path` is that of its id, with its inputs in braces. */
function arm(path: string, more: Partial<ResourceType> & { replaces?: string[] } = {}): ResourceType {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return {
    autoName: inPath.at(-1)!,
    nameOf: inPath.length > 1 ? asItIs : withDigits,
    ...more,
    replaces: ["resourceGroupName", ...inPath, ...(more.replaces ?? [])],
    deleteBeforeReplace: true,
    unknownOnUpdate: "all",
    id: inputs => idOf(text(inputs, "resourceGroupName"), path.replace(/\{(\w+)\}/g, (_, name: string) => text(inputs, name))),
    outputs: (inputs, id, place) => ({ name: inputs[inPath.at(-1)!], location: inputs["location"] ?? place.region, ...more.outputs?.(inputs, id, place) }),
    needs: { resourceGroupName: types.group, ...more.needs },
    onDelete(thing, place) {
      more.onDelete?.(thing, place);
      removeBelow(thing, place);
    },
  };
}

/** What is in something goes with it; of a container also what others put into it. */
function removeBelow({ id, type, inputs }: Thing, { cloud }: Place): void {
  const containers = type === types.container ? [inputs] : cloud.all(types.container).filter(other => other.id.startsWith(`${id}/`)).map(other => other.inputs);
  for (const object of containers.flatMap(each => cloud.objectsOf(containerOf(each)))) cloud.remove(objectType, object.id);
  for (const other of cloud.all().filter(other => other.id.startsWith(`${id}/`))) cloud.remove(other.type, other.id);
}

/** Answers as Azure does when a property cannot change. */
const fixed = (...paths: string[]): NonNullable<ResourceType["onUpdate"]> => (id, olds, news) => {
  const changed = paths.find(path => JSON.stringify(valuesAt(olds, path)) !== JSON.stringify(valuesAt(news, path)));
  if (changed) throw new Error(`Code="PropertyChangeNotAllowed" Message="Changing property '${changed}' is not allowed." Target="${id}"`);
};

function refuseMachine(inputs: Properties): void {
  const size = textAt(inputs, "hardwareProfile.vmSize") ?? "";
  const sku = textAt(inputs, "storageProfile.imageReference.sku") ?? "";
  if (sku && archOfSize(size) !== (sku.includes("arm64") ? "arm64" : "amd64")) throw new Error(`Code="InvalidParameter" Message="The VM size '${size}' cannot boot with an image of another architecture (${sku})."`);
  const data = Buffer.from(textAt(inputs, "osProfile.customData") ?? "", "base64").length;
  if (data > 65_535) throw new Error(`Code="InvalidParameter" Message="Custom data has ${data} bytes, more than 65535."`);
}

const machine = arm("Microsoft.Compute/virtualMachines/{vmName}", {
  replaces: ["location"],
  needs: { "identity.userAssignedIdentities.*": types.identity },
  holds: { "networkProfile.networkInterfaces.*.id": types.networkInterface, "storageProfile.dataDisks.*.managedDisk.id": types.disk },
  exclusive: ["networkProfile.networkInterfaces.*.id", "storageProfile.dataDisks.*.managedDisk.id"],
  outputs: (_inputs, id) => ({ vmId: hash(id, 32), provisioningState: "Succeeded" }),
  onCreate: refuseMachine,
  onUpdate(id, olds, news, place) {
    fixed("osProfile", "storageProfile.imageReference", "storageProfile.osDisk.createOption", "zones", "securityProfile.securityType")(id, olds, news, place);
    refuseMachine(news);
    if (textAt(olds, "hardwareProfile.vmSize") !== textAt(news, "hardwareProfile.vmSize")) place.cloud.record({ operation: "restart", type: types.machine, id });
  },
});

const disk = arm("Microsoft.Compute/disks/{diskName}", {
  needs: { "creationData.sourceResourceId": types.snapshot },
  onUpdate(id, olds, news, place) {
    fixed("creationData", "location", "zones")(id, olds, news, place);
    if ((news["diskSizeGB"] as number) < (olds["diskSizeGB"] as number)) throw new Error(`Code="ResizeDiskError" Message="New disk size ${String(news["diskSizeGB"])} must be greater than the current size." Target="${id}"`);
  },
});

/** Rules of a group cannot share a priority in a direction. */
function refuseSameRules(rules: Properties[]): void {
  const keys = rules.map(rule => `${String(rule["direction"])} ${String(rule["priority"])}`);
  const twin = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twin) throw new Error(`Code="SecurityRuleConflict" Message="Rules cannot have the same Priority and Direction: ${twin}."`);
}

const networkInterface = arm("Microsoft.Network/networkInterfaces/{networkInterfaceName}", {
  holds: {
    "ipConfigurations.*.subnet.id": types.subnet,
    "ipConfigurations.*.publicIPAddress.id": types.publicAddress,
    "ipConfigurations.*.applicationSecurityGroups.*.id": types.applicationSecurityGroup,
    "networkSecurityGroup.id": types.securityGroup,
  },
  exclusive: ["ipConfigurations.*.publicIPAddress.id"],
  outputs: (inputs, id) => ({ ipConfigurations: ((inputs["ipConfigurations"] as Properties[] | undefined) ?? []).map(each => ({ privateIPAddress: addressOf(id, "10.90.0"), ...each })) }),
});

const objectId = (inputs: Properties) => `${containerOf(inputs)}/${text(inputs, "blobName")}`;
const containerOf = (inputs: Properties) => `${text(inputs, "accountName")}/${text(inputs, "containerName")}`;

const blob: ResourceType = {
  ...arm("Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}/blobs/{blobName}", {
    replaces: ["contentMd5", "source", "type"],
    needs: { containerName: types.container },
    onCreate: (inputs, _id, { cloud }) => cloud.putObject(containerOf(inputs), text(inputs, "blobName"), (inputs["source"] as { text: string }).text),
    onDelete: ({ inputs }, { cloud }) => cloud.remove(objectType, objectId(inputs)),
  }),
};

const vault = arm("Microsoft.KeyVault/vaults/{vaultName}", {
  replaces: ["location"],
  outputs: (_inputs, id) => ({ properties: { vaultUri: `https://${id.split("/").at(-1)!}.vault.azure.net/` } }),
  onCreate(inputs, _id, { cloud }) {
    if (!/^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/.test(text(inputs, "vaultName"))) throw new Error(`Code="VaultNameNotValid" Message="The vault name '${text(inputs, "vaultName")}' is invalid."`);
    if (cloud.find(types.deletedVault, text(inputs, "vaultName"))) throw new Error(`Code="ConflictError" Message="A vault with the name '${text(inputs, "vaultName")}' already exists in deleted state."`);
  },
  onDelete({ inputs }, { cloud }) {
    cloud.put({ type: types.deletedVault, id: text(inputs, "vaultName") });
    for (const secret of cloud.all(types.secret).filter(({ id }) => id.startsWith(`${text(inputs, "vaultName")}/`))) cloud.remove(types.secret, secret.id);
  },
});

interface Template {
  parameters: Record<string, { type: string }>;
  resources: { type: string; name: string; properties: { value: string } }[];
}

/** Runs a template as far as it is about secrets of a vault: [format('{0}/{1}', parameters('vault'), 'a')] and [parameters('secrets')['a']]. */
function deploy(inputs: Properties, { cloud }: Place): void {
  const { template, parameters } = inputs["properties"] as { template: Template; parameters: Record<string, { value: unknown }> };
  for (const { type, name, properties } of template.resources) {
    const [, vaultParameter, secret] = /^\[format\('\{0\}\/\{1\}', parameters\('(\w+)'\), '([\w-]+)'\)\]$/.exec(name) ?? [];
    const [, secrets, key] = /^\[parameters\('(\w+)'\)\['([\w-]+)'\]\]$/.exec(properties.value) ?? [];
    const value = (parameters[secrets!]?.value as Record<string, string> | undefined)?.[key!];
    if (type !== "Microsoft.KeyVault/vaults/secrets" || value === undefined) throw new Error(`this stand-in cannot deploy ${type} ${name}`);
    cloud.put({ type: types.secret, id: `${String(parameters[vaultParameter!]!.value)}/${secret!}`, inputs: { value } });
  }
}

const deployment = arm("Microsoft.Resources/deployments/{deploymentName}", {
  // What is secret is not in the answer.
  outputs: inputs => ({ properties: { provisioningState: "Succeeded", parameters: Object.fromEntries(Object.keys((inputs["properties"] as { template: Template }).template.parameters).map(key => [key, {}])) } }),
  onCreate: (inputs, _id, place) => deploy(inputs, place),
  onUpdate: (_id, _olds, news, place) => deploy(news, place),
  onDelete: () => undefined,
});

const account = arm("Microsoft.Storage/storageAccounts/{accountName}", {
  replaces: ["isHnsEnabled", "location"],
  exclusive: ["accountName"],
  nameOf: (name, random) => withDigits(name.replaceAll("-", ""), random),
  onCreate(inputs) {
    if (!/^[a-z0-9]{3,24}$/.test(text(inputs, "accountName"))) throw new Error(`Code="AccountNameInvalid" Message="${text(inputs, "accountName")} is not a valid storage account name."`);
  },
});

const resources: Record<string, ResourceType> = {
  [types.group]: {
    replaces: ["location", "resourceGroupName"],
    deleteBeforeReplace: true,
    unknownOnUpdate: "all",
    autoName: "resourceGroupName",
    nameOf: withDigits,
    id: inputs => groupId(text(inputs, "resourceGroupName")),
    outputs: (inputs, _id, { region }) => ({ name: inputs["resourceGroupName"], location: inputs["location"] ?? region }),
    // With everything in it, also what Pulumi was told to leave alone.
    onDelete: removeBelow,
  },
  [types.deployment]: deployment,
  [types.virtualNetwork]: arm("Microsoft.Network/virtualNetworks/{virtualNetworkName}", { replaces: ["location"] }),
  [types.subnet]: arm("Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}", {
    holds: { "networkSecurityGroup.id": types.securityGroup },
    needs: { virtualNetworkName: types.virtualNetwork },
    onUpdate: fixed("defaultOutboundAccess"),
  }),
  [types.securityGroup]: arm("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}", {
    onCreate: inputs => refuseSameRules((inputs["securityRules"] as Properties[] | undefined) ?? []),
    onUpdate(id, _olds, news, { cloud }) {
      refuseSameRules((news["securityRules"] as Properties[] | undefined) ?? []);
      // Rules that were made beside it are gone (azure-native#3359).
      if (news["securityRules"] !== undefined) for (const rule of cloud.all(types.securityRule).filter(rule => rule.id.startsWith(`${id}/`))) cloud.remove(rule.type, rule.id);
    },
  }),
  [types.securityRule]: arm("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}", {
    needs: { networkSecurityGroupName: types.securityGroup },
    holds: { "sourceApplicationSecurityGroups.*.id": types.applicationSecurityGroup },
    onCreate: (inputs, id, { cloud }) => refuseSameRules([inputs, ...cloud.all(types.securityRule).filter(other => dirname(other.id) === dirname(id)).map(other => other.inputs)]),
  }),
  [types.applicationSecurityGroup]: arm("Microsoft.Network/applicationSecurityGroups/{applicationSecurityGroupName}"),
  [types.publicAddress]: arm("Microsoft.Network/publicIPAddresses/{publicIpAddressName}", { replaces: ["location", "publicIPAddressVersion", "publicIPPrefix", "sku"], outputs: (_inputs, id) => ({ ipAddress: addressOf(id, "203.0.113") }) }),
  [types.networkInterface]: networkInterface,
  [types.identity]: arm("Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}", { replaces: ["location"], outputs: (_inputs, id) => ({ clientId: hash(`client ${id}`, 32), principalId: hash(`principal ${id}`, 32) }) }),
  [types.roleAssignment]: {
    replaces: ["principalId", "roleAssignmentName", "scope"],
    deleteBeforeReplace: true,
    unknownOnUpdate: "all",
    autoName: "roleAssignmentName",
    nameOf: (_name, random) => hash(random, 32),
    id: inputs => `${text(inputs, "scope")}/providers/Microsoft.Authorization/roleAssignments/${text(inputs, "roleAssignmentName")}`,
    outputs: inputs => ({ name: inputs["roleAssignmentName"] }),
    onCreate(inputs, _id, { cloud }) {
      const same = cloud.all(types.roleAssignment).find(other => ["scope", "principalId", "roleDefinitionId"].every(key => other.inputs[key] === inputs[key]));
      if (same) throw new Error(`Code="RoleAssignmentExists" Message="The role assignment already exists." (${same.id})`);
    },
    onUpdate: id => {
      throw new Error(`Code="RoleAssignmentUpdateNotPermitted" Message="Tenant ID, application ID, principal ID, and scope are not allowed to be updated." (${id})`);
    },
  },
  [types.account]: account,
  [types.container]: arm("Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}", { needs: { accountName: types.account } }),
  [types.blob]: blob,
  // Every account has one, which is only set.
  [types.blobService]: { ...arm("Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}", { needs: { accountName: types.account } }), adopts: true, onDelete: () => undefined },
  [types.managementPolicy]: arm("Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/{managementPolicyName}", { needs: { accountName: types.account } }),
  [types.vault]: vault,
  [types.disk]: disk,
  [types.snapshot]: arm("Microsoft.Compute/snapshots/{snapshotName}", { onUpdate: fixed("creationData", "location") }),
  [types.machine]: machine,
  [types.runCommand]: arm("Microsoft.Compute/virtualMachines/{vmName}/runCommands/{runCommandName}", { replaces: ["location"], needs: { vmName: types.machine } }),
  [types.record]: arm("Microsoft.Network/dnszones/{zoneName}/{recordType}/{relativeRecordSetName}", { needs: { zoneName: types.zone } }),
  [types.backupVault]: arm("Microsoft.DataProtection/backupVaults/{vaultName}", {
    replaces: ["location"],
    outputs: (_inputs, id) => ({ identity: { type: "SystemAssigned", principalId: hash(`vault ${id}`, 32) } }),
    onDelete({ id }, { cloud }) {
      if (cloud.all(types.backupInstance).some(other => other.id.startsWith(`${id}/`))) throw new Error(`Code="BackupVaultCannotBeDeleted" Message="Vault ${id} has backup instances."`);
    },
  }),
  [types.backupPolicy]: arm("Microsoft.DataProtection/backupVaults/{vaultName}/backupPolicies/{backupPolicyName}", { needs: { vaultName: types.backupVault } }),
  [types.backupInstance]: arm("Microsoft.DataProtection/backupVaults/{vaultName}/backupInstances/{backupInstanceName}", { needs: { vaultName: types.backupVault, "properties.dataSourceInfo.resourceID": types.disk }, holds: { "properties.policyInfo.policyId": types.backupPolicy } }),
};

export const azure: Package = {
  version: "3.28.0",
  region: "westeurope",
  declarations(token) {
    const [, module, type] = token.split(":");
    return join(dirname(require.resolve("@pulumi/azure-native/package.json")), module!, `${type![0]!.toLowerCase()}${type!.slice(1)}.d.ts`);
  },
  resources,
  functions: azureFunctions,
};
