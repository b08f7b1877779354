import type { ResolvedSpec } from "../server/spec";

/** Actions by which the server reads the account, for what its spec asks: no more. */
export function accountReads(_spec: ResolvedSpec): string[] {
  return [];
}

/** Roles of other accounts that a datasource or an exporter takes. */
export function otherRoles(_spec: ResolvedSpec): string[] {
  return [];
}
