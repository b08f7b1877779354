import type { ResolvedSpec } from "../server/spec";
import { dashboardsOf } from "./all";
import type { Dashboard, Panel } from "./panels";
import type { Query } from "./queries";
import { presentRows } from "./render";

/** One query of one panel, for the documentation and for the tests. */
export interface TableRow {
  dashboard: string;
  row: string;
  panel: string;
  about: string;
  /** Where it was taken from, with the licence; or written here. */
  source: string;
  datasource: string;
  expression: string;
  /** Why it rightly shows nothing on a healthy system. */
  emptyWhenHealthy?: string;
  /** Why it rightly shows nothing as long as nobody sends anything of the kind. */
  emptyWhenUnused?: string;
}

/** Every query of every panel of a server's dashboards, in the order in which they are shown. */
export function dashboardTable(spec: ResolvedSpec): TableRow[] {
  const { dashboards, around } = dashboardsOf(spec);
  return dashboards.flatMap(dashboard =>
    presentRows(dashboard.rows, around).flatMap(row =>
      row.panels.flatMap(panel =>
        panel.queries.map(query => ({
          ...reasons(dashboard, panel, query),
          dashboard: dashboard.title,
          row: row.title,
          panel: panel.title,
          about: panel.about,
          source: panel.source ?? "pulumi-lgtm",
          datasource: query.source,
          expression: query.expr,
        })),
      ),
    ),
  );
}

function reasons(dashboard: Dashboard, panel: Panel, query: Query): Pick<TableRow, "emptyWhenHealthy" | "emptyWhenUnused"> {
  const emptyWhenHealthy = query.emptyWhenHealthy ?? panel.emptyWhenHealthy;
  const emptyWhenUnused = panel.emptyWhenUnused ?? dashboard.emptyWhenUnused;
  return { ...(emptyWhenHealthy && { emptyWhenHealthy }), ...(emptyWhenUnused && { emptyWhenUnused }) };
}
