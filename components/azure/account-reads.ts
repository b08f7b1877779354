import { usesOwnIdentity } from "../server/cloud-datasources";
import type { ResolvedSpec } from "../server/spec";
import type { NeededRole } from "./roles";

/** A role on a whole subscription; undefined is the server's own. */
export interface AccountRead extends Pick<NeededRole, "key" | "role"> {
  subscription?: string;
}

/** Roles by which the server reads subscriptions, for what its spec asks: no more. */
export function accountReads({ discovery, cloudDatasources }: ResolvedSpec): AccountRead[] {
  const asked = new Set((cloudDatasources.azure ?? []).filter(usesOwnIdentity).map(({ subscription }) => subscription));
  const found = new Set<string | undefined>(discovery?.azure ? (discovery.azure.subscriptions ?? [undefined]) : []);
  const reads = (what: string, role: AccountRead["role"], subscription?: string): AccountRead => ({ key: `${what}-${subscription ?? "subscription"}`, role, subscription });
  return [
    // Metrics, Log Analytics and Resource Graph. Whoever has it may read all resources, too.
    ...[...asked].map(subscription => reads("monitors", "Monitoring Reader", subscription)),
    ...[...found].filter(subscription => !asked.has(subscription)).map(subscription => reads("discovers", "Reader", subscription)),
  ];
}
