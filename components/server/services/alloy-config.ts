import { probeConfig } from "../../alerts/probes";
import type { InternalPort } from "../ports";
import type { ServiceName } from "../versions";
import { cloudLogsConfig } from "./alloy-cloud-logs";
import { cloudMetricsConfig } from "./alloy-cloud-metrics";
import { onLoopback, type Rendering } from "./service";

/** Alloy's configuration: what is scraped and read on the server itself, and where it goes. */
export function alloyConfig(r: Rendering): string {
  return [metrics(r), r.layout.runtime === "containers" ? containerLogs(r) : processLogs(r), probeConfig(r), ...cloudMetricsConfig(r), ...cloudLogsConfig(r), outputs(r)].join("\n");
}

/** Where each service shows its own metrics. */
const metricsOf: Partial<Record<ServiceName, InternalPort>> = {
  loki: "loki",
  tempo: "tempo",
  alertmanager: "alertmanager",
  grafana: "grafana",
  caddy: "caddyMetrics",
};

function metrics(r: Rendering): string {
  const { spec, layout } = r;
  const targets = spec.services
    .filter(name => metricsOf[name])
    .map(name => `    {"__address__" = "127.0.0.1:${spec.internalPorts[metricsOf[name]!]}", "instance" = "${spec.host}", "job" = "${name}", "service_name" = "${name}"},`);
  const host = layout.runtime === "containers" ? ['  rootfs_path  = "/host/root"', '  procfs_path  = "/host/root/proc"', '  sysfs_path   = "/host/root/sys"'] : [];
  return `logging {
  level = "warn"
}

prometheus.exporter.unix "host" {
${[...host, '  disable_collectors = ["arp", "bcache", "bonding", "btrfs", "edac", "entropy", "fibrechannel", "infiniband", "ipvs", "mdadm", "nfs", "nfsd", "nvme", "rapl", "selinux", "sockstat", "softnet", "tapestats", "thermal_zone", "timex", "xfs", "zfs"]'].join("\n")}
}

prometheus.exporter.self "alloy" { }

${exporterTargets(r, "host", "unix.host", "node")}
${exporterTargets(r, "alloy", "self.alloy", "alloy")}
prometheus.scrape "server" {
  targets = array.concat(discovery.relabel.host.output, discovery.relabel.alloy.output, [
${targets.join("\n")}
  ])
  scrape_interval = "15s"
  forward_to      = [prometheus.remote_write.server.receiver]
}
`;
}

/** Targets of one of Alloy's own exporters, named as the others are. */
function exporterTargets({ spec }: Rendering, name: string, exporter: string, service: string): string {
  const rule = (label: string, value: string) => `  rule {
    target_label = "${label}"
    replacement  = "${value}"
  }
`;
  return `discovery.relabel "${name}" {
  targets = prometheus.exporter.${exporter}.targets

${rule("job", service)}
${rule("service_name", service)}
${rule("instance", spec.host)}}
`;
}

/** Tempo 3 that has nothing to do says so as an error, each minute and when it stops (its backendworker.go). It is none. */
const idleTempo = `  stage.drop {
    expression          = "msg=\\"error calling scheduler\\" err=\\".*(no jobs found|nil job received)\\""
    drop_counter_reason = "tempo_has_no_jobs"
  }
`;

/** Reads log files from their end on and hands their lines through these stages to Loki. */
function readLogs({ spec }: Rendering, pathTargets: string, stages: string): string {
  return `local.file_match "services" {
  path_targets = ${pathTargets}
}

loki.source.file "services" {
  targets       = local.file_match.services.targets
  forward_to    = [loki.process.services.receiver]
  tail_from_end = true
}

loki.process "services" {
  forward_to = [loki.write.server.receiver]

${[stages, ...(spec.services.includes("tempo") ? [idleTempo] : [])].join("\n")}}
`;
}

/** The engine's log files carry the service in the tag that compose.ts sets; other containers on the machine have none and are left alone. */
function containerLogs(r: Rendering): string {
  return `${readLogs(r, '[{"__path__" = "/lgtm/logs/*/*-json.log"}]', `  stage.match {
    selector = "{filename=~\\".+\\"} !~ \\"tag.:.lgtm/\\""
    action   = "drop"
  }

  stage.json {
    expressions = {line = "log", time = "time", tag = "attrs.tag"}
  }

  stage.regex {
    source     = "tag"
    expression = "^lgtm/(?P<service_name>.+)$"
  }

  stage.labels {
    values = {service_name = ""}
  }

  stage.timestamp {
    source = "time"
    format = "RFC3339Nano"
  }

  stage.label_drop {
    values = ["filename"]
  }

  stage.output {
    source = "line"
  }
`)}
loki.source.journal "server" {
  path       = "/host/root/var/log/journal"
  forward_to = [loki.write.server.receiver]
  labels     = {service_name = "journal"}
}
`;
}

/** One file a service: what pm2 rotated away stands beside it under other names and was read already. */
function processLogs(r: Rendering): string {
  const { spec, layout } = r;
  const targets = spec.services.map(name => `    {"__path__" = "${layout.logs}/${name}.log", "service_name" = "${name}"},`);
  return readLogs(r, `[
${targets.join("\n")}
  ]`, `  stage.label_drop {
    values = ["filename"]
  }
`);
}

function outputs(r: Rendering): string {
  const { spec } = r;
  const labels = `environment = "${spec.environment}", cloud = "${spec.cloud}", host = "${spec.host}"`;
  return `prometheus.remote_write "server" {
  external_labels = {${labels}}

  endpoint {
    url = "${onLoopback(r, "prometheus", "/api/v1/write")}"
  }
}

loki.write "server" {
  external_labels = {${labels}}

  endpoint {
    url = "${onLoopback(r, "loki", "/loki/api/v1/push")}"
  }
}
`;
}
