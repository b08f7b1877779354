/** As in the teams' file: Loki without a volume, Prometheus with one that it never mounts, Tempo with one; the ports of the old security group. */
export function composeFile(images: Record<"loki" | "prometheus" | "tempo", string> & { grafana?: string }): string {
  // The images of the tests have no entry point and no volume of their own, as the official ones do.
  return `services:
${images.grafana === undefined ? "" : `  grafana:
    image: ${images.grafana}
    entrypoint: ["/usr/share/grafana/bin/grafana", "server", "--homepath=/usr/share/grafana"]
    container_name: grafana
    ports: ["80:3000"]
    environment:
      - GF_SECURITY_ADMIN_USER=fittoring
      - GF_SECURITY_ADMIN_PASSWORD=of the team
      - GF_PATHS_DATA=/var/lib/grafana
      - GF_PATHS_PROVISIONING=/etc/grafana/provisioning
      - GF_LOG_MODE=console
      - GF_ANALYTICS_REPORTING_ENABLED=false
      - GF_ANALYTICS_CHECK_FOR_UPDATES=false
    volumes: ["grafana-data:/var/lib/grafana", "./grafana:/etc/grafana/provisioning"]
    restart: unless-stopped
`}  loki:
    image: ${images.loki}
    entrypoint: ["/usr/bin/loki"]
    container_name: loki
    ports: ["8080:3100"]
    volumes: ["./loki:/mnt/config"]
    command: ["-config.file=/mnt/config/loki-config.yaml"]
    restart: unless-stopped
  prometheus:
    image: ${images.prometheus}
    entrypoint: ["/bin/prometheus"]
    container_name: prometheus
    ports: ["9090:9090"]
    volumes: ["./prometheus:/etc/prometheus", "/prometheus"]
    command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
    restart: unless-stopped
  tempo:
    image: ${images.tempo}
    entrypoint: ["/tempo"]
    container_name: tempo
    ports: ["3200:3200", "443:4317", "4318:4318", "9411:9411"]
    volumes: ["./tempo:/etc/tempo", "tempo-data:/var/tempo"]
    command: ["-config.file=/etc/tempo/tempo.yaml"]
    restart: unless-stopped
volumes:
  grafana-data:
  prometheus:
  tempo-data:
`;
}

export const configs = {
  // What says where things are, of cmd/loki/loki-local-config.yaml in grafana/loki v3.4.1.
  "loki/loki-config.yaml": `auth_enabled: false
server: {http_listen_port: 3100, grpc_listen_port: 9096}
common:
  instance_addr: 127.0.0.1
  path_prefix: /tmp/loki
  storage: {filesystem: {chunks_directory: /tmp/loki/chunks, rules_directory: /tmp/loki/rules}}
  replication_factor: 1
  ring: {kvstore: {store: inmemory}}
schema_config:
  configs:
    - {from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}
pattern_ingester: {enabled: true}
frontend: {encoding: protobuf}
analytics: {reporting_enabled: false}
`,
  "prometheus/prometheus.yml": `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: dev_os_metrics
    static_configs:
      - targets: ["localhost:9090"]
        labels: {environment: dev}
`,
  // Not of the teams: a dashboard that comes from a file, which a Grafana without the file would delete.
  "grafana/dashboards/files.yml": `apiVersion: 1
providers: [{name: files, options: {path: /etc/grafana/provisioning/files}}]
`,
  "grafana/files/from-a-file.json": `{"uid": "from-a-file", "title": "From a file", "panels": [], "schemaVersion": 37}`,
  "tempo/tempo.yaml": `server: {http_listen_port: 3100, grpc_listen_port: 9095}
distributor:
  receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: {endpoint: "0.0.0.0:4318"}}}}
storage: {trace: {backend: local, local: {path: /var/tempo/traces}}}
usage_report: {reporting_enabled: false}
`,
};

export const logs = "/home/ubuntu/fittoring/logs/app.log";

/** Lines of the last two days, that the old server has from before; each further one comes from the file. */
export const before = 500;
export const history = `import json, time, urllib.request
now = time.time_ns() - 10**9
values = [[str(now - (${before} - i) * 86400 * 2 * 10**9 // ${before}), json.dumps({"event": "counted", "number": i})] for i in range(${before})]
body = json.dumps({"streams": [{"stream": {"job": "fittoring_logs", "filename": "${logs}"}, "values": values}]}).encode()
urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8080/loki/api/v1/push", body, {"Content-Type": "application/json"})).close()
`;

export const writer = `i=${before}
while [ ! -e /root/enough ]; do
  echo "{\\"event\\": \\"counted\\", \\"number\\": $i}" >>${logs}
  i=$((i + 1))
  sleep 0.2
done
`;
