import type { ResolvedSpec } from "../server/spec";
import { dashboardsOf } from "./all";
import { dashboardTable, type TableRow } from "./documentation";
import { dashboardFiles } from "./index";
import { dashboardUid, type DashboardName } from "./uids";

/** What is read of Grafana's JSON of a dashboard. */
export interface Rendered {
  title: string;
  time: { from: string };
  templating: { list: { name: string; type: string; query: string | { query: string }; allValue?: string; current: { value: string } }[] };
  panels: { title: string; type: string; targets?: Target[] }[];
}

export interface Target {
  refId: string;
  /** Another type is that of a cloud. */
  datasource: { type: string };
  expr?: string;
  query?: string;
  serviceMapQuery?: string;
  queryType?: string;
  instant?: boolean;
  maxLines?: number;
  limit?: number;
}

/** Values of the variables by name; the others are as the dashboard opens, which is all of everything. */
export type Chosen = Partial<Record<string, string>>;

/** A query as the HTTP request that Grafana makes of it. */
export interface Request {
  program: "prometheus" | "loki" | "tempo";
  path: string;
  parameters: Record<string, string | number>;
}

/** One query of one panel. Without a request only a cloud answers it. */
export interface Asked extends TableRow {
  name: DashboardName;
  panelType: string;
  refId: string;
  request?: Request;
}

/** Every query of every panel of a server's dashboards, in the order in which they are shown. `end` in seconds since 1970. */
export function asked(spec: ResolvedSpec, end: number, chosen: Chosen = {}): Asked[] {
  const rows = dashboardTable(spec);
  const files = dashboardFiles(spec);
  return dashboardsOf(spec).dashboards.flatMap(({ name }) => {
    const dashboard = JSON.parse(files[`${dashboardUid[name]}.json`]!) as Rendered;
    return dashboard.panels.flatMap(({ type, targets = [] }) =>
      targets.map(target => {
        const request = requestOf(target, dashboard, end, chosen);
        return { ...rows.shift()!, name, panelType: type, refId: target.refId, ...(request && { request }) };
      }),
    );
  });
}

/** Seconds that a dashboard shows when it is opened. */
function shownSeconds({ time }: Rendered): number {
  const [, amount, unit] = /^now-(\d+)([hd])$/.exec(time.from)!;
  return Number(amount) * { h: 3600, d: 86_400 }[unit as "h"];
}

/** Fills in what Grafana fills in, at a width of some hundred points. */
export function filled(text: string, dashboard: Rendered, chosen: Chosen = {}): string {
  const seconds = shownSeconds(dashboard);
  const values: Record<string, string> = { __rate_interval: "1m", __interval: "15s", __auto: "1m", __range: `${seconds}s`, __range_s: String(seconds) };
  for (const { name, allValue, current } of dashboard.templating.list) values[name] = chosen[name] ?? (current.value === "$__all" ? allValue! : current.value);
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (match, braced: string | undefined, plain: string | undefined) => values[braced ?? plain!] ?? match);
}

function requestOf(target: Target, dashboard: Rendered, end: number, chosen: Chosen): Request | undefined {
  const fill = (text = "") => filled(text, dashboard, chosen);
  const seconds = shownSeconds(dashboard);
  const nanos = (time: number) => `${Math.round(time * 1000)}000000`;
  switch (target.datasource.type) {
    case "prometheus": {
      const query = fill(target.expr);
      if (target.instant) return { program: "prometheus", path: "/api/v1/query", parameters: { query, time: end } };
      return { program: "prometheus", path: "/api/v1/query_range", parameters: { query, start: end - seconds, end, step: Math.max(15, Math.round(seconds / 500)) } };
    }
    case "loki": {
      const query = fill(target.expr);
      if (target.queryType === "instant") return { program: "loki", path: "/loki/api/v1/query", parameters: { query, time: nanos(end) } };
      return { program: "loki", path: "/loki/api/v1/query_range", parameters: { query, start: nanos(end - seconds), end: nanos(end), step: 60, limit: target.maxLines ?? 100 } };
    }
    case "tempo": {
      // Grafana asks Prometheus for the service graph; this is the first of its queries.
      if (target.queryType === "serviceMap") return { program: "prometheus", path: "/api/v1/query", parameters: { query: `sum by (client, server) (rate(traces_service_graph_request_total${fill(target.serviceMapQuery)}[${seconds}s]))`, time: end } };
      return { program: "tempo", path: "/api/search", parameters: { q: fill(target.query), start: Math.floor(end - seconds), end: Math.ceil(end), limit: target.limit!, spss: 3 } };
    }
    default: return undefined;
  }
}

/** A series, a log stream or a trace. */
export interface Series {
  metric?: Record<string, string>;
  stream?: Record<string, string>;
  values?: [number, string][];
  value?: [number, string];
  histogram?: unknown;
  histograms?: unknown[];
  traceID?: string;
}

/** What an answer shows: traces, log streams, and series with at least one number that is one. */
export function shownIn(answer: unknown): Series[] {
  const { data, traces } = answer as { data?: { result: Series[] }; traces?: Series[] };
  const numbers = ({ values = [], value }: Series) => [...values, ...(value ? [value] : [])].some(([, text]) => text !== "NaN");
  return data ? data.result.filter(series => numbers(series) || series.histogram || series.histograms?.length) : (traces ?? []);
}
