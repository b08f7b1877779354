import type { ServiceName } from "../server/versions";
import type { CloudQuery } from "./cloud-queries";

export interface Common {
  /** Letter by which Grafana names the query's values. @default by its place in the panel */
  refId?: string;
  /** Legend of the series, with {{label}}. */
  legend?: string;
  /** The query is only there with these services. */
  needs?: ServiceName[];
  /** Why this query rightly finds nothing on a healthy system. JSON has no field for it: the tests read it here. */
  emptyWhenHealthy?: string;
}

export interface PrometheusQuery extends Common {
  source: "prometheus";
  expr: string;
  /** One value, as of now. @default false: over the time range */
  instant?: boolean;
  /** Points that lead to traces. @default false */
  exemplars?: boolean;
  /** Series are the buckets of a histogram. @default false */
  buckets?: boolean;
}

export interface LokiQuery extends Common {
  source: "loki";
  expr: string;
  instant?: boolean;
  /** Newest lines to show; a query without it returns numbers. */
  lines?: number;
}

export interface TempoQuery extends Common {
  source: "tempo";
  /** TraceQL, or with `serviceGraph` a selector of the service graph's metrics. */
  expr: string;
  serviceGraph?: boolean;
  /** What a row of the table is. @default "traces" */
  table?: "traces" | "spans";
}

export type Query = PrometheusQuery | LokiQuery | TempoQuery | CloudQuery;

/** Letter of the query at this place. */
export const refIdAt = (index: number) => String.fromCharCode(65 + index);

type Options<T> = Omit<T, "source" | "expr">;

export const prometheus = (expr: string, options: Options<PrometheusQuery> = {}): PrometheusQuery => ({ source: "prometheus", expr, ...options });
export const loki = (expr: string, options: Options<LokiQuery> = {}): LokiQuery => ({ source: "loki", expr, ...options });
export const traceql = (expr: string, options: Options<TempoQuery> = {}): TempoQuery => ({ source: "tempo", expr, ...options });

/** As of now instead of over the time range: for tables and single values. */
export const now = (expr: string, options: Options<PrometheusQuery> = {}): PrometheusQuery => prometheus(expr, { instant: true, ...options });

/** Traces that a Tempo query returns at most. */
export const traceLimit = 50;
