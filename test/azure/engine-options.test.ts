import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/azure-native/provider";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/azure";
import { seen } from "../mocks";
import { id, run, subscription } from "./mocks";
import { base } from "./server";

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
