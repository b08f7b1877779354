import { Bucket } from "@pulumi/gcp/storage/bucket";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import type { Scope } from "./scope";

/** Names of the two buckets: the machine may only read what root runs, and write what it observes. */
export interface Storage {
  configuration: pulumi.Output<string>;
  telemetry: pulumi.Output<string>;
}

export function storage(at: Scope, args: MonitoringServerArgs): Storage {
  return {
    // Old releases can be made again; without deleting them the bucket could not go.
    configuration: args.configurationBucket !== undefined ? pulumi.output(args.configurationBucket) : bucket(at, "configuration", args, { versioned: true, keeps: false }),
    telemetry: args.telemetryBucket !== undefined ? pulumi.output(args.telemetryBucket) : bucket(at, "telemetry", args, { versioned: false, keeps: args.onDestroy !== "delete" }),
  };
}

/** A bucket in the server's region that nobody can make public. One that `keeps` stays when the stack goes. */
function bucket(at: Scope, role: string, args: MonitoringServerArgs, { versioned, keeps }: { versioned: boolean; keeps: boolean }): pulumi.Output<string> {
  const made = new Bucket(
    `${at.name}-${role}`,
    {
      project: at.project,
      location: at.region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: versioned },
      // Google would keep deleted objects for another week, and be paid for what retention promises to remove.
      ...(versioned ? {} : { softDeletePolicy: { retentionDurationSeconds: 0 } }),
      lifecycleRules: [
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        ...(versioned ? [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }] : []),
      ],
      ...(args.kmsKey !== undefined && { encryption: { defaultKmsKeyName: args.kmsKey } }),
      forceDestroy: !keeps,
      labels: at.labels,
    },
    { ...at.opts, retainOnDelete: keeps },
  );
  return made.name;
}
