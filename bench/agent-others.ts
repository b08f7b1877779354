import type { ServerContract } from "../components/server/contract";

/** Promtail's file as teams have it, with the same work as our agent's: entries of several lines, JSON, the entry's own time. */
export function promtailConfig({ endpoints }: ServerContract, file: string): string {
  return `server: { http_listen_port: 9080, grpc_listen_port: 0 }
positions: { filename: /var/lib/promtail/positions.yaml }
clients:
  - url: ${endpoints.logs}/loki/api/v1/push
    bearer_token_file: /etc/others/token
    tls_config: { ca_file: /etc/others/ca.pem }
    external_labels: { environment: prod, host: bench-1 }
scrape_configs:
  - job_name: orders
    static_configs:
      - targets: [localhost]
        labels: { service_name: promtail, __path__: ${file} }
    pipeline_stages:
      - multiline: { firstline: '^\\{', max_wait_time: 3s }
      - json: { expressions: { level: level, time: '"@timestamp"', trace_id: traceId } }
      - timestamp: { source: time, format: RFC3339Nano }
      - structured_metadata: { level: , trace_id: }
`;
}

/** The collector's counterpart, with its queue on the disk. */
export function collectorConfig({ endpoints }: ServerContract, token: string, file: string): string {
  return `extensions:
  file_storage: { directory: /var/lib/collector, create_directory: true }
receivers:
  otlp:
    protocols: { grpc: { endpoint: 127.0.0.1:4317 }, http: { endpoint: 127.0.0.1:4318 } }
  hostmetrics:
    collection_interval: 15s
    scrapers: { cpu: , load: , memory: , disk: , filesystem: , network: , paging: , processes: }
  filelog:
    include: [${file}]
    start_at: beginning
    storage: file_storage
    multiline: { line_start_pattern: '^\\{' }
    operators:
      - type: json_parser
        timestamp: { parse_from: 'attributes["@timestamp"]', layout_type: gotime, layout: '2006-01-02T15:04:05.999999999Z07:00' }
        severity: { parse_from: attributes.level }
    resource: { service.name: collector, environment: prod, host: bench-1 }
processors:
  batch:
exporters:
  otlphttp:
    logs_endpoint: ${endpoints.logs}/otlp/v1/logs
    metrics_endpoint: ${endpoints.metrics}/otlp/v1/metrics
    traces_endpoint: ${endpoints.traces}/otlp/v1/traces
    headers: { Authorization: 'Bearer ${token}' }
    tls: { ca_file: /etc/others/ca.pem }
    sending_queue: { storage: file_storage }
service:
  extensions: [file_storage]
  telemetry: { metrics: { level: none } }
  pipelines:
    logs: { receivers: [filelog, otlp], processors: [batch], exporters: [otlphttp] }
    metrics: { receivers: [hostmetrics, otlp], processors: [batch], exporters: [otlphttp] }
    traces: { receivers: [otlp], processors: [batch], exporters: [otlphttp] }
`;
}

export function programUnit(line: string): string {
  return `[Service]\nExecStart=${line}\nRestart=on-failure\n`;
}

export const exporterUnit = programUnit("/usr/local/bin/node_exporter --web.listen-address=127.0.0.1:9100");
