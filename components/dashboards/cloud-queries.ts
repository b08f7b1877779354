import type { Common } from "./queries";

/** A search or calculation over CloudWatch's metrics, in CloudWatch's own language. */
export interface CloudwatchQuery extends Common {
  source: "cloudwatch";
  expr: string;
}

/** CloudWatch Logs Insights over the chosen log groups. */
export interface CloudwatchLogsQuery extends Common {
  source: "cloudwatch-logs";
  expr: string;
}

/** One metric of Azure's resources. */
export interface AzureMetricQuery extends Common {
  source: "azure-metrics";
  /** The metric, for people. */
  expr: string;
  namespace: string;
  metric: string;
  aggregation: "Average" | "Total" | "Maximum" | "Minimum";
  /** Variables with the names of the resources, and for several resources at once with their region. */
  resource: string;
  region?: string;
}

/** A question to Azure Resource Graph about the whole subscription. KQL. */
export interface AzureResourcesQuery extends Common {
  source: "azure-resources";
  expr: string;
}

/** A question to a Log Analytics workspace. KQL. */
export interface AzureLogsQuery extends Common {
  source: "azure-logs";
  expr: string;
  format: "logs" | "time_series" | "table";
}

/** One metric of Google Cloud Monitoring. */
export interface GoogleMetricQuery extends Common {
  source: "google-metrics";
  /** The metric with its filters, for people. */
  expr: string;
  filters: string[];
  aligner: string;
  reducer: string;
  by: string[];
}

/** A filter of Google Cloud Logging. */
export interface GoogleLogsQuery extends Common {
  source: "google-logs";
  expr: string;
}

export type CloudQuery = CloudwatchQuery | CloudwatchLogsQuery | AzureMetricQuery | AzureResourcesQuery | AzureLogsQuery | GoogleMetricQuery | GoogleLogsQuery;

type Options = Omit<Common, "needs">;

export const cloudwatch = (expr: string, options: Options = {}): CloudwatchQuery => ({ source: "cloudwatch", expr, ...options });
export const insights = (expr: string, options: Options = {}): CloudwatchLogsQuery => ({ source: "cloudwatch-logs", expr, ...options });
export const resourceGraph = (expr: string, options: Options = {}): AzureResourcesQuery => ({ source: "azure-resources", expr, ...options });
export const logAnalytics = (expr: string, format: AzureLogsQuery["format"], options: Options = {}): AzureLogsQuery => ({ source: "azure-logs", expr, format, ...options });
export const cloudLogging = (expr: string, options: Options = {}): GoogleLogsQuery => ({ source: "google-logs", expr, ...options });

/** Kinds of Azure's resources whose metrics are shown: which variable chooses among them. */
const azureResources = {
  vm: { namespace: "Microsoft.Compute/virtualMachines", resource: "$vm", region: "$region" },
  app: { namespace: "Microsoft.Web/sites", resource: "$app" },
  sql: { namespace: "Microsoft.Sql/servers/databases", resource: "$sql" },
} as const;

export function azureMetric(kind: keyof typeof azureResources, metric: string, aggregation: AzureMetricQuery["aggregation"], options: Options = {}): AzureMetricQuery {
  const { namespace, ...of } = azureResources[kind];
  return { source: "azure-metrics", expr: `${namespace}, ${metric}, ${aggregation}`, namespace, metric, aggregation, ...of, ...options };
}

interface GoogleMetric {
  metric: string;
  /** Equalities beside the metric's type: key → value. */
  where?: Record<string, string>;
  /** How points of one series become one. @default "ALIGN_MEAN" */
  aligner?: string;
  /** How series become one for each of `by`. @default "REDUCE_MEAN" */
  reducer?: string;
  by?: string[];
}

export function googleMetric({ metric, where = {}, aligner = "ALIGN_MEAN", reducer = "REDUCE_MEAN", by = [] }: GoogleMetric, options: Options = {}): GoogleMetricQuery {
  const pairs = [["metric.type", metric], ...Object.entries(where)];
  const expr = `${pairs.map(([key, value]) => `${key} = "${value}"`).join(" AND ")} | ${aligner} | ${reducer}${by.length ? ` by ${by.join(", ")}` : ""}`;
  return { source: "google-metrics", expr, filters: pairs.flatMap(([key, value], i) => [...(i ? ["AND"] : []), key!, "=", value!]), aligner, reducer, by, ...options };
}
