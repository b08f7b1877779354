import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { ServerContract } from "../../components/server/contract";
import { alterations, cloudScene, failureOf, left, only, short, story, touched, type CloudScene } from "./cloud-scene";
import { commonSteps, server } from "./cloud-story";
import { azureUnderTest } from "./cloud-under-test";
import { groupId, idOf, types } from "./stand-ins/cloud-plugin/azure-types";

let it: CloudScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await cloudScene("azure", azureUnderTest.module, [...azureUnderTest.plugins, "command"], commands)));
after(() => it?.end());

/** A folder with a command `az` that is a stand-in. */
const commands = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-az-"));
writeFileSync(join(commands, "az"), `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, "stand-ins", "cloud-plugin", "azure-cli.js")}' "$@"\n`);
chmodSync(join(commands, "az"), 0o755);
after(() => rmSync(commands, { recursive: true }));

const kept = ["BlobContainer", "BlobServiceProperties", "Disk", "ResourceGroup", "StorageAccount"];

commonSteps(step, azureUnderTest);

step("another size is announced and takes the same machine, and a larger disk grows in place", async scene => {
  const [machine, disk] = [only(scene, types.machine), only(scene, types.disk)];
  const change = server({ size: "large" });
  assert.deepEqual(touched(await scene.preview(change)), [...azureUnderTest.releases, "update Disk mon-data", "update VirtualMachine mon-server"].sort());
  await scene.up(change);
  assert.deepEqual([only(scene, types.machine).id, only(scene, types.machine).inputs["hardwareProfile"]], [machine.id, { vmSize: "Standard_B2ps_v2" }]);
  assert.deepEqual([only(scene, types.disk).id, only(scene, types.disk).inputs["diskSizeGB"]], [disk.id, 128]);
  assert.equal(scene.cloud.calls().filter(({ operation }) => operation === "restart").length, 1);
});

step("a named image, or a size with other processors, replaces the machine, and disk and address go over to the new one", async scene => {
  const before = [only(scene, types.disk), only(scene, types.publicAddress), only(scene, types.networkInterface)];
  for (const change of [{ size: "large", imageId: "ours:monitoring:server-arm64:1.0.0" }, { size: "large", vmSize: "Standard_B2s_v2" }]) {
    const from = scene.cloud.calls().length;
    await scene.up(server(change));
    assert.deepEqual(alterations(scene, from, types.machine, types.disk, types.publicAddress, types.networkInterface), ["delete VirtualMachine", "create VirtualMachine"], JSON.stringify(change));
    assert.deepEqual([only(scene, types.disk), only(scene, types.publicAddress), only(scene, types.networkInterface)], before);
  }
});

step("destroyed with keep, the disk and the telemetry stay in their group", async scene => {
  const { data } = (await scene.stack.outputs()) as { data: { resourceGroupName: string; diskId: string; telemetryContainerId: string } };
  await scene.destroy();
  assert.deepEqual(left(scene, "azure-native"), kept);
  assert.deepEqual([only(scene, types.disk).id, only(scene, types.container).id, only(scene, types.group).id], [data.diskId, data.telemetryContainerId, groupId(data.resourceGroupName)]);
});

