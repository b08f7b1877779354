import { Disk } from "@pulumi/azure-native/compute/disk";
import * as pulumi from "@pulumi/pulumi";
import { OnDestroy } from "../cloud/args";
import type { MonitoringServerArgs } from "./args";
import type { Place } from "./place";
import { hasPremiumDisks } from "./sizes";
import type { ChosenMachine } from "../cloud/machine";
import type { Tags } from "./tags";

/** The data disk: the one that was given, else an encrypted one that outlives its machine. */
export function dataDisk(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, chosen: ChosenMachine, { resourceGroupName, location }: Place, tags: Tags): pulumi.Output<string> {
  if (args.dataDiskId !== undefined) return pulumi.output(args.dataDiskId);
  const { dataSnapshotId, diskEncryptionSetId } = args;
  const disk = new Disk(
    `${name}-data`,
    {
      resourceGroupName,
      location,
      zones: zonesOf(args),
      sku: { name: hasPremiumDisks(chosen.name) ? "Premium_LRS" : "StandardSSD_LRS" },
      // A disk of a snapshot is as large as that one was, unless more is asked for.
      diskSizeGB: dataSnapshotId === undefined ? chosen.dataDiskGiB : args.dataDiskGiB,
      creationData: dataSnapshotId === undefined ? { createOption: "Empty" } : { createOption: "Copy", sourceResourceId: dataSnapshotId },
      encryption: diskEncryptionSetId === undefined ? undefined : { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId },
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
      tags,
    },
    // Azure does not change where a disk comes from; without this the provider would try.
    { parent, retainOnDelete: (args.onDestroy ?? OnDestroy.keep) === OnDestroy.keep, replaceOnChanges: ["creationData"] },
  );
  return disk.id;
}

export function zonesOf({ zone }: MonitoringServerArgs): string[] | undefined {
  return zone === undefined ? undefined : [zone];
}
