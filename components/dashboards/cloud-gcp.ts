import { hasLogs } from "../server/cloud-datasources";
import type { ResolvedSpec } from "../server/spec";
import { cloudLogging, googleMetric } from "./cloud-queries";
import { fullness, logs, mustBeZero, stat, timeseries, type Dashboard, type Panel, type Row, type Shown } from "./panels";

type Metric = Parameters<typeof googleMetric>[0];

const source = "Google Cloud metrics list, cloud.google.com/monitoring/api/metrics_gcp, for names and units; choice pulumi-lgtm";
const none = { noValue: "none", emptyWhenHealthy: "nothing of this kind runs in the project" };
const perSecond = { aligner: "ALIGN_RATE", reducer: "REDUCE_SUM" };
const counted = { aligner: "ALIGN_DELTA", reducer: "REDUCE_SUM" };
const errorsLogged: Metric = { metric: "logging.googleapis.com/log_entry_count", where: { "metric.label.severity": "ERROR" }, ...counted };

const name = (by: string) => `{{${by}}}`;
const lines = (metric: Metric & { by: string[] }, shown: Shown): Panel => timeseries({ ...none, source, width: 6, ...shown, queries: [googleMetric(metric, { legend: metric.by.map(name).join(" ") })] });
const one = (metric: Metric, shown: Shown): Panel => stat({ ...none, source, width: 6, ...shown, queries: [googleMetric(metric)] });

const instance = "metric.label.instance_name";
const service = "resource.label.service_name";
const database = "resource.label.database_id";

const rows: Row[] = [
  {
    title: "What is wrong",
    height: 4,
    panels: [
      one({ metric: "monitoring.googleapis.com/uptime_check/check_passed", aligner: "ALIGN_NEXT_OLDER", reducer: "REDUCE_COUNT_FALSE" }, { title: "Failing uptime checks", about: "From how many places in the world an address of an uptime check is not reached.", unit: "none", thresholds: mustBeZero }),
      one(errorsLogged, { title: "Errors logged", about: "Entries of severity ERROR in Cloud Logging, in the time range. Every project has this metric.", unit: "none", total: true, thresholds: ["green", [1, "yellow"], [20, "red"]] }),
      one({ metric: "run.googleapis.com/request_count", where: { "metric.label.response_code_class": "5xx" }, ...counted }, { title: "Cloud Run 5xx", about: "Answers with 5xx, in the time range.", unit: "none", total: true, thresholds: mustBeZero }),
      one({ metric: "cloudsql.googleapis.com/database/disk/utilization", reducer: "REDUCE_MAX" }, { title: "Fullest database", about: "Share of its disk that is used.", unit: "percentunit", thresholds: fullness }),
    ],
  },
  {
    title: "Virtual machines",
    height: 7,
    panels: [
      lines({ metric: "compute.googleapis.com/instance/cpu/utilization", by: [instance] }, { title: "CPU", about: "As the hypervisor sees it.", unit: "percentunit", thresholds: fullness }),
      lines({ metric: "agent.googleapis.com/memory/percent_used", where: { "metric.label.state": "used" }, by: ["metadata.system_labels.name"] }, { title: "Memory", about: "Only of machines with Google's Ops Agent.", unit: "percent", thresholds: ["green", [80, "yellow"], [90, "red"]] }),
      lines({ metric: "compute.googleapis.com/instance/network/sent_bytes_count", ...perSecond, by: [instance] }, { title: "Sent", about: "Bytes per second.", unit: "Bps" }),
      lines({ metric: "compute.googleapis.com/instance/uptime_total", aligner: "ALIGN_MAX", reducer: "REDUCE_MAX", by: [instance] }, { title: "Up for", about: "Time since the machine was started.", unit: "s" }),
    ],
  },
  {
    title: "Cloud Run and functions",
    height: 7,
    panels: [
      lines({ metric: "run.googleapis.com/request_count", ...perSecond, by: [service, "metric.label.response_code_class"] }, { title: "Requests", about: "Per second, by class of the answer. Functions of the second generation are services of Cloud Run.", unit: "reqps" }),
      lines({ metric: "run.googleapis.com/request_latencies", aligner: "ALIGN_PERCENTILE_95", reducer: "REDUCE_MAX", by: [service] }, { title: "Answers within (p95)", about: "19 of 20 answers came faster.", unit: "ms", thresholds: ["green", [500, "yellow"], [2000, "red"]] }),
      lines({ metric: "run.googleapis.com/container/memory/utilizations", aligner: "ALIGN_PERCENTILE_99", reducer: "REDUCE_MAX", by: [service] }, { title: "Memory of containers", about: "Share of the limit; at 100 % the container is killed.", unit: "percentunit", thresholds: fullness }),
      lines({ metric: "cloudfunctions.googleapis.com/function/execution_count", ...perSecond, by: ["resource.label.function_name", "metric.label.status"] }, { title: "Functions by result", about: "Executions per second of the first generation; all but ok are errors.", unit: "ops" }),
    ],
  },
  {
    title: "Cloud SQL and load balancers",
    height: 7,
    panels: [
      lines({ metric: "cloudsql.googleapis.com/database/cpu/utilization", by: [database] }, { title: "Database CPU", about: "Share of the cores that the database has.", unit: "percentunit", thresholds: fullness }),
      lines({ metric: "cloudsql.googleapis.com/database/memory/utilization", by: [database] }, { title: "Database memory", about: "Share that is used, caches included.", unit: "percentunit" }),
      lines({ metric: "cloudsql.googleapis.com/database/disk/utilization", by: [database] }, { title: "Database disk", about: "Share that is used; a full disk stops the database.", unit: "percentunit", thresholds: fullness }),
      lines({ metric: "loadbalancing.googleapis.com/https/request_count", ...perSecond, by: ["resource.label.url_map_name", "metric.label.response_code_class"] }, { title: "Load balancers", about: "Requests per second, by class of the answer.", unit: "reqps" }),
    ],
  },
];

const errorLogs: Panel = logs({
  title: "Error lines",
  about: "The newest entries of severity ERROR or worse, of everything that logs to Cloud Logging. Reading is free.",
  queries: [cloudLogging("severity>=ERROR")],
  emptyWhenHealthy: "nothing logs an error",
  width: 16,
});

/** A project as Google sees it. Its log lines only where the plugin for them is. */
export function gcpDashboard(spec: ResolvedSpec): Dashboard {
  const sources = spec.cloudDatasources.gcp ?? [];
  const withLogs = sources.some(hasLogs);
  const byResource = lines({ ...errorsLogged, by: ["resource.type"] }, { title: "Errors by resource", about: "Log entries of severity ERROR, by the kind of resource.", unit: "short", stacked: true, emptyWhenHealthy: "nothing logs an error", width: 8 });
  return {
    name: "gcp",
    title: "Google Cloud project",
    description: "Everything in the project, asked from Cloud Monitoring and Cloud Logging when it is opened.",
    since: "3h",
    refresh: "",
    view: { cloud: "gcp", project: sources[0]?.project ?? "@@project@@", logs: withLogs },
    rows: [...rows, { title: "Logs", height: 10, panels: [byResource, ...(withLogs ? [errorLogs] : [])] }],
  };
}
