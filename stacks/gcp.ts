import type * as pulumi from "@pulumi/pulumi";
import { MonitoringServer, type MonitoringServerArgs } from "../components/gcp";
import { cloudFields, outputsOf, serverSpec, type CloudKeys } from "./cloud";
import { explained, objectKey, type Field } from "./config";
import { givenSecrets } from "./secrets";

const own = [
  "zone", "machineType", "image", "subnetwork", "cidrBlock", "serviceAccountEmail", "configurationBucket", "telemetryBucket", "dataDisk", "dataSnapshot", "kmsKey", "managedZone", "address", "instance",
] as const;

type GcpKeys = CloudKeys & Pick<MonitoringServerArgs, (typeof own)[number] | "networkTags" | "enableApis">;

/** The monitoring server on Compute Engine, of the configuration keys `server`, `gcp` and `secrets`. Project and region are the provider's: `gcp:project` and `gcp:region`. */
export function program(config: pulumi.Config) {
  const spec = serverSpec(config);
  const texts = Object.fromEntries(own.map(key => [key, "string"])) as Record<(typeof own)[number], Field>;
  const gcp = objectKey<GcpKeys>(config, "gcp", { ...cloudFields, ...texts, networkTags: "list", enableApis: "boolean" });
  const secrets = givenSecrets(config);
  return outputsOf(explained("gcp", () => new MonitoringServer("monitoring", { ...spec, ...(gcp as GcpKeys), secrets })));
}
