/** The server that is measured, the same in every cloud. */
export const args = { allowedCidrs: ["203.0.113.0/24"], pushClients: ["orders", "billing"] };

/** What a preview asks a cloud for. */
export const answers: Record<string, object> = {
  "aws:index/getRegion:getRegion": { region: "eu-central-1" },
  "aws:index/getPartition:getPartition": { partition: "aws" },
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
  "aws:ssm/getParameter:getParameter": { insecureValue: "ami-1" },
  "azure-native:authorization:getClientConfig": { subscriptionId: "1", tenantId: "2", clientId: "3", objectId: "4" },
  "gcp:organizations/getClientConfig:getClientConfig": { project: "project", region: "europe-west3", zone: "europe-west3-b" },
};
