import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { type MonitoringServerArgs } from "../../components/azure";
import { isSecret, made, open, plainText, seen } from "../mocks";
import { group, id, read, subscription, tenant } from "./mocks";
import { contentOf, machineOf, plain, server, userDataOf, zone } from "./server";

/** Resources of Azure that carry no tags. */
const untaggable = /:(BackupPolicy|Blob|BlobContainer|BlobServiceProperties|RecordSet|RoleAssignment|Subnet)$/;

describe("a monitoring server on Azure", () => {
  it("is a small arm64 machine that nobody signs in to, which Azure patches, and whose image does not change by itself", async () => {
    const { only } = await plain();
    const machine = only("VirtualMachine");
    assert.equal(machine.hardwareProfile.vmSize, "Standard_B2pls_v2");
    assert.deepEqual(machine.storageProfile.imageReference, { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server-arm64", version: "latest" });
    const { disablePasswordAuthentication, provisionVMAgent, patchSettings, ssh } = machine.osProfile.linuxConfiguration;
    assert.deepEqual([disablePasswordAuthentication, provisionVMAgent, patchSettings.patchMode], [true, true, "AutomaticByPlatform"]);
    assert.equal(ssh.publicKeys[0].keyData, `ssh-ed25519 ${made("mon-ssh")}`);
    assert.equal(machine.osProfile.adminPassword, undefined);
    assert.deepEqual(machine.identity, { type: "UserAssigned", userAssignedIdentities: [id("Microsoft.ManagedIdentity/userAssignedIdentities", "mon-server")] });
    assert.equal(machine.diagnosticsProfile.bootDiagnostics.enabled, true);
  });

  it("starts signed software only, where its size can: amd64, and arm64 from the sixth generation on", async () => {
    const trusted = { securityType: "TrustedLaunch", uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } };
    const profile = async (more: Partial<MonitoringServerArgs>) => (await server(more)).only("VirtualMachine").securityProfile as unknown;
    assert.deepEqual(await profile({}), {});
    assert.deepEqual(await profile({ vmSize: "Standard_D2ps_v6" }), trusted);
    assert.deepEqual(await profile({ vmSize: "Standard_B2as_v2" }), trusted);
    assert.deepEqual(await profile({ vmSize: "Standard_B2as_v2", trustedLaunch: false, encryptionAtHost: true }), { encryptionAtHost: true });
    assert.deepEqual(await profile({ trustedLaunch: true }), trusted);
  });

  it("finds its disk, its containers and its secrets by its custom data, which is within Azure's limit", async () => {
    const { only } = await plain();
    const machine = only("VirtualMachine");
    assert.ok(Buffer.byteLength(userDataOf(machine)) <= 65_535, `${Buffer.byteLength(userDataOf(machine))} bytes`);
    assert.deepEqual(machineOf(machine), {
      format: 1,
      root: "/var/lib/pulumi-lgtm",
      store: { kind: "azure-blob", prefix: "", clientId: "client-made", account: "monconf0a1b2c3d", container: "releases" },
      statusStore: { kind: "azure-blob", prefix: "", clientId: "client-made", account: "monconf0a1b2c3d", container: "status" },
      secrets: { kind: "key-vault", vault: "https://mon-0a1b2c3d.vault.azure.net", prefix: "mon", clientId: "client-made" },
      dataDisk: { device: "/dev/disk/azure/scsi1/lun0", sizeGiB: 32 },
    });
  });

  it("knows by the size under which name its disk appears", async () => {
    const nvme = await server({ vmSize: "Standard_D2ps_v6", size: "large" });
    assert.deepEqual(machineOf(nvme.only("VirtualMachine")).dataDisk, { device: "/dev/disk/azure/data/by-lun/0", sizeGiB: 128 });
    const amd64 = await server({ vmSize: "Standard_B2als_v2" });
    assert.equal(amd64.only("VirtualMachine").storageProfile.imageReference.sku, "server");
  });

  it("lets in the given ranges on 443 and nothing else, not even from its own network, and out on the ports it needs", async () => {
    const { only } = await server({ allowedCidrs: ["203.0.113.0/24", "2001:db8::/32"], alerts: { email: [{ to: ["a@example.com"], from: "b@example.com", smarthost: "smtp.example.com:587" }] } });
    const rules = only("NetworkSecurityGroup").securityRules as Record<string, any>[];
    const shown = rules.map(rule => [rule.direction, rule.priority, rule.access, rule.protocol, rule.sourceAddressPrefix, rule.destinationAddressPrefix, rule.destinationPortRange ?? rule.destinationPortRanges.join()]);
    assert.deepEqual(shown, [
      ["Inbound", 100, "Allow", "Tcp", "203.0.113.0/24", "*", "443"],
      ["Inbound", 101, "Allow", "Tcp", "2001:db8::/32", "*", "443"],
      ["Inbound", 4096, "Deny", "*", "*", "*", "*"],
      ["Outbound", 100, "Allow", "Tcp", "*", "Internet", "80,443,587"],
      ["Outbound", 4096, "Deny", "*", "*", "Internet", "*"],
    ]);
    for (const { description } of rules) assert.ok(description && description.length <= 140);
  });

  it("is in a network of its own without a way out by default, in which its address is fixed", async () => {
    const { only } = await server({ cidrBlock: "10.7.8.16/28" });
    const subnet = only("Subnet");
    assert.deepEqual(only("VirtualNetwork").addressSpace, { addressPrefixes: ["10.7.8.16/28"] });
    assert.deepEqual([subnet.addressPrefix, subnet.defaultOutboundAccess, subnet.networkSecurityGroup.id, subnet.serviceEndpoints], ["10.7.8.16/28", false, id("Microsoft.Network/networkSecurityGroups", "mon-server"), [{ service: "Microsoft.Storage" }]]);
    const [configuration] = only("NetworkInterface").ipConfigurations;
    assert.deepEqual([configuration.privateIPAllocationMethod, configuration.privateIPAddress], ["Static", "10.7.8.20"]);
    assert.deepEqual(configuration.applicationSecurityGroups, [{ id: id("Microsoft.Network/applicationSecurityGroups", "mon-server") }]);
    assert.equal(only("NetworkInterface").networkSecurityGroup, undefined, "the subnet has the group");
    const address = only("PublicIPAddress");
    assert.deepEqual([address.sku.name, address.publicIPAllocationMethod], ["Standard", "Static"]);
  });

  it("has rights on its own containers and its own vault, each under a name that is always the same", async () => {
    const { typed } = await plain();
    const rights = Object.fromEntries(typed("RoleAssignment").map(({ name, inputs }) => [name, [String(inputs.roleDefinitionId).split("/").at(-1), inputs.scope]]));
    const container = (account: string, name: string) => id("Microsoft.Storage/storageAccounts/blobServices/containers", `${account}/default/${name}`);
    assert.deepEqual(rights, {
      "mon-reads-releases": ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", container("monconf0a1b2c3d", "releases")],
      "mon-writes-status": ["ba92f5b4-2d11-453d-a403-e96b0029c9fe", container("monconf0a1b2c3d", "status")],
      "mon-writes-telemetry": ["ba92f5b4-2d11-453d-a403-e96b0029c9fe", container("mondata0a1b2c3d", "telemetry")],
      "mon-reads-secrets": ["4633458b-17de-408a-b874-0445c86b69e6", id("Microsoft.KeyVault/vaults", "mon-0a1b2c3d")],
    });
    const again = (await server()).typed("RoleAssignment");
    for (const { inputs, name } of typed("RoleAssignment")) {
      assert.equal(inputs.principalType, "ServicePrincipal");
      assert.match(String(inputs.roleAssignmentName), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(inputs.roleAssignmentName, again.find(each => each.name === name)!.inputs.roleAssignmentName);
    }
    assert.equal(new Set(typed("RoleAssignment").map(({ inputs }) => inputs.roleAssignmentName)).size, 4);
  });

  it("reads its subscription only as far as its spec asks", async () => {
    const other = "12345678-1234-1234-1234-123456789012";
    const reads = async (more: Partial<MonitoringServerArgs>) =>
      (await server(more)).typed("RoleAssignment").filter(({ inputs }) => /^\/subscriptions\/[^/]+$/.test(String(inputs.scope))).map(({ name, inputs }) => [name, inputs.scope, String(inputs.roleDefinitionId).split("/").at(-1)]).sort();
    assert.deepEqual(await reads({ discovery: { azure: {} } }), [["mon-discovers-subscription", `/subscriptions/${subscription}`, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]]);
    assert.deepEqual(await reads({ discovery: { azure: { subscriptions: [other] } }, cloudDatasources: { azure: [{}] } }), [
      [`mon-discovers-${other}`, `/subscriptions/${other}`, "acdd72a7-3385-48ef-bd42-f606fba81ae7"],
      ["mon-monitors-subscription", `/subscriptions/${subscription}`, "43d0d8ad-25c7-4714-9337-8ba259a9fe05"],
    ]);
    assert.deepEqual(await reads({ cloudMetrics: { azure: { services: ["sql"] } } }), [["mon-monitors-subscription", `/subscriptions/${subscription}`, "43d0d8ad-25c7-4714-9337-8ba259a9fe05"]]);
    assert.deepEqual(await reads({ discovery: { azure: {} }, cloudDatasources: { azure: [{}] } }), [["mon-monitors-subscription", `/subscriptions/${subscription}`, "43d0d8ad-25c7-4714-9337-8ba259a9fe05"]]);
  });

  it("receives logs of the namespace that its spec names", async () => {
    const cloudLogs = { azure: { namespace: "orders-logs.servicebus.windows.net", hubs: ["logs"] } };
    const eventHubsNamespaceId = id("Microsoft.EventHub/namespaces", "orders-logs", "theirs");
    const { named } = await server({ cloudLogs, eventHubsNamespaceId });
    assert.deepEqual([named("RoleAssignment", "mon-receives-logs").scope, String(named("RoleAssignment", "mon-receives-logs").roleDefinitionId).split("/").at(-1)], [eventHubsNamespaceId, "a638d3c7-ab3a-418d-83e6-5f17a39d4fde"]);
    await assert.rejects(server({ cloudLogs }), /eventHubsNamespaceId: missing\. cloudLogs\.azure reads orders-logs\.servicebus\.windows\.net/);
    await assert.rejects(server({ eventHubsNamespaceId }), /eventHubsNamespaceId: nothing reads it/);
    await assert.rejects(server({ cloudLogs, eventHubsNamespaceId: id("Microsoft.EventHub/namespaces", "other") }), /"other" is not the namespace orders-logs\.servicebus\.windows\.net/);
  });

  it("has two closed storage accounts: telemetry has no shared key and is open to the server's subnet alone", async () => {
    const { typed, named } = await plain();
    for (const { inputs } of typed("StorageAccount")) {
      const { enableHttpsTrafficOnly, minimumTlsVersion, allowBlobPublicAccess, isLocalUserEnabled, allowCrossTenantReplication } = inputs;
      assert.deepEqual([enableHttpsTrafficOnly, minimumTlsVersion, allowBlobPublicAccess, isLocalUserEnabled, allowCrossTenantReplication], [true, "TLS1_2", false, false, false]);
      assert.match(String(inputs.accountName), /^[a-z0-9]{3,24}$/);
    }
    const telemetry = named("StorageAccount", "mon-telemetry");
    assert.equal(telemetry.allowSharedKeyAccess, false);
    assert.deepEqual(telemetry.networkRuleSet, { defaultAction: "Deny", bypass: "AzureServices", virtualNetworkRules: [{ virtualNetworkResourceId: id("Microsoft.Network/virtualNetworks/subnets", "mon-network/mon-subnet") }] });
    const configuration = named("StorageAccount", "mon-configuration");
    assert.deepEqual([configuration.allowSharedKeyAccess, configuration.sasPolicy.sasExpirationPeriod, configuration.networkRuleSet.defaultAction], [true, "0.01:00:00", "Allow"]);
    assert.deepEqual(typed("BlobContainer").map(({ inputs }) => [inputs.accountName, inputs.containerName, inputs.publicAccess]), [["monconf0a1b2c3d", "releases", "None"], ["monconf0a1b2c3d", "status", "None"], ["mondata0a1b2c3d", "telemetry", "None"]]);
    assert.equal(named("BlobServiceProperties", "mon-configuration").deleteRetentionPolicy.enabled, true);
  });

  it("keeps its data on a closed premium disk of a step that is billed, attached as number 0 and detached with its machine", async () => {
    const { only } = await plain();
    const disk = only("Disk");
    assert.deepEqual([disk.sku.name, disk.diskSizeGB, disk.creationData, disk.networkAccessPolicy, disk.publicNetworkAccess], ["Premium_LRS", 32, { createOption: "Empty" }, "DenyAll", "Disabled"]);
    const { storageProfile, networkProfile } = only("VirtualMachine");
    assert.deepEqual(storageProfile.dataDisks, [{ lun: 0, createOption: "Attach", deleteOption: "Detach", caching: "None", managedDisk: { id: id("Microsoft.Compute/disks", "mon-data") } }]);
    assert.equal(storageProfile.osDisk.deleteOption, "Delete");
    assert.equal(networkProfile.networkInterfaces[0].deleteOption, "Detach");
    assert.equal((await server({ vmSize: "Standard_D2_v5", memory: 8192 })).only("Disk").sku.name, "StandardSSD_LRS");
    assert.equal((await server({ dataDiskGiB: 40 })).only("Disk").diskSizeGB, 40);
    assert.deepEqual([(await server({ zone: "2" })).only("Disk").zones, (await server({ zone: "2" })).only("VirtualMachine").zones], [["2"], ["2"]]);
  });

  it("makes a data disk of a snapshot, as large as that was", async () => {
    const snapshot = id("Microsoft.Compute/snapshots", "before");
    const { only } = await server({ dataSnapshotId: snapshot });
    assert.deepEqual([only("Disk").creationData, only("Disk").diskSizeGB], [{ createOption: "Copy", sourceResourceId: snapshot }, undefined]);
  });

  it("has no backups unless it is told to, then one a day", async () => {
    const { typed } = await plain();
    for (const type of ["BackupVault", "BackupPolicy", "BackupInstance"]) assert.deepEqual(typed(type), [], type);
    const backed = await server({ snapshotsKept: 14 });
    const [rule, retention] = backed.only("BackupPolicy").properties.policyRules;
    assert.deepEqual([rule.trigger.schedule.repeatingTimeIntervals, retention.lifecycles[0].deleteAfter.duration], [["R/2026-01-01T02:00:00+00:00/P1D"], "P14D"]);
    assert.equal(backed.only("BackupInstance").properties.dataSourceInfo.resourceID, id("Microsoft.Compute/disks", "mon-data"));
    const rights = backed.typed("RoleAssignment").filter(({ inputs }) => inputs.principalId === "principal-of-the-vault").map(({ inputs }) => [String(inputs.roleDefinitionId).split("/").at(-1), inputs.scope]);
    assert.deepEqual(rights, [["3e5e47e6-65f7-47ef-90b5-e5dd4d455f24", id("Microsoft.Compute/disks", "mon-data")], ["7efff54f-a5b4-42b5-a1c5-5411624893ce", `/subscriptions/${subscription}/resourceGroups/${group}`]]);
  });

  it("takes a last snapshot of the disk, closed like it, by a command that runs when the machine is gone; not of a disk that stays", async () => {
    const { only } = await server({ onDestroy: "snapshot", tags: { team: "the orders'" }, diskEncryptionSetId: id("Microsoft.Compute/diskEncryptionSets", "ours") });
    const command = only("Command");
    const disk = id("Microsoft.Compute/disks", "mon-data");
    assert.equal(command.create, `az account show --subscription ${subscription} --output none`);
    const shown = spawnSync("sh", ["-c", `az() { printf '%s\\n' "$@"; }; ${command.delete}`], { encoding: "utf8" }).stdout.trim().split("\n");
    assert.deepEqual(shown, [
      "snapshot", "create", "--subscription", subscription, "--resource-group", group, "--location", "westeurope", "--name", "mon-data-last", "--source", disk, "--incremental", "true",
      "--network-access-policy", "DenyAll", "--public-network-access", "Disabled", "--encryption-type", "EncryptionAtRestWithCustomerKey", "--disk-encryption-set", id("Microsoft.Compute/diskEncryptionSets", "ours"),
      "--tags", "managed-by=pulumi-lgtm", "lgtm-server=project/stack/mon", "team=the orders'", "--output", "none",
    ]);
    assert.deepEqual(command.triggers, [disk]);
    for (const more of [{}, { onDestroy: "delete" }, { onDestroy: "snapshot", dataDiskId: disk }] as Partial<MonitoringServerArgs>[]) assert.deepEqual((await server(more)).typed("Command"), []);
  });

  it("puts the pointer into the container when bundle and release are there, under their hashes", async () => {
    const { component, named } = await plain();
    const release = (await seen(component.release)).value!;
    assert.equal(named("Blob", "mon-release").blobName, `releases/${release}.json`);
    assert.match(named("Blob", "mon-bundle").blobName, /^bundles\/[0-9a-f]{64}\.json$/);
    assert.equal((await contentOf<{ release: string }>(named("Blob", "mon-pointer"))).release, release);
    assert.deepEqual((await contentOf<{ bindings: object }>(named("Blob", "mon-release"))).bindings, { account: "mondata0a1b2c3d", address: "203.0.113.7", clientid: "client-made", container: "telemetry" });
    for (const role of ["bundle", "release", "pointer"]) assert.ok(isSecret(named("Blob", `mon-${role}`).source), `${role} would be shown a second time`);
  });

  it("knows its subscription, resource group and tenant where its files ask for them", async () => {
    const { named } = await server({ cloudDatasources: { azure: [{}] }, discovery: { azure: {} } });
    const { bindings } = await contentOf<{ bindings: Record<string, string> }>(named("Blob", "mon-release"));
    assert.equal(bindings.subscription, subscription);
    assert.ok([undefined, tenant].includes(bindings.tenant) && [undefined, group].includes(bindings.resourcegroup));
  });

  it("reads what it reports with a signature for that container alone, which is in no output and no message", async () => {
    read.length = 0;
    const { component, registered } = await server();
    const release = (await seen(component.release)).value!;
    assert.deepEqual(read, [`https://monconf0a1b2c3d.blob.core.windows.net/status/status/${release}.json?sp=r&sr=c&sig=signature-of-monconf0a1b2c3d`]);
    assert.ok(!JSON.stringify(registered).includes("signature-of"));
  });

  it("has a contract whose authority is known before the machine answers", async () => {
    const { component } = await plain();
    const { value: contract } = await seen(component.contract);
    assert.equal(contract?.url, "https://203.0.113.7/");
    assert.equal(contract?.ca, "certificate of mon-ca");
    assert.deepEqual(contract?.scrapeSource, { cloud: "azure", applicationSecurityGroupId: id("Microsoft.Network/applicationSecurityGroups", "mon-server"), privateAddress: "10.90.0.4" });
    const secret = "https://mon-0a1b2c3d.vault.azure.net/secrets/mon-";
    assert.deepEqual(contract?.tokenSecrets, { push: { default: `${secret}push-default` }, read: { default: `${secret}read-default` } });
    assert.deepEqual(contract?.labels, { environment: "monitoring", cloud: "azure", host: "mon" });
  });

  it("gets a public certificate when the world may come in, and the record of its name in the given zone", async () => {
    const { component, only, typed } = await server({ domain: "mon.ops.example.com", zoneId: zone, allowedCidrs: ["0.0.0.0/0"] });
    assert.deepEqual(typed("SelfSignedCert"), []);
    assert.equal((await seen(component.contract)).value?.ca, "");
    const { resourceGroupName, zoneName, relativeRecordSetName, aRecords, recordType } = only("RecordSet");
    assert.deepEqual([resourceGroupName, zoneName, relativeRecordSetName, aRecords, recordType], ["names", "example.com", "mon.ops", [{ ipv4Address: "203.0.113.7" }], "A"]);
    assert.equal((await server({ domain: "example.com", zoneId: zone })).only("RecordSet").relativeRecordSetName, "@");
  });

  it("keeps every secret in a vault of roles that nobody can purge, and none anywhere else", async () => {
    const { component, registered, typed, only } = await server({ alerts: { slack: [{}] }, secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } });
    const { properties } = only("Vault");
    assert.deepEqual([properties.enableRbacAuthorization, properties.enablePurgeProtection, properties.softDeleteRetentionInDays, properties.tenantId], [true, true, 7, tenant]);
    const deployed = only("Deployment").properties;
    const { template, parameters } = open(deployed) as Record<string, any>;
    const names = ["alerts-slack-webhook", "ca-certificate", "ca-key", "grafana-admin-password", "grafana-secret-key", "push-default", "read-default"];
    assert.deepEqual((template.resources as { name: string }[]).map(({ name }) => name).sort(), names.map(name => `[format('{0}/{1}', parameters('vault'), 'mon-${name}')]`));
    assert.deepEqual([isSecret(deployed), parameters.vault.value, template.parameters.secrets.type], [true, "mon-0a1b2c3d", "secureObject"]);
    const values = open(parameters.secrets.value) as Record<string, string>;
    assert.deepEqual(Object.keys(values).sort(), names);
    const { "ca-certificate": shown, ...others } = values;
    assert.equal(shown, "certificate of mon-ca");
    const hidden = Object.values(others);
    for (const each of registered) for (const value of hidden) assert.ok(!plainText(each.inputs).includes(value), `${each.type} ${each.name} shows ${value}`);
    for (const machine of typed("VirtualMachine")) for (const value of hidden) assert.ok(!userDataOf(machine.inputs).includes(value));
    assert.ok((await seen(component.tokens)).secret && (await seen(component.adminPassword)).secret);
    assert.ok(!(await seen(component.contract)).secret && !(await seen(component.data)).secret && !(await seen(component.requiredRoles)).secret);
  });

  it("tags everything that can carry tags, and the user's win", async () => {
    const { registered } = await server({ tags: { team: "orders", "managed-by": "us" }, domain: "mon.example.com", zoneId: zone, snapshotsKept: 7 });
    const ofAzure = registered.filter(({ type }) => type.startsWith("azure-native:"));
    const without = ofAzure.filter(({ type, inputs }) => !untaggable.test(type) && (inputs.tags as Record<string, string> | undefined)?.team !== "orders");
    assert.deepEqual(without.map(({ type }) => type), []);
    for (const { inputs } of ofAzure) if (inputs.tags) assert.deepEqual(inputs.tags, { "managed-by": "us", "lgtm-server": "project/stack/mon", team: "orders" });
  });

  it("names its price by one dated table", async () => {
    const { component } = await plain();
    assert.deepEqual(component.price.unknown, []);
    assert.deepEqual(component.price.items.map(({ usd }) => usd), [24.53, 2.4, 5.28, 3.65]);
    assert.deepEqual((await server({ vmSize: "Standard_D8ps_v5", memory: 32768, dataDiskGiB: 2000 })).component.price.unknown, ["virtual machine Standard_D8ps_v5", "data disk 2000 GiB, billed as 2000"]);
    assert.equal((await server({ snapshotsKept: 7 })).component.price.items.length, 5);
  });

  it("says what a later server needs to find the data again", async () => {
    const { component } = await plain();
    assert.deepEqual((await seen(component.data)).value, {
      resourceGroupName: group,
      diskId: id("Microsoft.Compute/disks", "mon-data"),
      telemetryContainerId: id("Microsoft.Storage/storageAccounts/blobServices/containers", "mondata0a1b2c3d/default/telemetry"),
    });
  });

  it("is previewed with what is not known yet, and nobody waits", async () => {
    read.length = 0;
    const everything = { domain: "mon.example.com", zoneId: zone, snapshotsKept: 7 };
    const { registered, component } = await server(everything, { preview: true });
    assert.deepEqual(read, []);
    const { registered: created } = await server(everything);
    assert.deepEqual(registered.map(({ type, name }) => `${type} ${name}`).sort(), created.map(({ type, name }) => `${type} ${name}`).sort());
    assert.equal((await seen(component.contract)).known, false);
  });

  it("takes names of Azure that fit, however long its own is", async () => {
    const { typed, only } = await server({}, { name: "a-very-long-name-of-forty-letters-in-all" });
    for (const { inputs } of typed("StorageAccount")) assert.match(String(inputs.accountName), /^[a-z][a-z0-9]{2,23}$/);
    assert.match(only("Vault").vaultName, /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/);
  });
});
