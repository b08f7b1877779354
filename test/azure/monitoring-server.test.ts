import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/azure-native/provider";
import { parse } from "yaml";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/azure";
import { isSecret, made, open, plainText, seen } from "../mocks";
import { group, id, read, run, subscription, tenant } from "./mocks";

const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", ...options }: { preview?: boolean; name?: string } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), options);
  const typed = (type: string) => registered.filter(each => each.type.endsWith(`:${type}`));
  const only = (type: string): Record<string, any> => {
    const found = typed(type);
    assert.equal(found.length, 1, `${type}: ${found.map(each => each.name).join(", ") || "none"}`);
    return found[0]!.inputs;
  };
  return { component, registered, typed, only, named: (type: string, name: string) => typed(type).find(each => each.name === name)!.inputs as Record<string, any> };
}

/** A server with all defaults; nothing changes it. */
let withDefaults: ReturnType<typeof server> | undefined;
const plain = () => (withDefaults ??= server());

/** Text of the custom data, as cloud-init sees it. */
function userDataOf(machine: Record<string, any>): string {
  return Buffer.from(machine.osProfile.customData, "base64").toString();
}

function machineOf(machine: Record<string, any>): Record<string, any> {
  const config = parse(userDataOf(machine)) as { write_files: { path: string; content: string }[] };
  return JSON.parse(config.write_files.find(file => file.path.endsWith("/machine.json"))!.content) as Record<string, any>;
}

/** What is uploaded as a blob. */
async function contentOf<T>(blob: Record<string, any>): Promise<T> {
  return JSON.parse(await (open(blob.source) as { text: Promise<string> }).text) as T;
}

const zone = id("Microsoft.Network/dnszones", "example.com", "names");

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

/** Resources of Azure that carry no tags. */
const untaggable = /:(BackupPolicy|Blob|BlobContainer|BlobServiceProperties|RecordSet|RoleAssignment|Subnet)$/;

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

