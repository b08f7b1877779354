import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import { tlsOnly } from "./policies";
import type { TagsOf } from "./tags";

/** The two buckets: the machine may only read what root runs, and write what it observes. */
export interface Storage {
  configuration: BucketRef;
  telemetry: BucketRef;
}

export interface BucketRef {
  name: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  /** What must be there before objects are put into it. */
  ready: pulumi.Resource[];
}

export function storage(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, partition: pulumi.Output<string>, tags: TagsOf): Storage {
  const keeps = args.onDestroy !== "delete";
  const ref = (bucket: pulumi.Input<string>): BucketRef => ({ name: pulumi.output(bucket), arn: pulumi.interpolate`arn:${partition}:s3:::${bucket}`, ready: [] });
  return {
    // Old releases can be made again; without deleting them the bucket could not go.
    configuration: args.configurationBucket !== undefined ? ref(args.configurationBucket) : bucket(parent, `${name}-configuration`, args, tags("configuration"), { versioned: true, keeps: false }),
    telemetry: args.telemetryBucket !== undefined ? ref(args.telemetryBucket) : bucket(parent, `${name}-telemetry`, args, tags("telemetry"), { versioned: false, keeps }),
  };
}

/** A bucket that is private, encrypted, and answers over TLS only. One that `keeps` stays when the stack goes, and stays closed. */
function bucket(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, tags: Record<string, string>, { versioned, keeps }: { versioned: boolean; keeps: boolean }): BucketRef {
  const opts = { parent, retainOnDelete: keeps };
  const made = new Bucket(name, { forceDestroy: !keeps, tags }, opts);
  const closed = new BucketPublicAccessBlock(name, { bucket: made.id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true }, opts);
  // After the block: S3 refuses two changes of a bucket at a time.
  const policy = new BucketPolicy(name, { bucket: made.id, policy: made.arn.apply(tlsOnly) }, { ...opts, dependsOn: closed });
  const key = args.kmsKeyId === undefined ? { sseAlgorithm: "AES256" } : { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.kmsKeyId };
  const encrypted = new BucketServerSideEncryptionConfiguration(name, { bucket: made.id, rules: [{ applyServerSideEncryptionByDefault: key, bucketKeyEnabled: args.kmsKeyId !== undefined }] }, opts);
  const cleaned = new BucketLifecycleConfiguration(
    name,
    {
      bucket: made.id,
      rules: [
        { id: "unfinished-uploads", status: "Enabled", filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
        ...(versioned ? [{ id: "old-versions", status: "Enabled", filter: { prefix: "" }, noncurrentVersionExpiration: { noncurrentDays: 90 } }] : []),
      ],
    },
    opts,
  );
  const versions = versioned ? [new BucketVersioning(name, { bucket: made.id, versioningConfiguration: { status: "Enabled" } }, opts)] : [];
  return { name: made.id, arn: made.arn, ready: [policy, encrypted, cleaned, ...versions] };
}
