import type * as pulumi from "@pulumi/pulumi";
import { MonitoringServer, type MonitoringServerArgs } from "../components/azure";
import { cloudFields, outputsOf, serverSpec, type CloudKeys } from "./cloud";
import { explained, objectKey, type Field } from "./config";
import { givenSecrets } from "./secrets";

const texts = [
  "resourceGroupName", "location", "zone", "vmSize", "imageId", "subnetId", "cidrBlock", "privateAddress", "networkSecurityGroupId", "publicIpAddressId", "identityId",
  "configurationAccountId", "telemetryContainerId", "keyVaultId", "dataDiskId", "dataSnapshotId", "diskEncryptionSetId", "eventHubsNamespaceId", "zoneId", "vmId",
] as const;
const switches = ["trustedLaunch", "encryptionAtHost"] as const;

type Own = (typeof texts)[number] | (typeof switches)[number];
type AzureKeys = CloudKeys & Pick<MonitoringServerArgs, Own>;

/** The monitoring server on Azure, of the configuration keys `server`, `azure` and `secrets`. The location is the provider's: `azure-native:location`. */
export function program(config: pulumi.Config) {
  const spec = serverSpec(config);
  const own = Object.fromEntries([...texts.map(key => [key, "string"]), ...switches.map(key => [key, "boolean"])]) as Record<Own, Field>;
  const azure = objectKey<AzureKeys>(config, "azure", { ...cloudFields, ...own });
  const secrets = givenSecrets(config);
  return outputsOf(explained("azure", () => new MonitoringServer("monitoring", { ...spec, ...(azure as AzureKeys), secrets })));
}
