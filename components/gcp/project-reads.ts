import { hasLogs, usesOwnServiceAccount } from "../server/cloud-datasources";
import type { ResolvedSpec } from "../server/spec";

/** A role by which the server reads a project. */
export interface ProjectRead {
  role: string;
  /** @default the server's own */
  project?: string;
  /** Services that have to be on in the server's own project, through which it asks. */
  api: string[];
}

/** Roles by which the server reads projects, for what its spec asks: no more. */
export function projectReads({ discovery, cloudDatasources }: ResolvedSpec): ProjectRead[] {
  const { gce } = discovery ?? {};
  const found: (string | undefined)[] = gce ? (gce.projects ?? [undefined]) : [];
  const shown = (cloudDatasources.gcp ?? []).filter(usesOwnServiceAccount);
  const reads: ProjectRead[] = [
    ...found.map(project => ({ role: "roles/compute.viewer", project, api: ["compute"] })),
    ...shown.map(({ project }) => ({ role: "roles/monitoring.viewer", project, api: ["monitoring", "cloudresourcemanager"] })),
    ...shown.filter(hasLogs).map(({ project }) => ({ role: "roles/logging.viewer", project, api: ["logging", "cloudresourcemanager"] })),
  ];
  return reads.filter((read, i) => reads.findIndex(({ role, project }) => role === read.role && project === read.project) === i);
}
