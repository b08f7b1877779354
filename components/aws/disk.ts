import { LifecyclePolicy } from "@pulumi/aws/dlm/lifecyclePolicy";
import { Volume } from "@pulumi/aws/ebs/volume";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import { snapshotPolicy, trust, type SnapshotPlace } from "./policies";
import { serverId, type TagsOf } from "./tags";

/** The data disk: the volume that was given, else an encrypted one that outlives its machine. */
export function dataVolume(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, sizeGiB: number, availabilityZone: pulumi.Output<string>, tags: TagsOf): pulumi.Output<string> {
  if (args.dataVolumeId !== undefined) return pulumi.output(args.dataVolumeId);
  const onDestroy = args.onDestroy ?? "keep";
  const volume = new Volume(
    `${name}-data`,
    {
      availabilityZone,
      size: sizeGiB,
      type: "gp3",
      encrypted: true,
      kmsKeyId: args.kmsKeyId,
      snapshotId: args.dataSnapshotId,
      finalSnapshot: onDestroy === "snapshot",
      tags: { ...tags("data"), [snapshotTag]: serverId(name) },
    },
    { parent, retainOnDelete: onDestroy === "keep" },
  );
  return volume.id;
}

/** Tells the lifecycle policy which volume is meant. */
const snapshotTag = "lgtm-snapshots";

/** Daily snapshots of the data volume, the last few kept. */
export function snapshots(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, at: pulumi.Output<SnapshotPlace>, tags: TagsOf): void {
  const count = args.snapshotsKept ?? 7;
  if (count === 0 || args.dataVolumeId !== undefined) return;
  const role = new Role(`${name}-snapshots`, { assumeRolePolicy: at.apply(({ account }) => trust("dlm", account)), description: `Snapshots of ${name}'s data`, tags: tags("snapshots") }, { parent });
  const rights = new RolePolicy(`${name}-snapshots`, { role: role.id, policy: at.apply(place => snapshotPolicy(snapshotTag, serverId(name), place)) }, { parent });
  new LifecyclePolicy(
    `${name}-snapshots`,
    {
      description: `Daily snapshots of the data of ${name}`.replace(/[^0-9A-Za-z _-]/g, " "),
      executionRoleArn: role.arn,
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [snapshotTag]: serverId(name) },
        schedules: [{ name: "daily", createRule: { interval: 24, intervalUnit: "HOURS", times: "02:00" }, retainRule: { count }, copyTags: true }],
      },
      tags: tags("snapshots"),
    },
    { parent, dependsOn: rights },
  );
}
