import type { Rule } from "./rule";

/** Why Prometheus refuses samples, by the metric that counts it. */
const refused = {
  "out of order": "prometheus_tsdb_out_of_order_samples_total",
  "too old": "prometheus_tsdb_too_old_samples_total",
  "out of bounds": "prometheus_tsdb_out_of_bound_samples_total",
  "scraped twice": "prometheus_target_scrapes_sample_out_of_order_total",
  "too many at once": "prometheus_target_scrapes_exceeded_sample_limit_total",
};

/** What the monitoring server refuses or fails to do. */
export function refusals(own: string): Rule[] {
  const sum = (labels: string, metric: string) => `sum by (environment, cloud, host, ${labels}) (increase(${metric}{${own}}[5m]))`;
  return [
    {
      name: "LogsRefused", severity: "warning", of: "host", about: "logs-refused", dashboard: "server", for: "2m", threshold: { default: 0, unit: "lines in 5 minutes" },
      expr: `${sum("reason", "loki_discarded_samples_total")} > $T`,
      summary: "Loki refuses log lines: {{ $labels.reason }}",
      description: "rate_limited and stream_limit: more than the server is sized for; too_far_behind and greater_than_max_sample_age: an agent sends old lines. The lines are lost unless the agent tries again.",
      count: '{{ printf "%.0f" $value }}', source: "loki-mixin (Apache-2.0)",
    },
    {
      name: "TracesRefused", needs: "tempo", severity: "warning", of: "host", about: "traces-refused", dashboard: "server", for: "2m", threshold: { default: 0, unit: "spans in 5 minutes" },
      expr: `${sum("reason", "tempo_discarded_spans_total")} > $T`,
      summary: "Tempo refuses spans: {{ $labels.reason }}",
      description: "live_traces_exceeded and rate_limited: more than the server is sized for; trace_too_large: one trace has too many spans. Sample more.",
      count: '{{ printf "%.0f" $value }}', source: "tempo-mixin (Apache-2.0)",
    },
    {
      name: "MetricsRefused", severity: "warning", of: "host", about: "metrics-refused", dashboard: "server", for: "2m", threshold: { default: 0, unit: "samples in 5 minutes" },
      expr: `sum by (environment, cloud, host, reason) (${Object.entries(refused).map(([reason, metric]) => `label_replace(increase(${metric}{${own}}[5m]), "reason", "${reason}", "", "")`).join(" or ")}) > $T`,
      summary: "Prometheus refuses samples: {{ $labels.reason }}",
      description: "They are older than the out-of-order window of 6 hours, or two senders write the same series: give each its own host label.",
      count: '{{ printf "%.0f" $value }}', source: "prometheus-mixin (Apache-2.0)",
    },
    {
      name: "MetricRulesFailing", severity: "critical", of: "host", about: "rules", dashboard: "server", for: "5m",
      expr: `${sum("rule_group", "prometheus_rule_evaluation_failures_total")} > 0`,
      summary: "Rules of Prometheus fail: {{ $labels.rule_group }}",
      description: "Alerts of this group are blind. Prometheus' log and its rules page name the reason.",
      logs: "", source: "prometheus-mixin (Apache-2.0)",
    },
    {
      name: "LogRulesFailing", severity: "warning", of: "host", about: "log-rules", dashboard: "server",
      expr: `${sum("rule_group", "loki_prometheus_rule_evaluation_failures_total")} > 0`,
      summary: "Rules of Loki fail: {{ $labels.rule_group }}",
      description: "log-error-texts: in a storm the texts of new errors are too much to count; their number by service still is. log-counts: nothing is counted, and alerts about logs are blind. Loki's log names the reason.",
      logs: "", source: "own",
    },
    {
      name: "NotificationsFailing", needs: "alertmanager", severity: "critical", of: "host", about: "notifications", dashboard: "server",
      expr: `${sum("integration", "alertmanager_notifications_failed_total")} > 0`,
      summary: "Messages cannot be sent: {{ $labels.integration }}",
      description: "Address, password or network of the receiver. Alertmanager's log says what the other side answered. Other receivers get this message.",
      logs: "", count: '{{ printf "%.0f" $value }}', source: "alertmanager-mixin (Apache-2.0)",
    },
    {
      name: "AlertsNotDelivered", needs: "alertmanager", severity: "critical", of: "host", about: "notifications", dashboard: "server", for: "2m",
      expr: `sum by (environment, cloud, host) (increase(prometheus_notifications_dropped_total{${own}}[5m])) > 0`,
      summary: "Prometheus cannot reach Alertmanager: alerts are dropped",
      description: "Alertmanager is down. The heartbeat stops, too.",
      source: "prometheus-mixin (Apache-2.0)",
    },
  ];
}
