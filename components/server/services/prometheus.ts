import { foundBy } from "../discovery";
import { identity, resourceAttributes } from "../labels";
import { yaml, yamlFiles } from "../yaml";
import { prometheusRuleFiles } from "../../alerts/prometheus-rules";
import { discoveredScrapes } from "./discovery";
import { listen, onLoopback, reach, type Rendering, type Service } from "./service";

/** Metrics: scraped here, pushed by agents through the gateway, written by Tempo and by Loki's recording rules. */
export function prometheus(r: Rendering): Service {
  const { spec, layout } = r;
  const data = layout.data("prometheus");
  return {
    name: "prometheus",
    image: "prom/prometheus",
    program: "/bin/prometheus",
    tools: { promtool: "/bin/promtool" },
    args: [
      `--config.file=${layout.config("prometheus")}/prometheus.yml`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${listen(r, "prometheus")}`,
      "--web.enable-lifecycle",
      "--web.enable-remote-write-receiver",
      "--web.enable-otlp-receiver",
      "--enable-feature=exemplar-storage",
      // GOMEMLIMIT comes from the plan; the automatic one would be 0.9 of the limit, where the collector thrashes.
      "--no-auto-gomemlimit",
      `--query.max-samples=${maxSamples(spec.memory)}`,
      `--query.max-concurrency=${spec.memory < 4096 ? 2 : 4}`,
      "--query.timeout=60s",
    ],
    files: {
      "prometheus.yml": yaml(config(r)),
      ...yamlFiles(prometheusRuleFiles(spec)),
    },
    user: [65534, 65534],
    ports: ["prometheus"],
    health: onLoopback(r, "prometheus", "/-/ready"),
    validate: [["promtool", "check", "config", "@@config@@/prometheus.yml"]],
    reload: { http: onLoopback(r, "prometheus", "/-/reload") },
    metadata: foundBy(spec.discovery).length > 0,
    memory: spec.shares.get("prometheus")!,
  };
}

/**
 * Samples one query may load. One all-series query over 50,000 series with 1e6 and concurrency 2 peaked at 413 MiB
 * resident, with Prometheus' default of 5e7 at 1.75 GiB (measured with 3.14); so half of that on the small machine.
 */
function maxSamples(memory: number): number {
  return Math.round(Math.min(1e7, Math.max(2.5e5, (memory / 2048) * 5e5)));
}

function config(r: Rendering): object {
  const { spec } = r;
  return {
    global: { scrape_interval: "15s", evaluation_interval: "15s", scrape_native_histograms: true },
    storage: {
      tsdb: {
        // An agent that was cut off sends its backlog: samples older than the head are taken for this long.
        out_of_order_time_window: "6h",
        retention: { time: spec.retention.metrics, size: spec.retention.metricsSize },
      },
      exemplars: { max_exemplars: 20_000 },
    },
    otlp: {
      keep_identifying_resource_attributes: true,
      promote_resource_attributes: [...new Set([...identity.flatMap(label => resourceAttributes[label]), "service.namespace", "service.version"])],
    },
    rule_files: ["rules/*.yml"],
    ...(spec.services.includes("alertmanager") && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [reach(r, "alertmanager", "alertmanager")] }] }] },
    }),
    scrape_configs: [
      // Prometheus watches itself, so that a dead Alloy, which watches everything else, is noticed.
      { job_name: "prometheus", static_configs: [{ targets: [`127.0.0.1:${spec.internalPorts.prometheus}`], labels: { environment: spec.environment, cloud: spec.cloud, host: spec.host, service_name: "prometheus" } }] },
      ...discoveredScrapes(spec),
    ],
  };
}
