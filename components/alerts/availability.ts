import { labels } from "../server/labels";
import { by, type Subject } from "./rule";
import type { Watched } from "./spec";

const where = `${labels.environment}, ${labels.host}`;
/** Metrics of a host have come. A range, since a pushed series lives on for 5 minutes after its last sample. */
const measured = `max by (${by("host")}) (max_over_time(up[3m])) == 1`;
const logged = (window: string) => `sum by (${by("host")}) (sum_over_time(log_lines:count1m[${window}]))`;

/** Who is silent. Machines against the inventory of the spec, so that a dead one stays known and a removed one does not alert. */
export function availability(spec: Watched): Subject {
  const own = `up{${labels.environment}="${spec.environment}", ${labels.host}="${spec.host}"}`;
  return {
    name: "availability",
    interval: "30s",
    records: spec.expectedHosts.map(({ environment, cloud, host }) => ({ record: "expected_host:info", expr: "vector(1)", labels: { environment, cloud, host } })),
    rules: [
      {
        name: "HostSilent", severity: "critical", of: "host", about: "host", for: "2m", dashboard: "host",
        expr: `expected_host:info{$E} unless on (${where}) (${measured}) unless on (${where}) ${logged("5m")}`,
        summary: "{{ $labels.host }} is silent: neither metrics nor logs come from it",
        description: "The machine is down or cut off, or its agent is. Removed on purpose: take it out of expectedHosts.",
        source: "own",
      },
      {
        name: "HostMetricsMissing", severity: "warning", of: "host", about: "agent", for: "5m", dashboard: "host",
        expr: `expected_host:info{$E} unless on (${where}) (${measured}) and on (${where}) ${logged("5m")}`,
        summary: "{{ $labels.host }} sends logs but no metrics",
        description: "The exporter or its scrape is broken while the machine lives.",
        source: "own",
      },
      {
        // From recorded counts: the same over log lines costs 4 CPU seconds an evaluation over 2 million of them (measured with Loki 3.7).
        name: "NoLogsFromHost", severity: "warning", of: "host", about: "logs", for: "5m", dashboard: "logs",
        expr: `(count by (${by("host")}) (count_over_time(log_lines:count1m{$E}[24h] offset 15m)) unless on (${where}) ${logged("15m")}) and on (${where}) (${measured})`,
        summary: "{{ $labels.host }} sends no log lines any more",
        description: "Metrics come, and log lines came within the last day, but none for 15 minutes: the files moved, the agent may not read them, or nothing happens there.",
        source: "own",
      },
      {
        name: "TargetDown", severity: "warning", of: "service", about: "target", for: "2m", dashboard: "overview",
        expr: `min by (${by("service", "job", "instance")}) (up{$E}) == 0 unless on (${where}) ${own}`,
        summary: "{{ $labels.service_name }} on {{ $labels.host }} does not answer the scrape of {{ $labels.instance }}",
        description: "The program is down, or its metrics are not where the agent looks for them (port, path, access).",
        logs: "",
        source: "Prometheus documentation, alerting rules (Apache-2.0)",
      },
      {
        name: "ProbeFailed", severity: "critical", of: "software", about: "probe", for: "2m", dashboard: "overview",
        expr: `max by (${by("software", "instance")}) (probe_success{$E, job="probe"}) == 0`,
        summary: "{{ $labels.instance }} does not answer as it should",
        description: "Asked from the monitoring server, the address gave another status, no answer within 10 s, or no valid certificate.",
        source: "own",
      },
      {
        name: "ProbeSlow", severity: "warning", of: "software", about: "probe", for: "10m", dashboard: "overview", threshold: { default: 3, unit: "s" },
        expr: `max by (${by("software", "instance")}) (avg_over_time(probe_duration_seconds{$E, job="probe"}[10m])) > $T`,
        summary: '{{ $labels.instance }} takes {{ printf "%.1f" $value }} s to answer',
        description: "The average of 10 minutes, asked from the monitoring server, is above $T s.",
        source: "own",
      },
    ],
  };
}
