/** Promtail's file as the teams have it, to the comments: it sends to this address. */
export const seedPromtail = (url: string) => `server:
  http_listen_port: 9080
  grpc_listen_port: 0

positions:
  filename: /var/lib/promtail/positions.yaml # Promtail이 로그 파일을 어디까지 읽었는지 오프셋을 기록해두는 곳

clients:
  - url: ${url} # Loki 서버 주소

scrape_configs:
- job_name: system
  static_configs:
  - targets:
      - localhost
    labels:
      job: fittoring_logs
      __path__: /home/ubuntu/fittoring/logs/*.log # 로그 파일 경로
  pipeline_stages:
    - multiline:
        firstline: '^\\s*\\{\\s*$|^\\s*\\{\\s*"event"|^No mapping for '
`;

/** Its unit as the teams have it; `more` are further lines of the service. */
export const seedPromtailUnit = (more = "") => `[Unit]
Description=Promtail service
After=network.target

[Service]
Type=simple
${more}ExecStart=/usr/local/bin/promtail -config.file=/etc/promtail/config.yaml
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
