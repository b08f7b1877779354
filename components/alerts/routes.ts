import type { ResolvedSpec } from "../server/spec";

/** Alertmanager's configuration. Without a receiver alerts are shown in Grafana and go nowhere else. */
export function alertmanagerConfig(_spec: ResolvedSpec): object {
  return {
    route: {
      receiver: "grafana-only",
      group_by: ["alertname", "environment", "cloud"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
    },
    receivers: [{ name: "grafana-only" }],
  };
}
