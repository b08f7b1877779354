import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seen } from "../mocks";
import { id } from "./mocks";
import { machineOf, server } from "./server";

describe("what a team has already", () => {
  const subnet = (name: string) => id("Microsoft.Network/virtualNetworks/subnets", `main/${name}`, "network");

  it("a resource group: everything is made in it, where it is", async () => {
    const { typed, registered } = await server({ resourceGroupName: "theirs" });
    assert.deepEqual(typed("ResourceGroup"), []);
    for (const { inputs } of registered) {
      if (inputs.resourceGroupName) assert.equal(inputs.resourceGroupName, "theirs");
      if (inputs.location) assert.equal(inputs.location, "koreacentral");
    }
    assert.equal((await server({ resourceGroupName: "theirs", location: "westus3" })).only("Disk").location, "westus3");
  });

  it("a subnet: no network is made, its group is left alone, and storage is closed where the subnet can be told", async () => {
    const { typed, only, named } = await server({ subnetId: subnet("plain") });
    for (const type of ["VirtualNetwork", "Subnet"]) assert.deepEqual(typed(type), [], type);
    const nic = only("NetworkInterface");
    assert.equal(nic.ipConfigurations[0].subnet.id, subnet("plain"));
    assert.equal(nic.ipConfigurations[0].privateIPAllocationMethod, "Dynamic");
    assert.equal(nic.networkSecurityGroup.id, id("Microsoft.Network/networkSecurityGroups", "mon-server"));
    assert.equal(named("StorageAccount", "mon-telemetry").networkRuleSet.defaultAction, "Allow");
    const other = await server({ subnetId: subnet("with-endpoint"), privateAddress: "10.1.0.50", publicAddress: false });
    assert.equal(other.named("StorageAccount", "mon-telemetry").networkRuleSet.virtualNetworkRules[0].virtualNetworkResourceId, subnet("with-endpoint"));
    assert.deepEqual(other.typed("PublicIPAddress"), []);
    assert.equal((await seen(other.component.contract)).value?.address, "10.1.0.50");
  });

  it("a group, an identity, accounts, a vault, a disk, an address: taken as they are", async () => {
    const given = {
      networkSecurityGroupId: id("Microsoft.Network/networkSecurityGroups", "rules"),
      identityId: id("Microsoft.ManagedIdentity/userAssignedIdentities", "someone"),
      configurationAccountId: id("Microsoft.Storage/storageAccounts", "releasesgiven", "storage"),
      telemetryContainerId: id("Microsoft.Storage/storageAccounts/blobServices/containers", "telemetrygiven/default/kept", "storage"),
      keyVaultId: id("Microsoft.KeyVault/vaults", "vaultgiven", "secrets"),
      dataDiskId: id("Microsoft.Compute/disks", "kept"),
      publicIpAddressId: id("Microsoft.Network/publicIPAddresses", "known"),
    };
    const { typed, only, named, component } = await server(given);
    for (const type of ["NetworkSecurityGroup", "UserAssignedIdentity", "RoleAssignment", "StorageAccount", "BlobServiceProperties", "Vault", "Disk", "PublicIPAddress"]) assert.deepEqual(typed(type), [], type);
    assert.equal(only("Subnet").networkSecurityGroup.id, given.networkSecurityGroupId);
    const machine = only("VirtualMachine");
    assert.deepEqual(machine.identity.userAssignedIdentities, [given.identityId]);
    assert.equal(machine.storageProfile.dataDisks[0].managedDisk.id, given.dataDiskId);
    assert.equal(only("NetworkInterface").ipConfigurations[0].publicIPAddress.id, given.publicIpAddressId);
    assert.deepEqual(typed("BlobContainer").map(({ inputs }) => [inputs.resourceGroupName, inputs.accountName, inputs.containerName]), [["storage", "releasesgiven", "mon-releases"], ["storage", "releasesgiven", "mon-status"]]);
    assert.deepEqual([named("Blob", "mon-pointer").accountName, named("Blob", "mon-pointer").containerName], ["releasesgiven", "mon-releases"]);
    const told = machineOf(machine);
    assert.deepEqual([told.store.clientId, told.statusStore.container], ["client-of-someone", "mon-status"]);
    assert.equal(only("Deployment").resourceGroupName, "secrets");
    assert.match(told.secrets.prefix, /^mon-[0-9a-f]{8}$/);
    const roles = (await seen(component.requiredRoles)).value!;
    assert.ok(roles.some(({ role, scope }) => role === "Storage Blob Data Contributor" && scope === given.telemetryContainerId));
    const secrets = roles.filter(({ role }) => role === "Key Vault Secrets User").map(({ scope }) => scope);
    assert.ok(secrets.includes(`${given.keyVaultId}/secrets/${told.secrets.prefix}-push-default`) && !secrets.includes(given.keyVaultId), "its own secrets in somebody else's vault, no others");
    assert.equal((await seen(component.contract)).value?.address, "203.0.113.9");
    assert.equal((await seen(component.data)).value?.diskId, given.dataDiskId);
  });

  it("a key for disks, an image of their own", async () => {
    const set = id("Microsoft.Compute/diskEncryptionSets", "ours");
    const { only } = await server({ diskEncryptionSetId: set, imageId: "Debian:debian-12:12-arm64:0.20261101.1" });
    assert.deepEqual(only("Disk").encryption, { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: set });
    const { storageProfile, osProfile } = only("VirtualMachine");
    assert.equal(storageProfile.osDisk.managedDisk.diskEncryptionSet.id, set);
    assert.deepEqual(storageProfile.imageReference, { publisher: "Debian", offer: "debian-12", sku: "12-arm64", version: "0.20261101.1" });
    assert.equal(osProfile.linuxConfiguration.patchSettings.patchMode, "ImageDefault", "Azure patches only images that it knows");
    const own = id("Microsoft.Compute/galleries/images/versions", "ours/monitoring/1.0.0");
    assert.deepEqual((await server({ imageId: own })).only("VirtualMachine").storageProfile.imageReference, { id: own });
  });

  it("a machine: stage 0 comes through Run Command, and network, disks and identity stay as they are", async () => {
    const identityId = id("Microsoft.ManagedIdentity/userAssignedIdentities", "someone");
    const { typed, only, component } = await server({ vmId: id("Microsoft.Compute/virtualMachines", "given", "theirs"), memory: 4096, identityId });
    for (const type of ["VirtualMachine", "Disk", "NetworkInterface", "PublicIPAddress", "VirtualNetwork", "NetworkSecurityGroup", "ApplicationSecurityGroup", "UserAssignedIdentity", "RoleAssignment", "PrivateKey"])
      assert.deepEqual(typed(type).filter(({ name }) => name !== "mon-ca-key"), [], type);
    const command = only("VirtualMachineRunCommandByVirtualMachine");
    assert.deepEqual([command.resourceGroupName, command.vmName, command.location, command.treatFailureAsDeploymentFailure, command.asyncExecution], ["theirs", "given", "northeurope", true, false]);
    assert.match(command.source.script, /"kind": "key-vault"/);
    assert.match(command.source.script, /"dataDisk": null/);
    assert.ok(Buffer.byteLength(command.source.script) < 64_000);
    const { value: contract } = await seen(component.contract);
    assert.equal(contract?.address, "203.0.113.9");
    assert.deepEqual(contract?.scrapeSource, { cloud: "azure", applicationSecurityGroupId: "group-of-the-machine", privateAddress: "10.2.0.4" });
    assert.equal(component.price.usd, 0);
    const privately = await server({ vmId: id("Microsoft.Compute/virtualMachines", "given", "theirs"), memory: 4096, identityId, publicAddress: false });
    assert.equal((await seen(privately.component.contract)).value?.address, "10.2.0.4");
  });

  it("an authority: nothing is made of it", async () => {
    const { typed, component } = await server({ secrets: { "ca-certificate": "given pem", "ca-key": "given key" } });
    assert.deepEqual([typed("PrivateKey").map(({ name }) => name), typed("SelfSignedCert")], [["mon-ssh"], []]);
    assert.equal((await seen(component.contract)).value?.ca, "given pem");
  });
});
