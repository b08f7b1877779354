import { readJson, type Context } from "./context";

export interface Series {
  metric: Record<string, string>;
  /** Seconds since 1970 and value, of the newest sample. */
  value: [number, string];
}

interface Matrix {
  metric: Record<string, string>;
  values: [number, string][];
}

interface Result<T> {
  data: { result: T[] };
}

const base = "/read/prometheus/api/v1";

/** An instant query. */
export async function instant(context: Context, query: string): Promise<Series[]> {
  return (await readJson<Result<Series>>(context, `${base}/query`, { query })).data.result;
}

/** The raw samples of the last minutes. */
export async function samples(context: Context, selector: string, minutes: number): Promise<Matrix[]> {
  return (await readJson<Result<Matrix>>(context, `${base}/query`, { query: `${selector}[${minutes}m]` })).data.result;
}

/** Trace ids of the exemplars of a metric since `from`, milliseconds since 1970. Tempo leaves out zeros at their beginning. */
export async function exemplars(context: Context, selector: string, from: number): Promise<string[]> {
  const answer = await readJson<{ data: { exemplars: { labels: Record<string, string> }[] }[] }>(context, `${base}/query_exemplars`, {
    query: selector,
    start: from / 1000,
    end: Date.now() / 1000 + 60,
  });
  return answer.data.flatMap(series => series.exemplars.map(exemplar => exemplar.labels.trace_id ?? "")).filter(id => id).map(id => id.padStart(32, "0"));
}
