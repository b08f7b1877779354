import type { ResolvedSpec } from "../server/spec";
import { nodeMixin } from "./machines";
import { mixin, neverSilent, ownMetrics } from "./own-metrics";
import { anyAtAll, fullness, stat, timeseries, type Panel, type Row } from "./panels";
import { now, prometheus } from "./queries";

const healthy = { emptyWhenHealthy: "counted from the first refusal on" };

/** What the monitoring server refuses, keeps, and spends on questions. */
export function refusedKeptAsked(spec: ResolvedSpec): Row[] {
  const { self, of, perSecond, within } = ownMetrics(spec);
  const rate = "$__rate_interval";

  const rejected: Panel[] = [
    timeseries({
      title: "Log lines refused",
      about: `By reason: over a rate limit, too old, too long, too many streams. ${neverSilent}`,
      source: mixin("loki"),
      queries: [prometheus(perSecond("loki_discarded_samples_total", "loki", "reason"), { legend: "{{reason}}", ...healthy })],
      unit: "wps", thresholds: anyAtAll, noValue: "none", width: 6, ...healthy,
    }),
    timeseries({
      title: "Spans refused",
      about: `By reason. ${neverSilent}`,
      source: mixin("tempo"), needs: ["tempo"],
      queries: [prometheus(perSecond("tempo_discarded_spans_total", "tempo", "reason"), { legend: "{{reason}}" })],
      unit: "wps", thresholds: anyAtAll, noValue: "none", width: 6, ...healthy,
    }),
    timeseries({
      title: "Samples refused",
      about: `Older than what is taken late, outside of what can be stored, sent by two, or too many at once. ${neverSilent}`,
      source: mixin("prometheus"),
      queries: [
        prometheus(perSecond("prometheus_tsdb_too_old_samples_total", "prometheus"), { legend: "too old" }),
        prometheus(perSecond("prometheus_tsdb_out_of_bound_samples_total", "prometheus"), { legend: "out of bounds" }),
        prometheus(perSecond("prometheus_target_scrapes_sample_duplicate_timestamp_total", "prometheus"), { legend: "two values for one time" }),
        prometheus(perSecond("prometheus_tsdb_out_of_order_samples_total", "prometheus"), { legend: "out of order" }),
        prometheus(perSecond("prometheus_target_scrapes_sample_out_of_order_total", "prometheus"), { legend: "scraped twice" }),
        prometheus(perSecond("prometheus_target_scrapes_exceeded_sample_limit_total", "prometheus"), { legend: "scrapes with too many" }),
      ],
      unit: "wps", thresholds: anyAtAll, width: 6,
    }),
    timeseries({
      title: "Refused by the gateway",
      about: "Answers with an error, by status: 401 is a missing or wrong token, 429 too much at once, 502 a service that is down.",
      queries: [prometheus(`sum by (code) (rate(caddy_http_request_duration_seconds_count{${of("caddy")}, code=~"[45].."}[${rate}]))`, { legend: "{{code}}" })],
      unit: "reqps", thresholds: anyAtAll, noValue: "none", width: 6, emptyWhenHealthy: "everybody has a token",
    }),
  ];

  const disk: Panel[] = [
    timeseries({
      title: "Disk",
      about: "Share of each file system of this server that is used.",
      source: nodeMixin, needs: ["alloy"],
      queries: [
        prometheus(`1 - min by (mountpoint) (node_filesystem_avail_bytes{${self}, fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes{${self}, fstype!~"tmpfs|overlay"})`, { legend: "{{mountpoint}}" }),
      ],
      unit: "percentunit", max: 1, thresholds: fullness, width: 6,
    }),
    timeseries({
      title: "Metrics on disk",
      about: `Blocks and what is not yet in blocks. Beyond the limit of ${spec.retention.metricsSize} the oldest block goes.`,
      queries: [
        prometheus(`max(prometheus_tsdb_storage_blocks_bytes{${of("prometheus")}})`, { legend: "blocks" }),
        prometheus(`max(prometheus_tsdb_wal_storage_size_bytes{${of("prometheus")}}) + max(prometheus_tsdb_head_chunks_storage_size_bytes{${of("prometheus")}})`, { legend: "newest hours" }),
        prometheus(`max(prometheus_tsdb_retention_limit_bytes{${of("prometheus")}})`, { legend: "limit" }),
      ],
      unit: "bytes", width: 6,
    }),
    stat({
      title: "Metrics go back",
      about: `Age of the oldest sample. Kept for ${spec.retention.metrics}, less where the disk limit comes first.`,
      queries: [now(`time() - min(prometheus_tsdb_lowest_timestamp_seconds{${of("prometheus")}} > 0)`)],
      unit: "s", decimals: 0, width: 4,
    }),
    stat({
      title: "Logs cleaned",
      about: `Time since Loki last deleted what is older than ${spec.retention.logs}. It looks every ten minutes; more than an hour is wrong.`,
      queries: [
        now(`time() - max(loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${of("loki")}} > 0)`, { emptyWhenHealthy: "Loki first looks some minutes after its start" }),
      ],
      unit: "s", decimals: 0, thresholds: ["green", [3600, "yellow"], [86_400, "red"]], noValue: "not yet", width: 4,
      emptyWhenHealthy: "Loki first looks some minutes after its start",
    }),
    stat({
      title: "Trace blocks",
      about: `Blocks of traces on disk, kept for ${spec.retention.traces}.`,
      needs: ["tempo"],
      queries: [now(`sum(tempodb_blocklist_length{${of("tempo")}})`, { emptyWhenHealthy: "the first block comes some minutes after the first trace" })],
      unit: "short", width: 4, emptyWhenHealthy: "the first block comes some minutes after the first trace",
    }),
  ];

  const queries: Panel[] = [
    timeseries({
      title: "Prometheus queries",
      about: "Duration of nine out of ten queries and rules, by step. Waiting in the queue means too many at once.",
      source: mixin("prometheus"),
      queries: [prometheus(`max by (slice) (prometheus_engine_query_duration_seconds{${of("prometheus")}, quantile="0.9"} >= 0)`, { legend: "{{slice}}" })],
      unit: "s", thresholds: ["green", [5, "yellow"], [20, "red"]], width: 6,
    }),
    timeseries({
      title: "Samples read",
      about: "Samples per second that queries and rules load: what a dashboard costs.",
      queries: [prometheus(perSecond("prometheus_engine_query_samples_total", "prometheus"), { legend: "samples" })],
      unit: "wps", width: 6,
    }),
    timeseries({
      title: "Loki queries (p95)",
      about: "By type: lines (limited, filter) and numbers (metric).",
      source: mixin("loki"),
      queries: [prometheus(within("loki_logql_querystats_latency_seconds", "loki", "type"), { legend: "{{type}}" })],
      unit: "s", thresholds: ["green", [5, "yellow"], [20, "red"]], width: 6,
    }),
    timeseries({
      title: "Tempo queries (p95)",
      about: "Searches and traces by id.",
      source: mixin("tempo"), needs: ["tempo"],
      queries: [prometheus(within("tempo_request_duration_seconds", "tempo", "route", ', route=~"api_.*"'), { legend: "{{route}}" })],
      unit: "s", thresholds: ["green", [5, "yellow"], [20, "red"]], emptyWhenHealthy: "nobody has asked for a trace yet", width: 6,
    }),
  ];

  return [
    { title: "What is refused, and why", height: 7, panels: rejected },
    { title: "Retention and disk", height: 7, panels: disk },
    { title: "Cost of queries", height: 7, panels: queries },
  ];
}
