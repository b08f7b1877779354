import { createHash } from "node:crypto";
import { Disk } from "@pulumi/gcp/compute/disk";
import { DiskResourcePolicyAttachment } from "@pulumi/gcp/compute/diskResourcePolicyAttachment";
import { ResourcePolicy } from "@pulumi/gcp/compute/resourcePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { ChosenMachine } from "../cloud/machine";
import type { MonitoringServerArgs } from "./args";
import { shortId } from "./labels";
import type { Scope } from "./scope";
import { diskTypeOf } from "./sizes";

/** The data disk. */
export interface DataDisk {
  /** Name or link, as an instance takes it. */
  source: pulumi.Output<string>;
  /** What `dataDisk` of a later server takes. */
  name: pulumi.Output<string>;
}

/** The disk that was given, else one that outlives its machine. */
export function dataDisk(at: Scope, args: MonitoringServerArgs, machine: ChosenMachine): DataDisk {
  const { name, project, zone, labels, opts } = at;
  if (args.dataDisk !== undefined) return { source: pulumi.output(args.dataDisk), name: pulumi.output(args.dataDisk) };
  const onDestroy = args.onDestroy ?? "keep";
  const disk = new Disk(
    `${name}-data`,
    {
      // A name that stays: where the provider would make an empty disk in the place of this one, as it does for a smaller size,
      // Google refuses the second of that name, and the first stays as it is.
      name: diskName(at.name, args.dataSnapshot),
      project,
      zone,
      size: machine.dataDiskGiB,
      type: diskTypeOf(machine.name),
      snapshot: args.dataSnapshot,
      ...(args.kmsKey !== undefined && { diskEncryptionKey: { kmsKeySelfLink: args.kmsKey } }),
      createSnapshotBeforeDestroy: onDestroy === "snapshot",
      labels,
      description: `Data of the monitoring server ${name}`,
    },
    { ...opts, retainOnDelete: onDestroy === "keep", deleteBeforeReplace: false },
  );
  snapshots(at, args, disk);
  return { source: disk.selfLink, name: disk.name };
}

/** Another snapshot is another disk. */
function diskName(server: string, snapshot: pulumi.Input<string> | undefined): pulumi.Input<string> {
  const name = `${shortId(server)}-data`;
  return snapshot === undefined ? name : pulumi.output(snapshot).apply(from => `${name}-${createHash("sha256").update(from).digest("hex").slice(0, 8)}`);
}

/** Daily snapshots of the data disk, kept for some days, in the server's own region; they stay when the disk goes. */
function snapshots({ name, project, region, zone, labels, opts }: Scope, args: MonitoringServerArgs, disk: Disk): void {
  const days = args.snapshotsKept ?? 7;
  if (days === 0) return;
  const policy = new ResourcePolicy(
    `${name}-snapshots`,
    {
      project,
      region,
      description: `Daily snapshots of the data of ${name}`,
      snapshotSchedulePolicy: {
        schedule: { dailySchedule: { daysInCycle: 1, startTime: "02:00" } },
        retentionPolicy: { maxRetentionDays: days, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
        snapshotProperties: { labels, storageLocations: region },
      },
    },
    opts,
  );
  // A disk has one schedule at a time.
  new DiskResourcePolicyAttachment(`${name}-snapshots`, { project, zone, disk: disk.name, name: policy.name }, { ...opts, deleteBeforeReplace: true });
}
