import { by, type Subject } from "./rule";

/** Micrometer's names, then those of OpenTelemetry's own agent. */
const heap = [
  `sum by (${by("service")}) (jvm_memory_used_bytes{$E, area="heap"}) / sum by (${by("service")}) (jvm_memory_max_bytes{$E, area="heap"} > 0)`,
  `sum by (${by("service")}) (jvm_memory_used_bytes{$E, jvm_memory_type="heap"}) / sum by (${by("service")}) (jvm_memory_limit_bytes{$E, jvm_memory_type="heap"} > 0)`,
].join(" or ");
const collecting = [
  `sum by (${by("service")}) (rate(jvm_gc_pause_seconds_sum{$E}[5m]))`,
  `sum by (${by("service")}) (rate(jvm_gc_pause_milliseconds_sum{$E}[5m])) / 1000`,
  `sum by (${by("service")}) (rate(jvm_gc_duration_seconds_sum{$E}[5m]))`,
].join(" or ");
const observLib = "jsonnet-libs jvm-observ-lib (Apache-2.0)";

/** Java applications: Micrometer's metrics and those of OpenTelemetry's Java agent. */
export const jvm: Subject = {
  name: "jvm",
  rules: [
    {
      name: "JvmHeapHigh", severity: "warning", of: "service", about: "heap", for: "10m", dashboard: "springBoot", threshold: { default: 85, unit: "% of the largest heap" },
      expr: `100 * (${heap}) > $T`,
      summary: '{{ $labels.service_name }} on {{ $labels.host }}: heap {{ printf "%.0f" $value }} % used',
      description: "For 10 minutes no collection has brought the heap below $T %. At 100 % the application spends its time collecting, then throws OutOfMemoryError.",
      logs: '|= "OutOfMemoryError"',
      source: observLib,
    },
    {
      name: "JvmGcTime", severity: "warning", of: "service", about: "gc", for: "5m", dashboard: "springBoot", threshold: { default: 5, unit: "% of the time" },
      expr: `100 * (${collecting}) > $T`,
      summary: '{{ $labels.service_name }} on {{ $labels.host }} stands still {{ printf "%.1f" $value }} % of the time to collect garbage',
      description: "Pauses of the garbage collector take more than $T % of the time: the heap is too small or something leaks.",
      logs: "",
      source: observLib,
    },
    {
      name: "HikariPoolWaiting", severity: "warning", of: "service", about: "pool", for: "2m", dashboard: "springBoot", threshold: { default: 0, unit: "threads waiting" },
      expr: `max by (${by("service", "pool")}) (hikaricp_connections_pending{$E}) > $T`,
      summary: '{{ $labels.service_name }} on {{ $labels.host }}: {{ printf "%.0f" $value }} threads wait for a connection of {{ $labels.pool }}',
      description: "All connections to the database are in use. Slow statements, a transaction held open during a call elsewhere, or too small a pool.",
      logs: '|~ "(?i)hikari|connection is not available"', traces: "duration > 1s",
      source: "jsonnet-libs spring-boot-mixin (Apache-2.0)",
    },
  ],
};
