import type { CloudQuery } from "./cloud-queries";
import { cloudSources } from "./cloud-sources";

const sourceOf: Record<CloudQuery["source"], { type: string; uid: string }> = {
  cloudwatch: { type: cloudSources.aws.type, uid: "${account}" },
  "cloudwatch-logs": { type: cloudSources.aws.type, uid: "${account}" },
  "azure-metrics": { type: cloudSources.azure.type, uid: "${account}" },
  "azure-resources": { type: cloudSources.azure.type, uid: "${account}" },
  "azure-logs": { type: cloudSources.azure.type, uid: "${account}" },
  "google-metrics": { type: cloudSources.gcp.type, uid: "${account}" },
  "google-logs": { type: cloudSources.gcpLogs.type, uid: "${logs}" },
};

export const isOfCloud = (query: { source: string }): query is CloudQuery => query.source in sourceOf;

/** The datasource that the dashboard's variable chooses: one of several accounts. */
export const cloudDatasource = ({ source }: CloudQuery) => sourceOf[source];
