import assert from "node:assert/strict";
import { after } from "node:test";
import type { ServerContract } from "../../components/server/contract";
import { alterations, cloudScene, left, only, short, story, touched, type CloudScene } from "./cloud-scene";
import { commonSteps, server } from "./cloud-story";
import { azureUnderTest } from "./cloud-under-test";
import { groupId, idOf, types } from "./stand-ins/cloud-plugin/azure-types";

let it: CloudScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await cloudScene("azure", azureUnderTest.module, azureUnderTest.plugins)));
after(() => it?.end());

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

step("a stack of another environment refers to the server, and its end does not touch it", async scene => {
  const prod = scene.beside("prod");
  const group = scene.cloud.put({ type: types.securityGroup, id: idOf("theirs", "Microsoft.Network/networkSecurityGroups/orders"), outputs: { name: "orders" } });
  await scene.up(server({ onDestroy: "delete" }));
  const machine = scene.cloud.put({ type: types.machine, id: idOf("theirs", "Microsoft.Compute/virtualMachines/orders"), outputs: { name: "orders" } });
  await prod.up({
    owner: "azure",
    access: { networkSecurityGroupId: group.id, ports: [9100, 8080] },
    agents: { environment: "prod", service: "orders", client: "orders", virtualMachines: [{ resourceGroupName: "theirs", vmName: "orders", location: "westeurope" }] },
  });
  assert.equal(only(scene, types.runCommand).inputs["vmName"], "orders");
  assert.equal(only(scene, types.securityRule).id, `${group.id}/securityRules/prod-in`);
  await prod.destroy();
  assert.deepEqual(scene.cloud.all(types.securityRule), []);
  assert.deepEqual(scene.cloud.find(types.machine, machine.id), machine);
  scene.cloud.remove(types.machine, machine.id);
  assert.deepEqual(touched(await scene.preview(server({ onDestroy: "delete" }))), []);
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
