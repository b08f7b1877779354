import type { ResolvedSpec } from "../server/spec";
import { dashboardsOf } from "./all";
import { renderDashboard } from "./render";
import { dashboardUid } from "./uids";

/** Grafana's dashboard files by name, ours and the user's own. Deterministic. */
export function dashboardFiles(spec: ResolvedSpec): Record<string, string> {
  const { dashboards, around } = dashboardsOf(spec);
  const ours = dashboards.map(dashboard => [`${dashboardUid[dashboard.name]}.json`, renderDashboard(dashboard, around)] as const);
  const own = Object.entries(spec.dashboards.own).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries([...ours, ...own]);
}

export { dashboardTable, type TableRow } from "./documentation";
export { ownProblems, type DashboardBuilder, type DashboardsSpec } from "./own";
export { dashboardUid, dashboardNames, type DashboardName } from "./uids";
