import { dashboardFiles } from "../../../components/dashboards";
import type { ResolvedSpec } from "../../../components/server/spec";
import type { Stores } from "./panels";

/** Links of a message in Slack's notation by their titles, with its entities turned back. */
export const linksIn = (text: string): Record<string, string> => Object.fromEntries([...text.matchAll(/<([^|>]+)\|([^>]+)>/g)].map(([, url, title]) => [title!, url!.replaceAll("&amp;", "&")]));

interface Pane {
  datasource: string;
  queries: [{ expr?: string; query?: string }];
  range: { from: string; to: string };
}

/** Query and time of a link to Explore. `to` is now where the link says so. */
function asked(url: string): { query: string; from: number; to: number } {
  const { a } = JSON.parse(new URL(url).searchParams.get("panes")!) as { a: Pane };
  const [{ expr, query }] = a.queries;
  return { query: (expr ?? query)!, from: Number(a.range.from), to: a.range.to === "now" ? Date.now() : Number(a.range.to) };
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** The log lines that a link shows. */
export async function linesOf(url: string, { loki }: Pick<Stores, "loki">): Promise<string[]> {
  const { query, from, to } = asked(url);
  const { data } = await get<{ data: { result: { values: [string, string][] }[] } }>(`${loki}/loki/api/v1/query_range?${new URLSearchParams({ query, start: `${from}000000`, end: `${to}000000`, limit: "500" })}`);
  return data.result.flatMap(stream => stream.values.map(([, line]) => line));
}

/** Names of the traces that a link shows. */
export async function tracesOf(url: string, { tempo }: Pick<Stores, "tempo">): Promise<string[]> {
  const { query, from, to } = asked(url);
  const { traces = [] } = await get<{ traces?: { rootTraceName: string }[] }>(`${tempo}/api/search?${new URLSearchParams({ q: query, start: String(Math.floor(from / 1000)), end: String(Math.ceil(to / 1000)), limit: "100" })}`);
  return traces.map(trace => trace.rootTraceName);
}

/** Title of the dashboard that a link opens, and the values that it chooses. Throws where there is none. */
export function dashboardOf(url: string, spec: ResolvedSpec): { title: string; chosen: Record<string, string> } {
  const { pathname, searchParams } = new URL(url);
  const file = dashboardFiles(spec)[`${pathname.replace("/d/", "")}.json`];
  if (!file) throw new Error(`${url} leads to no dashboard.`);
  return { title: (JSON.parse(file) as { title: string }).title, chosen: Object.fromEntries([...searchParams].filter(([name]) => name.startsWith("var-")).map(([name, value]) => [name.slice(4), value])) };
}
