import { labels } from "../server/labels";
import type { ResolvedSpec } from "../server/spec";
import { fromColumn, fromLabel, toDashboard } from "./links";
import { refusedKeptAsked } from "./monitoring-server-storage";
import { mixin, neverSilent, ownMetrics } from "./own-metrics";
import { bargauge, fullness, mustBeZero, stat, table, timeseries, type Dashboard, type Panel } from "./panels";
import { now, prometheus } from "./queries";
import { byHost, ofHost, ofService } from "./selectors";

const mebibyte = 1024 * 1024;
const rate = "$__rate_interval";
const legend = "{{service_name}}";

/** The server that shows this: what each service on it uses of its share, what comes in, what is refused and why, what it keeps. */
export function monitoringServer(spec: ResolvedSpec): Dashboard {
  const { self, of, perSecond, lost } = ownMetrics(spec);
  const chosen = `${self}, ${labels.service}=~"$service"`;
  const held = (selector: string) => `go_memstats_sys_bytes{${selector}} - go_memstats_heap_released_bytes{${selector}}`;
  const shareUsed = [...spec.shares]
    .map(([name, { limit }]) => `max by (${labels.service}) (${held(`${of(name)}, ${labels.service}=~"$service"`)}) / ${limit * mebibyte}`)
    .join("\nor\n");

  const wrong: Panel[] = [
    stat({
      title: "Services down",
      about: "Programs of this server that do not answer.",
      queries: [now(`count(up{${self}, job!~"probe|heartbeat"} == 0) or vector(0)`)],
      unit: "none", thresholds: mustBeZero, width: 4,
    }),
    stat({
      title: "Fullest share",
      about: "Memory that the service closest to its limit holds. Over the limit it is ended and started again.",
      queries: [now(`max(${shareUsed})`)],
      unit: "percentunit", decimals: 0, thresholds: ["green", [0.85, "yellow"], [0.95, "red"]], width: 4,
    }),
    stat({
      title: "Restarts",
      about: "Starts of services in the time range; those of a release count, too.",
      queries: [now(`sum(changes(process_start_time_seconds{${self}}[$__range]))`)],
      unit: "none", thresholds: ["green", [1, "yellow"], [5, "red"]], width: 4,
    }),
    stat({
      title: "Refused",
      about: `Log lines, samples and spans in the time range. ${neverSilent}`,
      queries: [
        now(lost(["loki_discarded_samples_total", "loki"], ["tempo_discarded_spans_total", "tempo"], ["prometheus_tsdb_too_old_samples_total", "prometheus"], ["prometheus_tsdb_out_of_bound_samples_total", "prometheus"], ["prometheus_target_scrapes_exceeded_sample_limit_total", "prometheus"])),
      ],
      unit: "short", decimals: 0, thresholds: mustBeZero, width: 4,
    }),
    stat({
      title: "Rules that fail",
      about: "Evaluations that failed in the time range: an alert whose rule fails cannot fire.",
      source: mixin("prometheus"),
      queries: [now(lost(["prometheus_rule_evaluation_failures_total", "prometheus"], ["loki_prometheus_rule_evaluation_failures_total", "loki"]))],
      unit: "none", decimals: 0, thresholds: mustBeZero, width: 4,
    }),
    stat({
      title: "Alerts not delivered",
      about: "Messages to Slack, e-mail or a webhook that failed in the time range.",
      source: mixin("alertmanager"), needs: ["alertmanager"],
      queries: [now(lost(["alertmanager_notifications_failed_total", "alertmanager"]))],
      unit: "none", decimals: 0, thresholds: mustBeZero, width: 4,
    }),
  ];

  const shares: Panel[] = [
    bargauge({
      title: "Memory, of the share",
      about: "What the Go runtime of each service holds, of the limit that the service is held to.",
      source: "limits: components/server/memory.ts",
      queries: [now(shareUsed, { legend })],
      unit: "percentunit", decimals: 0, min: 0, max: 1, thresholds: fullness, width: 6,
      links: [toDashboard("logs", "Log lines", { service: fromLabel(labels.service) })],
    }),
    timeseries({
      title: "Memory, of the share, over time",
      about: "A saw is normal, a rising line is not.",
      source: "limits: components/server/memory.ts",
      queries: [prometheus(shareUsed, { legend })],
      unit: "percentunit", thresholds: fullness, width: 6,
    }),
    timeseries({
      title: "Resident memory",
      about: "With pages of the program and of files, which the kernel takes back when it needs them: it may be more than the limit.",
      queries: [prometheus(`max by (${labels.service}) (process_resident_memory_bytes{${chosen}})`, { legend })],
      unit: "bytes", width: 6,
    }),
    timeseries({
      title: "CPU",
      about: "Cores that each service uses.",
      queries: [prometheus(`sum by (${labels.service}) (rate(process_cpu_seconds_total{${chosen}}[${rate}]))`, { legend })],
      unit: "none", decimals: 2, width: 6,
    }),
  ];

  const ingestion: Panel[] = [
    timeseries({
      title: "Samples",
      about: "Metric samples per second that Prometheus takes.",
      source: mixin("prometheus"),
      queries: [prometheus(perSecond("prometheus_tsdb_head_samples_appended_total", "prometheus", "type"), { legend: "{{type}}" })],
      unit: "wps", width: 6,
    }),
    timeseries({
      title: "Series",
      about: "Series in memory: what Prometheus' share is spent on, 3 to 9 kB each.",
      source: mixin("prometheus"),
      queries: [prometheus(`max(prometheus_tsdb_head_series{${of("prometheus")}})`, { legend: "series" })],
      unit: "short", width: 6,
    }),
    timeseries({
      title: "Log lines",
      about: "Lines per second that Loki takes.",
      source: mixin("loki"),
      queries: [prometheus(perSecond("loki_distributor_lines_received_total", "loki"), { legend: "lines" })],
      unit: "wps", width: 6,
    }),
    timeseries({
      title: "Spans",
      about: "Spans per second that Tempo takes.",
      source: mixin("tempo"), needs: ["tempo"],
      queries: [prometheus(perSecond("tempo_distributor_spans_received_total", "tempo"), { legend: "spans" })],
      unit: "wps", width: 6,
    }),
    table({
      title: "Who sends what",
      about: "Samples of one scrape and log lines a minute by host: who to ask when it gets too much.",
      queries: [now(`sum by (${byHost}) (scrape_samples_post_metric_relabeling{${ofHost}})`), now(`sum by (${byHost}) (log_lines:count1m{${ofService}})`)],
      columns: [
        { name: "Host", label: labels.host, links: [toDashboard("logs", "Log lines", { host: fromColumn("Host") })] },
        { name: "Environment", label: labels.environment },
        { name: "Cloud", label: labels.cloud },
        { name: "Samples", query: 0, unit: "short", width: 90 },
        { name: "Lines/min", query: 1, unit: "short", width: 90 },
      ],
      sortBy: "Samples",
      width: 12,
    }),
    timeseries({
      title: "Without an environment",
      about: "What arrives without the label environment is unattributed: no dashboard of an environment shows it. Targets, log lines a minute and span series.",
      queries: [
        prometheus('count(up{environment=""}) or vector(0)', { legend: "targets" }),
        prometheus('sum(log_lines:count1m{environment=""}) or vector(0)', { legend: "log lines" }),
        prometheus('count(traces_spanmetrics_calls_total{environment=""}) or vector(0)', { legend: "span series", needs: ["tempo"] }),
      ],
      unit: "short", thresholds: mustBeZero, width: 12,
    }),
  ];

  return {
    name: "server",
    title: "Monitoring server",
    description: "This server: what each service on it uses of its share, what comes in, what is refused and why, what is kept, what queries cost.",
    rows: [
      { title: "What is wrong", height: 4, panels: wrong },
      { title: "Shares of the machine", height: 8, panels: shares },
      { title: "What comes in", height: 7, panels: ingestion },
      ...refusedKeptAsked(spec),
    ],
  };
}