step("a new server takes the disk and what else exists, and its end leaves all of that as it was", async scene => {
  const { cloud } = scene;
  const [group, disk, telemetry] = [only(scene, types.group), only(scene, types.disk), only(scene, types.container)];
  const put = (type: string, path: string, outputs: object = {}, inputs: object = {}) => cloud.put({ type, id: idOf("theirs", path), inputs: { ...inputs }, outputs: { name: path.split("/").at(-1), ...outputs } });
  const network = put(types.virtualNetwork, "Microsoft.Network/virtualNetworks/main");
  const theirs = {
    group,
    disk,
    telemetry,
    theirGroup: cloud.put({ type: types.group, id: groupId("theirs"), outputs: { name: "theirs", location: "westeurope" } }),
    network,
    subnet: put(types.subnet, "Microsoft.Network/virtualNetworks/main/subnets/a", { serviceEndpoints: [] }),
    rules: put(types.securityGroup, "Microsoft.Network/networkSecurityGroups/rules"),
    address: put(types.publicAddress, "Microsoft.Network/publicIPAddresses/address", { ipAddress: "198.51.100.7" }),
    identity: put(types.identity, "Microsoft.ManagedIdentity/userAssignedIdentities/monitoring", { clientId: "client-theirs", principalId: "principal-theirs" }),
    account: put(types.account, "Microsoft.Storage/storageAccounts/theirconfiguration", {}, { accountName: "theirconfiguration" }),
    vault: put(types.vault, "Microsoft.KeyVault/vaults/their-vault"),
    zone: put(types.zone, "Microsoft.Network/dnszones/example.com"),
  };
  const from = cloud.calls().length;
  await scene.up(server({
    resourceGroupName: group.outputs["name"], dataDiskId: disk.id, telemetryContainerId: telemetry.id, subnetId: theirs.subnet.id, networkSecurityGroupId: theirs.rules.id, publicIpAddressId: theirs.address.id,
    identityId: theirs.identity.id, configurationAccountId: theirs.account.id, keyVaultId: theirs.vault.id, zoneId: theirs.zone.id, domain: "mon.example.com", onDestroy: "delete",
  }));
  assert.deepEqual((await scene.stack.outputs())["data"], { resourceGroupName: group.outputs["name"], diskId: disk.id, telemetryContainerId: telemetry.id });
  assert.deepEqual(only(scene, types.record).inputs["aRecords"], [{ ipv4Address: "198.51.100.7" }]);
  await scene.destroy();
  assert.deepEqual(cloud.calls().slice(from).filter(({ id }) => Object.values(theirs).some(thing => thing.id === id)), []);
  assert.deepEqual(Object.values(theirs).map(({ type, id }) => cloud.find(type, id)), Object.values(theirs));
  for (const { type, id } of cloud.all()) if (type.startsWith("azure-native:") || type === types.zone) cloud.remove(type, id);
});

step("a new server starts from a snapshot, and with delete nothing is left of it but the name of its vault", async scene => {
  const { cloud } = scene;
  const snapshot = cloud.put({ type: types.snapshot, id: idOf("theirs", "Microsoft.Compute/snapshots/last") });
  await scene.up(server({ dataSnapshotId: snapshot.id, onDestroy: "delete", snapshotsKept: 7 }));
  assert.deepEqual(only(scene, types.disk).inputs["creationData"], { createOption: "Copy", sourceResourceId: snapshot.id });
  await scene.destroy();
  assert.deepEqual(cloud.all().filter(({ type }) => type.startsWith("azure-native:")).map(({ type }) => short(type)), ["Snapshot"]);
  // The next one of the same name takes another vault.
  assert.ok(cloud.all(types.deletedVault).length > 0);
});

step("destroyed with snapshot, a snapshot is left of the disk, from which a new server starts; whoever cannot take one is told at up, and at destroy the disk stays", async scene => {
  const { cloud } = scene;
  cloud.set("az", "signed out");
  assert.match(await failureOf(scene.up(server({ onDestroy: "snapshot" }))), /Please run 'az login'/);
  assert.deepEqual(cloud.all(types.machine), []);
  cloud.set("az", "signed in");
  await scene.up(server({ onDestroy: "snapshot", tags: { team: "orders" } }));
  const disk = only(scene, types.disk);
  cloud.set("az", "signed out");
  assert.match(await failureOf(scene.destroy()), /Please run 'az login'/);
  assert.deepEqual([cloud.all(types.disk), cloud.all(types.machine)], [[disk], []]);
  cloud.set("az", "signed in");
  const from = cloud.calls().length;
  await scene.destroy();
  assert.ok(alterations(scene, from, types.disk).includes("delete Disk"));
  const [snapshot, ...others] = cloud.all(types.snapshot).filter(({ inputs }) => inputs["source"] === disk.id);
  assert.ok(snapshot && others.length === 0 && (snapshot.inputs["tags"] as string[]).includes("team=orders"));
  const stays = [...kept.filter(type => type !== "Disk"), "Snapshot"].sort();
  assert.deepEqual(left(scene, "azure-native"), stays);
  const accounts = cloud.all(types.account);
  await scene.up(server({ dataSnapshotId: snapshot.id, onDestroy: "delete" }));
  await scene.destroy();
  assert.deepEqual(left(scene, "azure-native"), stays);
  assert.deepEqual(cloud.all(types.account), accounts);
  for (const { type, id } of cloud.all()) if (type.startsWith("azure-native:")) cloud.remove(type, id);
});

