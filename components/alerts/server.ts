import { by, type RecordingRule, type Rule, type Subject } from "./rule";
import { refusals } from "./server-ingestion";
import type { Watched } from "./spec";

/** The monitoring server watches itself. */
export function server(spec: Watched): Subject {
  const own = `environment="${spec.environment}", host="${spec.host}"`;
  const records: RecordingRule[] = spec.services.map(name => ({
    record: "service_memory_limit:bytes",
    expr: `vector(${spec.shares.get(name)!.limit * 1024 * 1024})`,
    labels: { environment: spec.environment, cloud: spec.cloud, host: spec.host, service_name: name },
  }));
  return { name: "server", interval: "30s", records, rules: [...absent(`${own}, cloud="${spec.cloud}"`), ...services(own), ...refusals(own)] };
}

/** Of what is not there only the labels of the selector are known: it names the cloud too, or the links would ask for none. */
function absent(own: string): Rule[] {
  return [
    {
      name: "MonitoringAgentSilent", needs: "alloy", severity: "critical", of: "host", about: "monitoring-agent", for: "3m", dashboard: "server",
      expr: `absent_over_time(up{${own}, service_name="loki"}[3m])`,
      summary: "The monitoring server's own agent sends nothing: its other services are not watched",
      description: "Alloy on the server is down or cannot write to Prometheus.",
      logs: "", source: "own",
    },
    {
      name: "HeartbeatLost", needs: "alloy", severity: "critical", of: "host", about: "heartbeat", for: "5m", dashboard: "server",
      expr: `absent_over_time(log_lines:count1m{${own}, service_name="heartbeat"}[3m])`,
      summary: "The path of the logs is broken: the server's own heartbeat does not arrive",
      description: "A line is sent every 30 seconds through the gateway to Loki, counted by its rules and written to Prometheus. Gateway, Loki, its rules, or the agent's token does not work.",
      source: "own",
    },
  ];
}

function services(own: string): Rule[] {
  const service = by("service");
  return [
    {
      name: "MonitoringServiceDown", severity: "critical", of: "service", about: "target", for: "2m", dashboard: "server",
      expr: `min by (${service}) (up{${own}, job!~"probe|heartbeat|cloud-.+"}) == 0`,
      summary: "{{ $labels.service_name }} on the monitoring server does not answer",
      description: "It is restarted by itself; its log says why it stays down.",
      logs: "", source: "own",
    },
    {
      name: "MonitoringServiceRestarts", severity: "warning", of: "service", about: "restarts", dashboard: "server", threshold: { default: 3, unit: "restarts within an hour" },
      expr: `max by (${service}) (changes(process_start_time_seconds{${own}}[1h])) > $T`,
      summary: '{{ $labels.service_name }} on the monitoring server started {{ printf "%.0f" $value }} times within an hour',
      description: "It dies again and again: too little memory, or a fault that its log names.",
      logs: "", source: "own",
    },
    {
      // What Go's runtime holds: resident memory would count pages of the program and of files, which the kernel takes back.
      name: "MonitoringServiceMemory", severity: "warning", of: "service", about: "memory-share", for: "10m", dashboard: "server", threshold: { default: 85, unit: "% of its share" },
      expr: `100 * max by (${service}) (go_memstats_sys_bytes{${own}} - go_memstats_heap_released_bytes{${own}}) / on (${service}) service_memory_limit:bytes > $T`,
      summary: '{{ $labels.service_name }} on the monitoring server holds {{ printf "%.0f" $value }} % of its memory',
      description: "At 100 % it is killed and started again. A larger machine, fewer series and streams, or shorter queries help.",
      source: "own",
    },
    {
      name: "MonitoringDiskLow", severity: "critical", of: "host", about: "disk", for: "10m", dashboard: "server", threshold: { default: 12, unit: "% free" },
      expr: `min by (${by("host", "mountpoint")}) (100 * node_filesystem_avail_bytes{${own}, mountpoint=~"/|/var/lib/pulumi-lgtm(/data)?"} / node_filesystem_size_bytes{${own}, mountpoint=~"/|/var/lib/pulumi-lgtm(/data)?"}) < $T`,
      summary: 'The monitoring server has {{ printf "%.1f" $value }} % left on {{ $labels.mountpoint }}',
      description: "At 10 % Loki takes no more logs. Shorten the retention or enlarge the disk.",
      source: "own; Loki's throttle is at 90 % of the file system",
    },
  ];
}
