import { named, ofServer, type Case } from "./case";

const of = (service_name: string, more: Record<string, string> = {}) => ({ ...ofServer, service_name, ...more });
const one = (name: string, labels: Record<string, string>, values: string) => ({ [named(name, labels)]: values });
/** A counter of the server that goes up, and one that does not. */
const counted = (alert: string, metric: string, service: string, what: Record<string, string>, fires: Record<string, string> = what): Case[] => [
  { alert, when: `${metric} goes up`, series: one(metric, of(service, what), "0+100x30"), at: 10, fires: { ...ofServer, ...fires } },
  { alert, when: `${metric} stands still`, series: one(metric, of(service, what), "7x30"), at: 10 },
];
const memory = (released: string) => ({ ...one("go_memstats_sys_bytes", of("loki"), "360000000x30"), ...one("go_memstats_heap_released_bytes", of("loki"), released) });
const disk = (free: string) => ({ ...one("node_filesystem_avail_bytes", { ...ofServer, mountpoint: "/" }, free), ...one("node_filesystem_size_bytes", { ...ofServer, mountpoint: "/" }, "100x40") });
const beats = (values: string) => one("log_lines:count1m", of("heartbeat"), values);
const loki = (values: string) => one("up", of("loki", { job: "loki" }), values);

export const serverCases: Case[] = [
  { alert: "MonitoringServiceDown", when: "Loki does not answer", series: loki("1x5 0x20"), at: 12, fires: of("loki") },
  { alert: "MonitoringServiceDown", when: "it does", series: loki("1x20"), at: 12 },
  { alert: "MonitoringAgentSilent", when: "nobody says whether Loki is up", series: loki("1x5 _x30"), at: 20, fires: of("loki") },
  { alert: "MonitoringAgentSilent", when: "Loki is known to be down", series: loki("1x5 0x30"), at: 20 },
  { alert: "HeartbeatLost", when: "no beat is counted", series: beats("2x5 _x30"), at: 20, fires: of("heartbeat") },
  { alert: "HeartbeatLost", when: "beats are", series: beats("2x40"), at: 20 },
  { alert: "MonitoringServiceRestarts", when: "a service started five times", series: one("process_start_time_seconds", of("tempo"), "100 200 300 400 500x30"), at: 20, fires: of("tempo") },
  { alert: "MonitoringServiceRestarts", when: "it started once", series: one("process_start_time_seconds", of("tempo"), "100 200x30"), at: 20 },
  { alert: "MonitoringServiceMemory", when: "Loki holds 97 % of its share", series: memory("0x30"), at: 15, fires: of("loki") },
  { alert: "MonitoringServiceMemory", when: "it has given half back", series: memory("180000000x30"), at: 15 },
  { alert: "MonitoringDiskLow", when: "11 % are free", series: disk("11x40"), at: 15, fires: { ...ofServer, mountpoint: "/" } },
  { alert: "MonitoringDiskLow", when: "40 % are free", series: disk("40x40"), at: 15 },
  ...counted("LogsRefused", "loki_discarded_samples_total", "loki", { reason: "rate_limited" }),
  ...counted("TracesRefused", "tempo_discarded_spans_total", "tempo", { reason: "rate_limited" }),
  ...counted("MetricsRefused", "prometheus_tsdb_too_old_samples_total", "prometheus", {}, { reason: "too old" }),
  ...counted("MetricsRefused", "prometheus_tsdb_out_of_order_samples_total", "prometheus", {}, { reason: "out of order" }),
  ...counted("MetricRulesFailing", "prometheus_rule_evaluation_failures_total", "prometheus", { rule_group: "rules/own.yml;own" }),
  ...counted("LogRulesFailing", "loki_prometheus_rule_evaluation_failures_total", "loki", { rule_group: "log-error-texts" }),
  ...counted("NotificationsFailing", "alertmanager_notifications_failed_total", "alertmanager", { integration: "slack" }),
  ...counted("AlertsNotDelivered", "prometheus_notifications_dropped_total", "prometheus", {}),
];

export const watchdogCases: Case[] = [
  { alert: "Watchdog", when: "the beat arrives", series: beats("2x20"), at: 5, fires: ofServer },
  { alert: "Watchdog", when: "it has stopped arriving", series: beats("2x5 _x30"), at: 20 },
];
