import type { Subject } from "./rule";
import type { Watched } from "./spec";

export const watchdogName = "Watchdog";

/**
 * Fires as long as all is well: a line went through the gateway into Loki, its rules counted it, Prometheus evaluates. What stops
 * with any of them, or with Alertmanager, is the heartbeat that goes out. Without Alloy nobody sends that line. A range, since
 * what Loki recorded last stays for 5 minutes after it died.
 */
export function watchdog(spec: Watched): Subject {
  const own = `environment="${spec.environment}", host="${spec.host}"`;
  return {
    name: "watchdog",
    interval: "30s",
    rules: [
      {
        name: watchdogName, severity: "info", of: "host", about: "watchdog", dashboard: "server",
        expr: spec.services.includes("alloy") ? `sum by (environment, cloud, host) (sum_over_time(log_lines:count1m{${own}, service_name="heartbeat"}[3m])) > 0` : "vector(1)",
        summary: "The monitoring works",
        description: "Always fires. Goes to the external heartbeat only, which raises the alarm when it stops.",
        source: "prometheus-operator's Watchdog (Apache-2.0), expression own",
      },
    ],
  };
}
