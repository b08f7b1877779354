import type { Dashboard as GrafanaDashboard, GridPos, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ServiceName } from "../server/versions";
import { dashboardLink } from "./fields";
import type { Json } from "./json";
import type { Dashboard, Panel, Row } from "./panels";
import { refIdAt } from "./queries";
import { dashboardUid, type DashboardName } from "./uids";
import { variables } from "./variables";
import { visualization } from "./visualization";

/** What exists beside a dashboard: panels, queries and links that need anything else are left out. */
export interface Surroundings {
  services: readonly ServiceName[];
  dashboards: readonly DashboardName[];
}

/** Marks our dashboards among others; the menu at the top of each lists them. */
const dashboardTag = "pulumi-lgtm";

const gridWidth = 24;

const sharedCrosshair = 1;

/** Grafana's classic JSON of a dashboard. The same input gives the same text. */
export function renderDashboard(dashboard: Dashboard, around: Surroundings): string {
  const json = {
    // The server's time zone, from grafana.ini.
    timezone: "",
    editable: true,
    graphTooltip: sharedCrosshair,
    fiscalYearStartMonth: 0,
    schemaVersion: 42,
    templating: { list: variables(dashboard) },
    annotations: {},
    title: dashboard.title,
    uid: dashboardUid[dashboard.name],
    description: dashboard.description,
    tags: [dashboardTag],
    time: { from: `now-${dashboard.since ?? "1h"}`, to: "now" },
    refresh: dashboard.refresh ?? "1m",
    links: [{ ...dashboardLink, title: "Dashboards", type: "dashboards", tags: [dashboardTag], asDropdown: true, includeVars: true, keepTime: true }],
    panels: placed(dashboard.rows, around).map(({ row, panel, at, id }) => (panel ? visualization(panel, id, at, around) : heading(row, id, at))),
  } satisfies Json<Omit<GrafanaDashboard, "templating">> & { templating: object };
  return `${JSON.stringify(json, null, 1)}\n`;
}

/** The panels that are there, in their rows. */
export function presentRows(rows: Row[], { services }: Pick<Surroundings, "services">): Row[] {
  const there = ({ needs = [] }: { needs?: ServiceName[] }) => needs.every(service => services.includes(service));
  return rows
    .map(row => ({ ...row, panels: row.panels.filter(there).map(panel => ({ ...panel, queries: panel.queries.map((query, i) => ({ refId: refIdAt(i), ...query })).filter(there) })) }))
    .map(row => ({ ...row, panels: row.panels.filter(panel => panel.queries.length > 0) }))
    .filter(row => row.panels.length > 0);
}

interface Placed {
  row: Row;
  panel?: Panel;
  id: number;
  at: GridPos;
}

function placed(rows: Row[], around: Surroundings): Placed[] {
  // An id is the place among all panels, so that links to a panel outlive a service that is left out.
  const ids = new Map<string, number>();
  for (const row of rows) for (const title of [row.title, ...row.panels.map(panel => `${row.title}/${panel.title}`)]) ids.set(title, ids.size + 1);
  const result: Placed[] = [];
  let y = 0;
  for (const row of presentRows(rows, around)) {
    result.push({ row, id: ids.get(row.title)!, at: { x: 0, y: y++, w: gridWidth, h: 1 } });
    let x = 0;
    for (const [i, panel] of row.panels.entries()) {
      if (x + panel.width > gridWidth) {
        x = 0;
        y += row.height;
      }
      const next = row.panels[i + 1];
      // The last one of a line takes the place of those that are not there.
      const w = !next || x + panel.width + next.width > gridWidth ? gridWidth - x : panel.width;
      result.push({ row, panel, id: ids.get(`${row.title}/${panel.title}`)!, at: { x, y, w, h: row.height } });
      x += w;
    }
    y += row.height;
  }
  return result;
}

function heading(row: Row, id: number, at: GridPos): Json<RowPanel> {
  return { type: "row", collapsed: false, id, panels: [], title: row.title, gridPos: at };
}
