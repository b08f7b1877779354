import type { Subject } from "./rule";

/** What comes in without an environment: it is stored, but no dashboard's variable and no route finds it. */
export const unattributed: Subject = {
  name: "unattributed",
  interval: "1m",
  rules: [
    {
      name: "UnattributedMetrics", severity: "warning", of: "software", about: "unattributed", for: "15m", dashboard: "overview",
      expr: 'count by (job, service_name) (up{environment=""} or target_info{environment=""})',
      summary: "Metrics of {{ $labels.service_name }}{{ with $labels.job }} (job {{ . }}){{ end }} come without an environment",
      description: "The agent adds it; who sends directly sets environment in OTEL_RESOURCE_ATTRIBUTES.",
      source: "own",
    },
    {
      name: "UnattributedLogs", severity: "warning", of: "software", about: "unattributed", for: "15m", dashboard: "logs",
      expr: 'sum by (service_name) (sum_over_time(log_lines:count1m{environment=""}[15m])) > 0',
      summary: "Log lines of {{ $labels.service_name }} come without an environment",
      description: "The agent adds it (external_labels); who sends directly sets environment in OTEL_RESOURCE_ATTRIBUTES.",
      count: '{{ printf "%.0f" $value }}', logs: "",
      source: "own",
    },
    {
      name: "UnattributedTraces", needs: "tempo", severity: "warning", of: "software", about: "unattributed", for: "15m", dashboard: "traces",
      expr: 'sum by (service_name) (rate(traces_spanmetrics_calls_total{environment=""}[15m])) > 0',
      summary: "Traces of {{ $labels.service_name }} come without an environment",
      description: "The agent adds it; who sends directly sets environment in OTEL_RESOURCE_ATTRIBUTES.",
      traces: "",
      source: "own",
    },
  ],
};
