import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { eventually, tryRun, type Ran } from "./harness/command";
import { suite } from "./harness/requirements";
import { startServer, type Server } from "./harness/server";
import { ensureImages } from "./harness/service-images";
import { addUser, ask, scene, started, type Scene } from "./ssh-scene";

/** A server with a Compose stack as the teams have it, and a monitoring server. Grafana's program cannot be had here: its part is in test/tools/move-in-grafana.test.ts. */
interface Two {
  old: Server;
  mon: Scene;
  /** The command, as a person calls it. */
  moveIn(...args: string[]): Promise<Ran>;
  /** Numbers of the lines that a Loki has, sorted. */
  oldLines(): Promise<number[]>;
  newLines(): Promise<number[]>;
  /** Asks the new server's gateway. */
  read(path: string): Promise<unknown>;
}

let two: Two | undefined;
let folder: string | undefined;
const step = suite(async () => (two = await start()));
after(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await Promise.all([two?.old.stop(), two?.mon.end()]);
});

/** As in the teams' file: Loki without a volume, Prometheus with one that it never mounts, Tempo with one; the ports of the old security group. */
function composeFile(images: Record<"loki" | "prometheus" | "tempo", string>): string {
  // The images of the tests have no entry point and no volume of their own, as the official ones do.
  return `services:
  loki:
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
  prometheus:
  tempo-data:
`;
}

const configs = {
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
  "tempo/tempo.yaml": `server: {http_listen_port: 3100, grpc_listen_port: 9095}
distributor:
  receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: {endpoint: "0.0.0.0:4318"}}}}
storage: {trace: {backend: local, local: {path: /var/tempo/traces}}}
usage_report: {reporting_enabled: false}
`,
};

/** Stands in for a Promtail: lines that keep coming, each sent again until it is taken. The first 500 are of the last two days. */
const sender = `import json, time, urllib.request
number = 0
def send(count, at):
    global number
    values = [[str(at - (count - i) * 86400 * 2 * 10**9 // 500 if count > 1 else at), "line %d" % (number + i)] for i in range(count)]
    body = json.dumps({"streams": [{"stream": {"job": "fittoring_logs", "filename": "/home/ubuntu/fittoring/logs/a.log"}, "values": values}]}).encode()
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8080/loki/api/v1/push", body, {"Content-Type": "application/json"}), timeout=5).close()
            break
        except Exception:
            time.sleep(0.2)
    number += count
send(500, time.time_ns() - 10**9)
while True:
    send(1, time.time_ns())
    time.sleep(0.1)
`;

async function start(): Promise<Two> {
  const images = await ensureImages();
  const image = (name: string) => images.find(each => each.includes(`/${name}:`))!;
  const [old, mon] = await Promise.all([startServer({ name: "old-stack", image: "server", images }), scene("moved", "server")]);
  await addUser(old, "ubuntu", "ubuntu ALL=(ALL) NOPASSWD: ALL\n");
  for (const [path, text] of Object.entries({ ...configs, "docker-compose.yml": composeFile({ loki: image("loki"), prometheus: image("prometheus"), tempo: image("tempo") }) })) await old.copyIn(`/home/ubuntu/grafana/${path}`, text);
  await old.exec("cd /home/ubuntu/grafana && chmod -R a+rX . && docker compose up -d");
  await old.copyIn("/root/send.py", sender);
  const [up] = await Promise.all([mon.up(), oldIsFilled(old)]);
  void up;

  folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-move-in-"));
  const config = join(folder, "ssh-config");
  const host = async (name: string, server: Server, user: string) => `Host ${name}\n  HostName ${await server.ip()}\n  User ${user}\n  IdentityFile ${server.sshKey}\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n`;
  writeFileSync(config, (await host("old", old, "ubuntu")) + (await host("new", mon.server, "deploy")));
  const { tokens } = (await mon.stack.outputs()) as { tokens: { read: Record<string, string> } };
  const read = async (path: string) => JSON.parse((await ask(mon.server, `/read${path}`, { token: tokens.read["default"] })).text) as unknown;
  const query = `/loki/api/v1/query_range?query=${encodeURIComponent('{job="fittoring_logs"}')}&limit=5000&since=72h`;
  const numbers = (answer: unknown) => (answer as { data: { result: { values: [string, string][] }[] } }).data.result.flatMap(({ values }) => values.map(([, line]) => Number(line.slice(5)))).sort((a, b) => a - b);
  return {
    old, mon, read,
    moveIn: (...args) => tryRun(process.execPath, [join(__dirname, "../../tools/move-in.js"), "--ssh-config", config, "--from", "old", ...args]),
    oldLines: async () => numbers(JSON.parse(await old.exec(`curl -fsS 'http://127.0.0.1:8080${query}'`))),
    newLines: async () => numbers(await read(`/loki${query}`)),
  };
}

