import type { ResolvedSpec } from "../server/spec";

/** Prometheus' rules about the monitoring server itself. */
export function prometheusRules(spec: ResolvedSpec): object {
  return {
    groups: [
      {
        name: "monitoring-server",
        interval: "30s",
        rules: [
          {
            alert: "MonitoringServiceDown",
            expr: `up{environment="${spec.environment}", host="${spec.host}"} == 0`,
            for: "2m",
            labels: { severity: "critical" },
            annotations: { summary: "{{ $labels.service_name }} on the monitoring server does not answer" },
          },
          ...(spec.services.includes("alloy")
            ? [
                {
                  alert: "MonitoringAgentSilent",
                  expr: `absent(up{environment="${spec.environment}", host="${spec.host}", service_name="loki"})`,
                  for: "5m",
                  labels: { severity: "critical", environment: spec.environment, cloud: spec.cloud, host: spec.host },
                  annotations: { summary: "The monitoring server's own agent sends nothing: its other services are not watched" },
                },
              ]
            : []),
        ],
      },
    ],
  };
}

/** Rules of Loki that record counts into Prometheus, so that spikes and silence of logs are cheap to ask for. */
export function lokiRules(): object {
  return {
    groups: [
      {
        name: "log-counts",
        interval: "1m",
        rules: [{ record: "log_lines:count1m", expr: 'sum by (environment, cloud, host, service_name) (count_over_time({service_name=~".+"}[1m]))' }],
      },
    ],
  };
}