step("a machine that exists gets the server through Run Command, and is left as it was", async scene => {
  const { cloud } = scene;
  cloud.put({ type: types.group, id: groupId("theirs"), outputs: { name: "theirs", location: "westeurope" } });
  const nic = cloud.put({ type: types.networkInterface, id: idOf("theirs", "Microsoft.Network/networkInterfaces/nic"), outputs: { ipConfigurations: [{ primary: true, privateIPAddress: "10.0.0.8" }] } });
  const identity = cloud.put({ type: types.identity, id: idOf("theirs", "Microsoft.ManagedIdentity/userAssignedIdentities/web"), outputs: { clientId: "client-web", principalId: "principal-web" } });
  const machine = cloud.put({ type: types.machine, id: idOf("theirs", "Microsoft.Compute/virtualMachines/web"), outputs: { name: "web", location: "westeurope", networkProfile: { networkInterfaces: [{ id: nic.id, primary: true }] } } });
  await scene.up(server({ vmId: machine.id, identityId: identity.id, memory: 4096, onDestroy: "delete" }));
  assert.equal(((await scene.stack.outputs())["contract"] as ServerContract).address, "10.0.0.8");
  await scene.destroy();
  assert.deepEqual([machine, nic, identity].map(({ type, id }) => cloud.find(type, id)), [machine, nic, identity]);
  for (const { type, id } of [machine, nic, identity]) cloud.remove(type, id);
});

step("stacks of other environments refer to the server, and the end of one harms neither it nor another", async scene => {
  const { cloud } = scene;
  const [dev, prod] = [scene.beside("dev"), scene.beside("prod")];
  await scene.up(server({ onDestroy: "delete" }));
  const theirs = ["dev", "prod"].flatMap(name => [
    cloud.put({ type: types.securityGroup, id: idOf("theirs", `Microsoft.Network/networkSecurityGroups/${name}`), outputs: { name } }),
    cloud.put({ type: types.machine, id: idOf("theirs", `Microsoft.Compute/virtualMachines/${name}`), outputs: { name } }),
  ]);
  const environment = (name: string) => ({
    owner: "azure",
    access: { networkSecurityGroupId: idOf("theirs", `Microsoft.Network/networkSecurityGroups/${name}`), ports: [9100, 8080] },
    agents: { environment: name, service: "orders", client: "orders", virtualMachines: [{ resourceGroupName: "theirs", vmName: name, location: "westeurope" }] },
  });
  await dev.up(environment("dev"));
  await prod.up(environment("prod"));
  assert.deepEqual(cloud.all(types.runCommand).map(({ inputs }) => inputs["vmName"]).sort(), ["dev", "prod"]);
  assert.deepEqual(cloud.all(types.securityRule).map(({ id }) => id).sort(), ["dev", "prod"].map(name => idOf("theirs", `Microsoft.Network/networkSecurityGroups/${name}/securityRules/${name}-in`)));
  await dev.destroy();
  assert.deepEqual([only(scene, types.securityRule).id, only(scene, types.runCommand).inputs["vmName"]], [idOf("theirs", "Microsoft.Network/networkSecurityGroups/prod/securityRules/prod-in"), "prod"]);
  assert.deepEqual(touched(await prod.preview(environment("prod"))), []);
  assert.deepEqual(touched(await scene.preview(server({ onDestroy: "delete" }))), []);
  await prod.destroy();
  assert.deepEqual(theirs.map(({ type, id }) => cloud.find(type, id)), theirs);
  for (const { type, id } of theirs) cloud.remove(type, id);
});

step("another container or another disk takes a new machine, which finds it", async scene => {
  const { cloud } = scene;
  const disk = cloud.put({ type: types.disk, id: idOf("theirs", "Microsoft.Compute/disks/theirs") });
  const account = cloud.put({ type: types.account, id: idOf("theirs", "Microsoft.Storage/storageAccounts/theirconfiguration"), inputs: { accountName: "theirconfiguration" }, outputs: { name: "theirconfiguration" } });
  for (const change of [{ dataDiskId: disk.id }, { configurationAccountId: account.id }]) {
    const from = cloud.calls().length;
    await scene.up(server({ ...change, onDestroy: "delete" }));
    assert.deepEqual(alterations(scene, from, types.machine), ["delete VirtualMachine", "create VirtualMachine"], JSON.stringify(change));
  }
});