const traceId = "5b8efff798038103d269b633813fc60c";

async function oldIsFilled(old: Server): Promise<void> {
  await eventually("the old Loki takes lines", async () => (await old.tryExec("curl -fsS http://127.0.0.1:8080/ready")).code === 0, { seconds: 90 });
  await old.exec("systemd-run --quiet --unit=sender python3 /root/send.py");
  const at = Math.floor(Date.now() / 1000);
  const span = { traceId, spanId: "eee19b7ec3c1b174", name: "GET /orders", kind: 2, startTimeUnixNano: `${at}000000000`, endTimeUnixNano: `${at}500000000` };
  const spans = { resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] }, scopeSpans: [{ spans: [span] }] }] };
  await eventually("the old Tempo takes a span", async () => (await old.tryExec(`curl -fsS -H 'Content-Type: application/json' http://127.0.0.1:4318/v1/traces -d '${JSON.stringify(spans)}'`)).code === 0, { seconds: 90 });
}

const containers = async (old: Server) => (await old.exec("docker ps --format '{{.Names}} {{.ID}}' | sort")).split("\n");
const whole = (numbers: number[]) => numbers.every((number, i) => number === i);

step("what is on the old server is said, with where it really is, and nothing is touched", async ({ old, moveIn }) => {
  const before = await old.exec("docker inspect --format '{{.State.StartedAt}}' $(docker ps -q)");
  const { code, stdout, stderr } = await moveIn();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /loki +grafana\/loki\S* in loki, \/tmp\/loki\/chunks, /);
  assert.match(stdout, /prometheus +\S+ in prometheus, \/prometheus, /);
  assert.match(stdout, /tempo +\S+ in tempo, \/var\/tempo\/traces, /);
  assert.match(stdout, /grafana +no container/);
  assert.equal(await old.exec("docker inspect --format '{{.State.StartedAt}}' $(docker ps -q)"), before);
});

let moved = 0;

step("logs, metrics and a trace are on the new server, under the names that old panels ask for", async ({ old, mon, moveIn, newLines, read }) => {
  const before = await containers(old);
  const others = await started(mon.server);
  const { code, stdout, stderr } = await moveIn("--to", "new", "--only", "loki,prometheus,tempo");
  console.log(stdout + stderr);
  assert.equal(code, 0, stderr);
  const lines = await newLines();
  moved = lines.length;
  assert.ok(lines.length > 500 && whole(lines), `${lines.length} lines, the last is ${lines.at(-1)}`);
  const { data } = (await read(`/prometheus/api/v1/query?query=${encodeURIComponent('count_over_time(up{job="dev_os_metrics", environment="dev", instance="localhost:9090"}[10m])')}`)) as { data: { result: { value: [number, string] }[] } };
  assert.ok(Number(data.result[0]?.value[1]) > 10, JSON.stringify(data));
  assert.match(JSON.stringify(await read(`/tempo/api/traces/${traceId}`)), /GET \/orders/);
  assert.deepEqual(await containers(old), before);
  const now = await started(mon.server);
  assert.deepEqual(Object.keys(others).filter(name => now[name] !== others[name]).sort(), ["lgtm-loki", "lgtm-prometheus", "lgtm-tempo"]);
  assert.equal((await mon.server.tryExec("ls -d /var/lib/pulumi-lgtm/data/moving-in /tmp/lgtm-move-in; docker ps -aq --filter name=moving-in")).stdout, "");
});

step("the old server goes on, with every line once", async ({ old, oldLines }) => {
  await eventually("lines go on", async () => (await oldLines()).length > moved + 20, { seconds: 60 });
  await old.exec("systemctl stop sender");
  assert.ok(whole(await oldLines()));
});

step("a second time adds what came since, and nothing twice", async ({ moveIn, oldLines, newLines }) => {
  const { code, stderr } = await moveIn("--to", "new", "--only", "loki,tempo");
  assert.equal(code, 0, stderr);
  const [old, now] = [await oldLines(), await newLines()];
  assert.deepEqual([now.length, whole(now)], [old.length, true]);
});

step("what cannot be carried over is said before anything is stopped", async ({ old, moveIn }) => {
  await old.exec("sed -i 's/auth_enabled: false/auth_enabled: true/' /home/ubuntu/grafana/loki/loki-config.yaml && docker restart loki");
  await eventually("the old Loki is back", async () => (await old.tryExec("curl -fsS http://127.0.0.1:8080/ready")).code === 0, { seconds: 90 });
  const { code, stdout } = await moveIn("--to", "new", "--only", "loki");
  assert.equal(code, 1);
  assert.match(stdout, /loki +NOT carried over: it has several tenants/);
});
