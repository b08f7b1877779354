import { identity, labels } from "../labels";
import { azureSuffix, gcsPart, inObjectStorage, s3Endpoint, storagePrefix, StorageKind } from "../storage";
import { parseHours } from "../units";
import { yaml, yamlFiles } from "../yaml";
import { lokiRuleFiles } from "../../alerts/loki-rules";
import { onLoopback, reach, type Rendering, type Service } from "./service";

/** Logs, by the Loki push API or OTLP. */
export function loki(r: Rendering): Service {
  const { spec, layout } = r;
  return {
    name: "loki",
    image: "grafana/loki",
    program: "/usr/bin/loki",
    args: [`-config.file=${layout.config("loki")}/loki.yml`],
    // Measured with a million lines and the heaviest query: half the usual garbage collector's target keeps it in its share.
    env: { GOGC: "50" },
    files: {
      "loki.yml": yaml(config(r)),
      ...yamlFiles(lokiRuleFiles(spec)),
    },
    user: [10001, 10001],
    ports: ["loki"],
    health: onLoopback(r, "loki", "/ready"),
    validate: [["loki", "-verify-config", "-config.file=@@config@@/loki.yml"]],
    metadata: inObjectStorage(spec.storage),
    memory: spec.shares.get("loki")!,
  };
}

/** `by (trace_id)` and the like: as many series as lines. */
const countsByAnId = "(?is).*\\bby\\s*\\([^)]*\\b(trace|span|request|correlation)_?id\\b[^)]*\\).*";

/** Name of the store in Loki's own words, and how it is reached. Without a key each of them asks the machine's metadata service. */
function objectStore({ spec, layout }: Rendering): { name: string; settings: object } {
  const { storage } = spec;
  switch (storage.kind) {
    case StorageKind.disk:
      return { name: "filesystem", settings: { filesystem: { dir: `${layout.data("loki")}/chunks` } } };
    case StorageKind.s3:
      // One host name for both programs: by default Loki alone asks the dual-stack one.
      return { name: "s3", settings: { storage_prefix: storagePrefix.loki, s3: { bucket_name: "@@bucket@@", region: "@@region@@", ...s3Endpoint(storage), dualstack_enabled: false } } };
    case StorageKind.azureBlob:
      return { name: "azure", settings: { storage_prefix: storagePrefix.loki, azure: { account_name: "@@account@@", container_name: "@@container@@", user_assigned_id: "@@clientid@@", ...azureSuffix(storage) } } };
    case StorageKind.gcs:
      return { name: "gcs", settings: { storage_prefix: storagePrefix.loki, gcs: { bucket_name: "@@bucket@@", chunk_buffer_size: gcsPart } } };
  }
}

function config(r: Rendering): object {
  const { spec, layout } = r;
  const data = layout.data("loki");
  const store = objectStore(r);
  // What Loki knows of one store must not be taken for what is in another, should a server change.
  const own = inObjectStorage(spec.storage) ? `${data}/${store.name}` : data;
  const large = spec.memory >= 4096;
  return {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_address: layout.listen,
      http_listen_port: spec.internalPorts.loki,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: spec.internalPorts.lokiGrpc,
      log_level: "warn",
      // A refused query must come back as an answer, not break on the default of 4 MiB between Loki's own parts.
      grpc_server_max_recv_msg_size: 16_777_216,
      grpc_server_max_send_msg_size: 16_777_216,
    },
    common: {
      instance_addr: "127.0.0.1",
      path_prefix: data,
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" } },
    },
    schema_config: {
      configs: [{ from: "2026-01-01", store: "tsdb", object_store: store.name, schema: "v13", index: { prefix: "loki_index_", period: "24h" } }],
    },
    storage_config: {
      use_thanos_objstore: true,
      object_store: store.settings,
      tsdb_shipper: { active_index_directory: `${own}/index`, cache_location: `${own}/index-cache` },
    },
    ingester: {
      lifecycler: { min_ready_duration: "0s" },
      chunk_encoding: "snappy",
      chunk_idle_period: "30m",
      // At least the window in which late lines are taken.
      max_chunk_age: "2h",
      // The default of 4 GB is more than the machine has.
      wal: { replay_memory_ceiling: `${Math.round(spec.shares.get("loki")!.soft * 0.4)}MB` },
    },
    querier: { max_concurrent: large ? 4 : 2 },
    query_range: {
      cache_results: true,
      results_cache: { cache: { embedded_cache: { enabled: true, max_size_mb: large ? 64 : 16 } } },
    },
    chunk_store_config: { chunk_cache_config: { embedded_cache: { enabled: true, max_size_mb: large ? 64 : 16 } } },
    compactor: {
      working_directory: `${own}/compactor`,
      retention_enabled: true,
      delete_request_store: store.name,
    },
    // Not ruler.storage: with the Thanos store that one passes the check and leaves the ruler off.
    ruler_storage: { backend: "local", local: { directory: `${layout.config("loki")}/rules` } },
    ruler: {
      rule_path: `${data}/rules`,
      enable_api: true,
      ring: { kvstore: { store: "inmemory" } },
      wal: { dir: `${data}/ruler-wal` },
      ...(spec.services.includes("alertmanager") && { alertmanager_url: `http://${reach(r, "alertmanager", "alertmanager")}`, enable_alertmanager_v2: true }),
      remote_write: {
        enabled: true,
        clients: { prometheus: { url: `http://${reach(r, "prometheus", "prometheus")}/api/v1/write` } },
      },
    },
    limits_config: {
      retention_period: `${parseHours(spec.retention.logs)}h`,
      allow_structured_metadata: true,
      volume_enabled: true,
      // Promtail's files carry only a job: better that name than none.
      discover_service_name: ["service", "app", "application", "container", "job"],
      ingestion_rate_mb: large ? 8 : 4,
      ingestion_burst_size_mb: large ? 16 : 8,
      per_stream_rate_limit: "4MB",
      per_stream_rate_limit_burst: "12MB",
      max_global_streams_per_user: large ? 20_000 : 5_000,
      max_line_size: "256KB",
      max_line_size_truncate: true,
      reject_old_samples_max_age: "168h",
      // One heavy query is refused instead of taking the server's memory. The limit of series counts results only, after Loki has
      // spent 16 KiB on each series of the window (measured with 3.7), so counting by an id is refused by its text, before it runs.
      blocked_queries: [{ pattern: countsByAnId, regex: true, types: "metric" }],
      max_query_series: 1_000,
      max_query_parallelism: large ? 8 : 1,
      tsdb_max_query_parallelism: large ? 16 : 1,
      split_queries_by_interval: large ? "30m" : "15m",
      max_query_bytes_read: large ? "10GB" : "2GB",
      max_entries_limit_per_query: 5_000,
      query_timeout: "1m",
      otlp_config: {
        resource_attributes: {
          // The defaults index service.instance.id, which is new at each start of a program.
          ignore_defaults: true,
          attributes_config: [{ action: "index_label", attributes: identity.map(label => (label === labels.service ? "service.name" : label)) }],
        },
      },
    },
  };
}
