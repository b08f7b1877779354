import { hasLogs, usesOwnServiceAccount } from "../server/cloud-datasources";
import { gcpLogsRoles } from "../server/cloud-logs";
import { gcpMetricsRoles } from "../server/cloud-metrics-gcp";
import type { ResolvedSpec } from "../server/spec";

/** A role by which the server reads a project. */
export interface ProjectRead {
  role: string;
  /** @default the server's own */
  project?: string;
  /** Services that have to be on in the server's own project, through which it asks. */
  api: string[];
}

/** A role by which it reads a subscription of Pub/Sub. */
export interface SubscriptionRead {
  role: string;
  subscription: string;
  /** @default the server's own */
  project?: string;
}

/** What the spec calls the server's own project before it is known. */
const ofServer = (project: string) => (project === "@@project@@" ? undefined : project);

/** Roles by which the server reads projects, for what its spec asks: no more. */
export function projectReads({ discovery, cloudDatasources, cloudMetrics }: ResolvedSpec): ProjectRead[] {
  const { gce } = discovery ?? {};
  const found: (string | undefined)[] = gce ? (gce.projects ?? [undefined]) : [];
  const shown = (cloudDatasources.gcp ?? []).filter(usesOwnServiceAccount);
  const reads: ProjectRead[] = [
    ...found.map(project => ({ role: "roles/compute.viewer", project, api: ["compute"] })),
    ...shown.map(({ project }) => ({ role: "roles/monitoring.viewer", project, api: ["monitoring", "cloudresourcemanager"] })),
    ...(cloudMetrics?.gcp?.projects ?? []).flatMap(project => gcpMetricsRoles.map(role => ({ role, project: ofServer(project), api: ["monitoring"] }))),
    ...shown.filter(hasLogs).map(({ project }) => ({ role: "roles/logging.viewer", project, api: ["logging", "cloudresourcemanager"] })),
  ];
  return reads.filter((read, i) => reads.findIndex(({ role, project }) => role === read.role && project === read.project) === i);
}

/** Roles by which it fetches logs that a sink sends to a subscription. */
export function subscriptionReads({ cloudLogs }: ResolvedSpec): SubscriptionRead[] {
  const { gcp } = cloudLogs ?? {};
  return gcp ? gcpLogsRoles.map(role => ({ role, subscription: gcp.subscription, project: ofServer(gcp.project) })) : [];
}