describe("what is wrong with the arguments is said at once, all of it", () => {
  const refused = (more: object, words: RegExp, name?: string) => assert.rejects(server(more, name === undefined ? {} : { name }), words);
  const vmId = id("Microsoft.Compute/virtualMachines", "given");

  it("of the ways in", async () => {
    await refused({ allowedCidrs: undefined }, /allowedCidrs: missing names nobody who may reach the server\. Give ranges such as/);
    await refused({ tls: "acme", domain: "mon.example.com" }, /tls: "acme" needs port 443 open to the world/);
    await refused({ publicAddress: false }, /Give subnetId of a subnet with a NAT gateway/);
    await refused({ zoneId: zone }, /zoneId: there is no name for the record/);
    await refused({ zoneId: zone, domain: "mon.example.org" }, /zoneId: the zone "example\.com" cannot have the record of mon\.example\.org/);
    await refused({ privateAddress: "10.0.0.9" }, /privateAddress: the network of its own has a fixed one already/);
  });

  it("of the machine and its disk", async () => {
    await refused({ vmSize: "Standard_Z9_v9" }, /vmSize: nobody here knows how much memory "Standard_Z9_v9" has\. Say it in MiB/);
    await refused({ onDestroy: "forget", zone: "4" }, /(?=[^]*onDestroy: "forget" is not allowed\. Allowed: "keep", "snapshot", "delete")(?=[^]*zone: "4" is not allowed)/);
    await refused({ vmId }, /(?=[^]*memory: missing\. Say how much the machine of vmId has)(?=[^]*identityId: missing\. Say which user-assigned identity)/);
    await refused({ vmId, memory: 4096, zone: "1", snapshotsKept: 3 }, /(?=[^]*zone: vmId says which machine it is)(?=[^]*snapshotsKept: vmId says)/);
    await refused({ dataDiskId: id("Microsoft.Compute/disks", "d"), dataSnapshotId: id("Microsoft.Compute/snapshots", "s") }, /dataDiskId and dataSnapshotId cannot both be set/);
    await refused({ dataDiskId: id("Microsoft.Compute/disks", "d"), snapshotsKept: 7 }, /snapshotsKept: dataDiskId names a disk that exists, and its backups are its owner's/);
  });

  it("of names and ids, with what they look like", async () => {
    await refused({}, /name: "Mon_1" is not allowed\. Allowed: lower-case letters, digits and single hyphens/, "Mon_1");
    await refused({ subnetId: "default" }, /subnetId: "default" is not allowed\. Allowed: a resource id, \/subscriptions\/<id>\/resourceGroups\/<name>\/providers\/Microsoft\.Network\/virtualNetworks\/<name>\/subnets\/<name>/);
    await refused({ dataDiskId: id("Microsoft.Compute/snapshots", "s") }, /dataDiskId: .* is not allowed\. Allowed: a resource id, .*Microsoft\.Compute\/disks\/<name>/);
  });

  it("of the spec and of mistyped arguments", async () => {
    await refused({ retention: { logs: "1h" } }, /retention\.logs: "1h" is not allowed/);
    await refused({ vmSiz: "Standard_B2pls_v2" }, /vmSiz: no such key/);
    await refused({ alerts: { slack: [{}] } }, /secrets\.alerts-slack-webhook: missing\. This server needs it/);
  });
});

describe("what the engine is told about", () => {
  /** Options of the resources that a server makes, by type and name. */
  async function options(more: Partial<MonitoringServerArgs> = {}) {
    const seenOptions: Record<string, pulumi.CustomResourceOptions> = {};
    const record: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      seenOptions[`${type.split(":").pop()} ${name}`] = opts;
      return undefined;
    };
    await run(() => new MonitoringServer("mon", { ...base, ...more }, { transformations: [record] }));
    return seenOptions;
  }
  const retained = (all: Record<string, pulumi.CustomResourceOptions>) => Object.keys(all).filter(key => all[key]!.retainOnDelete).sort();
  const trigger = async (more: Partial<MonitoringServerArgs>) => (await seen(pulumi.output((await options(more))["VirtualMachine mon-server"]!.replacementTrigger as pulumi.Input<string>))).value;

  it("the data: it stays with all that it is in, unless it is to be deleted", async () => {
    assert.deepEqual(retained(await options()), ["BlobContainer mon-telemetry", "BlobServiceProperties mon-telemetry", "Disk mon-data", "ResourceGroup mon-group", "StorageAccount mon-telemetry"]);
    assert.deepEqual(retained(await options({ onDestroy: "snapshot" })), ["BlobContainer mon-telemetry", "BlobServiceProperties mon-telemetry", "ResourceGroup mon-group", "StorageAccount mon-telemetry"]);
    assert.deepEqual(retained(await options({ onDestroy: "delete", snapshotsKept: 7 })), []);
    assert.deepEqual((await options())["Disk mon-data"]!.replaceOnChanges, ["creationData"]);
  });

  it("the machine: a newer image and another stage 0 wait for the next one, a pinned image makes it anew", async () => {
    const floating = (await options())["VirtualMachine mon-server"]!;
    assert.deepEqual([floating.deleteBeforeReplace, floating.ignoreChanges], [true, ["osProfile.customData", "storageProfile.imageReference"]]);
    const pinned = (await options({ imageId: "Canonical:ubuntu-24_04-lts:server-arm64:24.04.202611010" }))["VirtualMachine mon-server"]!;
    assert.deepEqual([pinned.replaceOnChanges, pinned.ignoreChanges], [["storageProfile.imageReference"], ["osProfile.customData"]]);
  });

  it("the machine's size: one of the same kind is a restart, other processors, controllers or disks a new machine", async () => {
    const now = await trigger({});
    assert.equal(await trigger({ size: "large" }), now);
    for (const other of [{ vmSize: "Standard_B2s_v2" }, { vmSize: "Standard_D2ps_v6" }, { dataDiskId: id("Microsoft.Compute/disks", "other") }]) assert.notEqual(await trigger(other), now);
  });

  it("releases: what is uploaded under a name that is there already is deleted before", async () => {
    const all = await options();
    for (const role of ["bundle", "release", "pointer"]) assert.deepEqual([all[`Blob mon-${role}`]!.deleteBeforeReplace, all[`Blob mon-${role}`]!.retainOnDelete], [true, undefined]);
  });
});

it("the provider that the component is given makes every resource and answers every question", async () => {
  const { registered } = await run(() => new MonitoringServer("mon", base, { provider: new Provider("elsewhere", { subscriptionId: subscription }) }));
  const ofAzure = registered.filter(({ type }) => type.startsWith("azure-native:"));
  assert.ok(ofAzure.length > 25, String(ofAzure.length));
  assert.deepEqual(ofAzure.filter(({ provider }) => !provider?.includes("::elsewhere::")).map(({ name }) => name), []);
});
