import { readFileSync } from "node:fs";
import { join } from "node:path";
import { identity } from "../../../components/server/labels";
import type { Plan } from "../../../components/server/bundle";
import { resolveSpec, type ResolvedSpec } from "../../../components/server/spec";
import { dashboardFiles, type DashboardName } from "../../../components/dashboards";
import { asked, filled, shownIn, type Chosen, type Rendered, type Request, type Series } from "../../../components/dashboards/asked";
import { variableOf } from "../../../components/dashboards/selectors";
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
  /** Why it rightly shows nothing as long as nobody sends anything of the kind. */
  emptyWhenUnused?: string;
  milliseconds: number;
}

/** Runs every query of every panel as Grafana does. One after the other: the server is small. Those of a cloud are named as not run. */
export async function runPanels(spec: ResolvedSpec, stores: Stores, { chosen = {}, only }: { chosen?: Chosen; only?: DashboardName[] } = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, dashboard, panel, refId, expression, emptyWhenHealthy, emptyWhenUnused, request } of asked(spec, Date.now() / 1000, chosen)) {
    if (only && !only.includes(name)) continue;
    const query = { dashboard, panel, refId, expression, emptyWhenHealthy, emptyWhenUnused };
    if (!request) {
      outcomes.push({ ...query, milliseconds: 0, result: "not run here", seen: "only the cloud answers it" });
      continue;
    }
    const started = Date.now();
    const answer = await ask(request, stores).catch((error: Error) => error);
    const milliseconds = Date.now() - started;
    if (answer instanceof Error) outcomes.push({ ...query, milliseconds, result: "failed", seen: answer.message });
    else outcomes.push({ ...query, milliseconds, result: answer.length ? "data" : "empty", seen: String(answer.length) });
  }
  return outcomes;
}

/** What one query of one panel gives: series or streams with their labels and values. */
export function panelData(spec: ResolvedSpec, stores: Stores, name: DashboardName, title: string, { refId = "A", chosen = {} }: { refId?: string; chosen?: Chosen } = {}): Promise<Series[]> {
  const found = asked(spec, Date.now() / 1000, chosen).find(each => each.name === name && each.panel === title && each.refId === refId);
  if (!found?.request) throw new Error(`${name} has no query ${refId} of a panel "${title}".`);
  return ask(found.request, stores);
}

const ask = async ({ program, path, parameters }: Request, stores: Stores) => shownIn(await get(stores[program], path, parameters));

async function get<T = unknown>(base: string, path: string, parameters: Record<string, string | number>): Promise<T> {
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
    const answer = await get<{ data: string[] }>(stores.prometheus, `/api/v1/label/${name}/values`, { "match[]": filled(selector!, dashboard) });
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
  const why = ({ result, seen, emptyWhenHealthy, emptyWhenUnused }: Outcome) => (result === "failed" || result === "not run here" ? `: ${seen}` : ` (${emptyWhenHealthy ?? emptyWhenUnused ?? "no reason is given"})`);
  const rest = outcomes.filter(({ result }) => result !== "data").map(outcome => `  ${outcome.result}: ${nameOf(outcome)}${why(outcome)}`);
  return [...[...new Set(outcomes.map(({ dashboard }) => dashboard))].map(line), ...rest].join("\n");
}

export const nameOf = ({ dashboard, panel, refId }: Outcome) => `${dashboard} / ${panel} ${refId}`;
