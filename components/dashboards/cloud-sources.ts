import { hasLogs, named, usesOwnIdentity, usesOwnRole, usesOwnServiceAccount, type AwsDatasource, type AzureDatasource, type CloudDatasources, type GcpDatasource } from "../server/cloud-datasources";

/** Grafana's plugins, and the beginning of the stable ids of their datasources: `cloudwatch`, `cloudwatch-<name>`. At most 40 with the name. */
export const cloudSources = {
  aws: { type: "cloudwatch", uid: "cloudwatch", name: "CloudWatch" },
  azure: { type: "grafana-azure-monitor-datasource", uid: "azuremonitor", name: "Azure Monitor" },
  gcp: { type: "stackdriver", uid: "cloudmonitoring", name: "Google Cloud Monitoring" },
  gcpLogs: { type: "googlecloud-logging-datasource", uid: "cloudlogging", name: "Google Cloud Logging" },
} as const;

/** Provisioned datasources of the clouds. `secret` gives what stands for a secret in a provisioning file. */
export function cloudDatasources({ aws = [], azure = [], gcp = [] }: CloudDatasources, secret: (name: string) => string): object[] {
  return [
    ...aws.map(it => ({ ...identified("aws", it), ...cloudwatch(it, secret) })),
    ...azure.map(it => ({ ...identified("azure", it), ...azureMonitor(it, secret) })),
    ...gcp.map(it => ({ ...identified("gcp", it), ...google(it, secret) })),
    ...gcp.filter(hasLogs).map(it => ({ ...identified("gcpLogs", it), ...google(it, secret) })),
  ];
}

function identified(source: keyof typeof cloudSources, it: { name?: string }): object {
  const { type, uid, name } = cloudSources[source];
  return { name: it.name ? `${name} ${it.name}` : name, uid: named(uid, it), type };
}

function cloudwatch(it: AwsDatasource, secret: (name: string) => string): object {
  const role = { ...(it.assumeRoleArn && { assumeRoleArn: it.assumeRoleArn }), ...(it.externalId && { externalId: it.externalId }) };
  const jsonData = { authType: usesOwnRole(it) ? "default" : "keys", defaultRegion: it.region ?? "@@region@@", ...role };
  if (usesOwnRole(it)) return { jsonData };
  return { jsonData, secureJsonData: { accessKey: secret(named("aws-access-key-id", it)), secretKey: secret(named("aws-secret-access-key", it)) } };
}

function azureMonitor(it: AzureDatasource, secret: (name: string) => string): object {
  const jsonData = { cloudName: "azuremonitor", subscriptionId: it.subscription ?? "@@subscription@@" };
  if (usesOwnIdentity(it)) return { jsonData: { ...jsonData, azureAuthType: "msi" } };
  return { jsonData: { ...jsonData, azureAuthType: "clientsecret", tenantId: it.tenant, clientId: it.clientId }, secureJsonData: { clientSecret: secret(named("azure-client-secret", it)) } };
}

function google(it: GcpDatasource, secret: (name: string) => string): object {
  const jsonData = { defaultProject: it.project ?? "@@project@@" };
  if (usesOwnServiceAccount(it)) return { jsonData: { ...jsonData, authenticationType: "gce" } };
  const key = { authenticationType: "jwt", clientEmail: it.serviceAccount, tokenUri: "https://oauth2.googleapis.com/token" };
  return { jsonData: { ...jsonData, ...key }, secureJsonData: { privateKey: secret(named("gcp-private-key", it)) } };
}
