import { readFileSync } from "node:fs";
import { join } from "node:path";
import { identity } from "../../../components/server/labels";
import type { Plan } from "../../../components/server/bundle";
import { resolveSpec, type ResolvedSpec } from "../../../components/server/spec";
import { dashboardFiles, dashboardTable, type DashboardName } from "../../../components/dashboards";
import { dashboardsOf } from "../../../components/dashboards/all";
import { variableOf } from "../../../components/dashboards/selectors";
import { dashboardUid } from "../../../components/dashboards/uids";
import type { ProcessServer } from "./processes";

/** Where a server's programs answer on the loopback. */
export interface Stores {
  prometheus: string;
  loki: string;
  tempo: string;
}

/** Spec of a server with its own ports: the harness takes free ones. */
export function specOf(server: ProcessServer): ResolvedSpec {
  const read = <T>(...path: string[]) => JSON.parse(readFileSync(join(server.folder, ...path), "utf8")) as T;
  const { release } = read<{ release: string }>("applied.json");
  const { listeners } = read<Plan>("releases", release, "plan.json");
  const prefix = "internalPorts.";
  const internalPorts = Object.fromEntries(listeners.filter(({ key }) => key.startsWith(prefix)).map(({ key, port }) => [key.slice(prefix.length), port]));
  return resolveSpec({ internalPorts, ports: { https: Number(new URL(server.contract.url).port) } });
}

export const storesOf = ({ internalPorts: ports }: Pick<ResolvedSpec, "internalPorts">): Stores => ({
  prometheus: `http://127.0.0.1:${ports.prometheus}`,
  loki: `http://127.0.0.1:${ports.loki}`,
  tempo: `http://127.0.0.1:${ports.tempo}`,
});

/** What one query of a panel gave. */
export interface Outcome {
  dashboard: string;
  panel: string;
  refId: string;
  expression: string;
  result: "data" | "empty" | "failed" | "not run here";
  /** How much came, or what the program said. */
  seen: string;
  /** Why it rightly shows nothing on a healthy system. */
  emptyWhenHealthy?: string;
  milliseconds: number;
}

interface Target {
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

interface Rendered {
  title: string;
  time: { from: string };
  templating: { list: { name: string; type: string; query: string | { query: string }; allValue?: string; current: { value: string } }[] };
  panels: { title: string; type: string; targets?: Target[] }[];
}

/** Values of the variables: `all` as every dashboard opens, or a chosen one each. */
export type Chosen = Partial<Record<string, string>>;

/** Fills in what Grafana fills in, at a width of some hundred points. */
export function filled(text: string, dashboard: Rendered, seconds: number, chosen: Chosen): string {
  const values: Record<string, string> = { __rate_interval: "1m", __interval: "15s", __auto: "1m", __range: `${seconds}s`, __range_s: String(seconds) };
  for (const { name, allValue, current } of dashboard.templating.list) values[name] = chosen[name] ?? (current.value === "$__all" ? allValue! : current.value);
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (match, braced: string | undefined, plain: string | undefined) => values[braced ?? plain!] ?? match);
}

/** What answers queries here, as Grafana names its datasource. */
const programs = ["prometheus", "loki", "tempo"];

/** Runs every query of every panel as Grafana does. One after the other: the server is small. Those of a cloud are named as not run. */
export async function runPanels(spec: ResolvedSpec, stores: Stores, { chosen = {}, only }: { chosen?: Chosen; only?: DashboardName[] } = {}): Promise<Outcome[]> {
  const table = dashboardTable(spec);
  const outcomes: Outcome[] = [];
  for (const { name, title } of dashboardsOf(spec).dashboards) {
    if (only && !only.includes(name)) continue;
    const dashboard = renderedDashboard(spec, name);
    const rows = table.filter(row => row.dashboard === title);
    for (const panel of dashboard.panels) {
      for (const target of panel.targets ?? []) {
        const { expression, emptyWhenHealthy } = rows.shift()!;
        if (!programs.includes(target.datasource.type)) {
          outcomes.push({ dashboard: title, panel: panel.title, refId: target.refId, expression, emptyWhenHealthy, milliseconds: 0, result: "not run here", seen: "only the cloud answers it" });
          continue;
        }
        const started = Date.now();
        const answer = await ask(target, dashboard, stores, chosen).catch((error: Error) => error);
        const query = { dashboard: title, panel: panel.title, refId: target.refId, expression, emptyWhenHealthy, milliseconds: Date.now() - started };
        if (answer instanceof Error) outcomes.push({ ...query, result: "failed", seen: answer.message });
        else outcomes.push({ ...query, result: answer.length ? "data" : "empty", seen: String(answer.length) });
      }
    }
  }
  return outcomes;
}

/** What one query of one panel gives: series or streams with their labels and values. */
export function panelData(spec: ResolvedSpec, stores: Stores, name: DashboardName, title: string, { refId = "A", chosen = {} }: { refId?: string; chosen?: Chosen } = {}): Promise<Series[]> {
  const dashboard = renderedDashboard(spec, name);
  const target = dashboard.panels.find(panel => panel.title === title && panel.type !== "row")?.targets?.find(each => each.refId === refId);
  if (!target) throw new Error(`${dashboard.title} has no query ${refId} of a panel "${title}".`);
  return ask(target, dashboard, stores, chosen);
}

