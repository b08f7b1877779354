import { outcomeLabel } from "../failing-spans";
import { labels } from "../labels";
import { azureSuffix, gcsPart, inObjectStorage, s3Endpoint, storagePrefix, StorageKind } from "../storage";
import { parseHours } from "../units";
import { yaml } from "../yaml";
import { listen, onLoopback, reach, type Rendering, type Service } from "./service";

/** Traces over OTLP and Zipkin; makes span metrics and the service graph of them. */
export function tempo(r: Rendering): Service {
  const { spec, layout } = r;
  return {
    name: "tempo",
    image: "grafana/tempo",
    program: "/tempo",
    args: [`-config.file=${layout.config("tempo")}/tempo.yml`],
    files: { "tempo.yml": yaml(config(r)) },
    user: [10001, 10001],
    // Tempo 3 writes there what it has not finished, as it comes, so that the one file of a container serves Tempo 2 as well.
    mounts: ["@@root@@/data/tempo:/var/tempo"],
    ports: ["tempo", "tempoOtlpGrpc", "tempoOtlpHttp", "tempoZipkin"],
    health: onLoopback(r, "tempo", "/ready"),
    validate: [["tempo", "-config.verify=true", "-config.file=@@config@@/tempo.yml"]],
    metadata: inObjectStorage(spec.storage),
    memory: spec.shares.get("tempo")!,
  };
}

/** Where finished blocks go: name of the backend, which is also the key of its settings. */
function backend({ spec, layout }: Rendering): { name: string; settings: object } {
  const { storage } = spec;
  const prefix = storagePrefix.tempo;
  switch (storage.kind) {
    case StorageKind.disk:
      return { name: "local", settings: { path: `${layout.data("tempo")}/blocks` } };
    case StorageKind.s3:
      return { name: "s3", settings: { bucket: "@@bucket@@", prefix, region: "@@region@@", ...s3Endpoint(storage) } };
    case StorageKind.azureBlob:
      return { name: "azure", settings: { storage_account_name: "@@account@@", container_name: "@@container@@", prefix, use_managed_identity: true, user_assigned_id: "@@clientid@@", ...azureSuffix(storage) } };
    case StorageKind.gcs:
      return { name: "gcs", settings: { bucket_name: "@@bucket@@", prefix, chunk_buffer_size: gcsPart } };
  }
}

/** Where Tempo 3 keeps what it has not finished, and how long it does so at its end. Its own places are below /var/tempo, which only root may make. */
function unfinished(data: string): object {
  return {
    live_store: { wal: { path: `${data}/live-store/traces` }, shutdown_marker_dir: `${data}/live-store/shutdown-marker` },
    backend_scheduler: { local_work_path: `${data}/scheduler` },
    // It asks a scheduler that has ended already until this is over: 30 s by itself. The job it may be at is begun again.
    backend_worker: { finish_on_shutdown_timeout: "5s" },
  };
}

function config(r: Rendering): object {
  const { spec, layout } = r;
  const data = layout.data("tempo");
  const store = backend(r);
  return {
    server: {
      http_listen_address: layout.listen,
      http_listen_port: spec.internalPorts.tempo,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: spec.internalPorts.tempoGrpc,
      log_level: "warn",
    },
    usage_report: { reporting_enabled: false },
    distributor: {
      receivers: {
        otlp: { protocols: { grpc: { endpoint: listen(r, "tempoOtlpGrpc") }, http: { endpoint: listen(r, "tempoOtlpHttp") } } },
        zipkin: { endpoint: listen(r, "tempoZipkin") },
      },
    },
    storage: {
      trace: { backend: store.name, wal: { path: `${data}/wal` }, [store.name]: store.settings },
    },
    metrics_generator: {
      registry: { external_labels: { source: "tempo" } },
      storage: {
        path: `${data}/generator`,
        remote_write: [{ url: `http://${reach(r, "prometheus", "prometheus")}/api/v1/write`, send_exemplars: true }],
      },
    },
    ...(layout.runtime === "processes" && !layout.tempo2 && unfinished(data)),
    overrides: {
      defaults: {
        compaction: { block_retention: `${parseHours(spec.retention.traces)}h` },
        ingestion: {
          max_traces_per_user: spec.memory >= 4096 ? 20_000 : 5_000,
          rate_limit_bytes: spec.memory >= 4096 ? 8_000_000 : 4_000_000,
          burst_size_bytes: spec.memory >= 4096 ? 16_000_000 : 8_000_000,
        },
        global: { max_bytes_per_trace: 5_000_000 },
        metrics_generator: {
          processors: ["service-graphs", "span-metrics"],
          max_active_series: 5_000,
          // The name that Grafana's datasource and Prometheus' own exemplars use.
          trace_id_label_name: "trace_id",
          processor: {
            service_graphs: { dimensions: [labels.environment] },
            span_metrics: {
              intrinsic_dimensions: { service: false },
              dimension_mappings: [
                { name: labels.service, source_labels: ["service.name"] },
                { name: labels.environment, source_labels: ["environment"] },
                { name: labels.host, source_labels: ["host"] },
                { name: labels.cloud, source_labels: ["cloud"] },
                { name: outcomeLabel, source_labels: [outcomeLabel] },
              ],
            },
          },
        },
      },
    },
  };
}
