import type * as pulumi from "@pulumi/pulumi";
import { MonitoringServer, type MonitoringServerArgs } from "../components/aws";
import { cloudFields, outputsOf, serverSpec, type CloudKeys } from "./cloud";
import { explained, objectKey, type Field } from "./config";
import { givenSecrets } from "./secrets";

const own = ["instanceType", "imageId", "subnetId", "cidrBlock", "securityGroupId", "instanceProfileName", "configurationBucket", "telemetryBucket", "dataVolumeId", "dataSnapshotId", "kmsKeyId", "zoneId", "allocationId", "instanceId"] as const;

type AwsKeys = CloudKeys & Pick<MonitoringServerArgs, (typeof own)[number]>;

/** The monitoring server on EC2, of the configuration keys `server`, `aws` and `secrets`. The region is the provider's: `aws:region`. */
export function program(config: pulumi.Config) {
  const spec = serverSpec(config);
  const texts = Object.fromEntries(own.map(key => [key, "string"])) as Record<(typeof own)[number], Field>;
  const aws = objectKey<AwsKeys>(config, "aws", { ...cloudFields, ...texts });
  const secrets = givenSecrets(config);
  return outputsOf(explained("aws", () => new MonitoringServer("monitoring", { ...spec, ...(aws as AwsKeys), secrets })));
}