const renderedDashboard = (spec: ResolvedSpec, name: DashboardName) => JSON.parse(dashboardFiles(spec)[`${dashboardUid[name]}.json`]!) as Rendered;

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

async function ask(target: Target, dashboard: Rendered, stores: Stores, chosen: Chosen): Promise<Series[]> {
  const [, amount, unit] = /^now-(\d+)([hd])$/.exec(dashboard.time.from)!;
  const seconds = Number(amount) * { h: 3600, d: 86_400 }[unit as "h"];
  const fill = (text: string) => filled(text, dashboard, seconds, chosen);
  const end = Date.now() / 1000;
  const range = { start: end - seconds, end };
  const { prometheus, loki, tempo } = stores;
  const nanos = (time: number) => `${Math.round(time * 1000)}000000`;
  switch (target.datasource.type) {
    case "prometheus": {
      const query = fill(target.expr!);
      if (target.instant) return real(await get(prometheus, "/api/v1/query", { query, time: end }));
      return real(await get(prometheus, "/api/v1/query_range", { query, ...range, step: Math.max(15, Math.round(seconds / 500)) }));
    }
    case "loki": {
      const query = fill(target.expr!);
      if (target.queryType === "instant") return real(await get(loki, "/loki/api/v1/query", { query, time: nanos(end) }));
      return real(await get(loki, "/loki/api/v1/query_range", { query, start: nanos(range.start), end: nanos(end), step: 60, limit: target.maxLines ?? 100 }));
    }
    case "tempo": {
      // Grafana asks Prometheus for the service graph; this is the first of its queries.
      const edges = `sum by (client, server) (rate(traces_service_graph_request_total${fill(target.serviceMapQuery ?? "")}[${seconds}s]))`;
      if (target.queryType === "serviceMap") return real(await get(prometheus, "/api/v1/query", { query: edges, time: end }));
      const found = await get<{ traces?: Series[] }>(tempo, "/api/search", { q: fill(target.query!), start: Math.floor(range.start), end: Math.ceil(end), limit: target.limit!, spss: 3 });
      return found.traces ?? [];
    }
    default: throw new Error(`${target.datasource.type} is not asked here: only the cloud answers it.`);
  }
}

/** Series with at least one number that is one, or log streams with a line. */
function real({ data }: { data: { result: Series[] } }): Series[] {
  const numbers = ({ values = [], value }: Series) => [...values, ...(value ? [value] : [])].some(([, text]) => text !== "NaN");
  return data.result.filter(series => numbers(series) || series.histogram || series.histograms?.length);
}

async function get<T = { data: { result: Series[] } }>(base: string, path: string, parameters: Record<string, string | number>): Promise<T> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]));
  const response = await fetch(`${base}${path}?${query}`, { signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.trim().slice(0, 300)}`);
  return JSON.parse(text) as T;
}

/** What a variable of every dashboard offers, asked as Grafana asks: label_values(selector, label). */
export async function offered(spec: ResolvedSpec, stores: Stores): Promise<Record<string, string[]>> {
  const dashboard = JSON.parse(Object.values(dashboardFiles(spec))[0]!) as Rendered;
  const result: Record<string, string[]> = {};
  for (const label of identity) {
    const { query } = dashboard.templating.list.find(variable => variable.name === variableOf[label])!;
    const [, selector, name] = /^label_values\((.+), (\w+)\)$/.exec((query as { query: string }).query)!;
    const answer = await get<{ data: string[] }>(stores.prometheus, `/api/v1/label/${name}/values`, { "match[]": filled(selector!, dashboard, 3600, {}) });
    result[variableOf[label]] = answer.data;
  }
  return result;
}

/** The table that tests and people read: n of n per dashboard, then what is empty or fails. */
export function summary(outcomes: Outcome[]): string {
  const line = (title: string) => {
    const of = outcomes.filter(outcome => outcome.dashboard === title);
    const panels = [...new Set(of.map(outcome => outcome.panel))];
    const withData = (panel: string) => of.some(outcome => outcome.panel === panel && outcome.result === "data");
    const queries = of.filter(({ result }) => result === "data").length;
    return `${title}: ${panels.filter(withData).length} of ${panels.length} panels, ${queries} of ${of.length} queries, slowest ${Math.max(...of.map(each => each.milliseconds))} ms`;
  };
  const why = ({ result, seen, emptyWhenHealthy }: Outcome) => (result === "failed" || result === "not run here" ? `: ${seen}` : emptyWhenHealthy ? ` (${emptyWhenHealthy})` : " and has no reason to be");
  const rest = outcomes.filter(({ result }) => result !== "data").map(outcome => `  ${outcome.result}: ${nameOf(outcome)}${why(outcome)}`);
  return [...[...new Set(outcomes.map(({ dashboard }) => dashboard))].map(line), ...rest].join("\n");
}

export const nameOf = ({ dashboard, panel, refId }: Outcome) => `${dashboard} / ${panel} ${refId}`;
