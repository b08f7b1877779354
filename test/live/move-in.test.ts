import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { AgentSpec } from "../../components/agent/spec";
import { findCached, programsDir } from "../../components/local/programs/cache";
import { programs } from "../../components/local/programs/table";
import type { ServerContract } from "../../components/server/contract";
import { seedPromtail, seedPromtailUnit } from "../seed-promtail";
import { base, connectionTo, givePrograms } from "./agent-scene";
import { engineStack, type EngineStack } from "./engine-stack";
import { eventually, tryRun, type Ran } from "./harness/command";
import { docker } from "./harness/engine";
import { suite } from "./harness/requirements";
import { startServer, type Server } from "./harness/server";
import { ensureImages } from "./harness/service-images";
import { oldImages } from "./move-in-images";
import { before, composeFile, configs, history, logs, writer } from "./old-stack";
import { addUser, ask, scene, started, type Scene } from "./ssh-scene";

/**
 * The whole move of a team: a server with their Compose stack, an application server whose Promtail sends to it, and a monitoring
 * server. Grafana is among them where one is in the cache; the pages' promises about its database are tested without one in
 * test/tools/move-in-grafana.test.ts.
 */
interface Move {
  old: Server;
  app: Server;
  mon: Scene;
  /** The agent beside, or in place of, the Promtail. */
  agent(takeOver: boolean): ReturnType<EngineStack["up"]>;
  /** The command, as a person calls it. */
  moveIn(...args: string[]): Promise<Ran>;
  /** What `ssh` needs to reach both, as the command is given it. */
  sshConfig: string;
  /** Numbers of the lines that a Loki has, sorted: of the old one, of the new one without those of the trial, and those of the trial. */
  oldLines(): Promise<number[]>;
  newLines(): Promise<number[]>;
  trialLines(): Promise<number[]>;
  /** Asks the new server's gateway, and the old one's programs by their port. */
  read(path: string): Promise<unknown>;
  readOld(port: number, path: string): Promise<unknown>;
  hasGrafana: boolean;
}

let move: Move | undefined;
let stack: EngineStack | undefined;
let folder: string | undefined;
const step = suite(async () => (move = await start()));
after(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  stack?.remove();
  await Promise.all([move?.old.stop(), move?.app.stop(), move?.mon.end()]);
});

async function start(): Promise<Move> {
  const images = await ensureImages();
  const image = (name: string) => images.find(each => each.includes(`/${name}:`))!;
  const ofOld = await oldImages();
  const all = [...new Set([...images, ...Object.values(ofOld)])];
  const [old, app, mon] = await Promise.all([startServer({ name: "old-stack", image: "server", images: all }), startServer({ name: "dev-1", image: "bare" }), scene("moved", "server", { images: all })]);
  await addUser(old, "ubuntu", "ubuntu ALL=(ALL) NOPASSWD: ALL\n");
  for (const [path, text] of Object.entries({ ...configs, "docker-compose.yml": composeFile({ ...ofOld, prometheus: image("prometheus"), tempo: image("tempo") }) })) await old.copyIn(`/home/ubuntu/grafana/${path}`, text);
  await old.exec("cd /home/ubuntu/grafana && chmod -R a+rX . && docker compose up -d");
  const hasGrafana = ofOld.grafana !== undefined;
  await Promise.all([mon.up(hasGrafana ? { leaveOut: [] } : {}), givePrograms(app)]);
  await oldIsFilled(old, hasGrafana);
  const config = await startPromtail(app, await old.ip());

  folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-move-in-"));
  const sshConfig = join(folder, "ssh-config");
  const host = async (name: string, server: Server, user: string) => `Host ${name}\n  HostName ${await server.ip()}\n  User ${user}\n  IdentityFile ${server.sshKey}\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n`;
  writeFileSync(sshConfig, (await host("old", old, "ubuntu")) + (await host("new", mon.server, "deploy")));
  const { contract, tokens } = (await mon.stack.outputs()) as { contract: ServerContract; tokens: Record<"push" | "read", Record<string, string>> };
  stack = await engineStack("dev-1", join(__dirname, "agent-program.js"), { plugins: ["command", "random"] });
  const connection = await connectionTo(app);
  const read = async (path: string) => JSON.parse((await ask(mon.server, `/read${path}`, { token: tokens.read["default"] })).text) as unknown;
  const readOld = async (port: number, path: string) => JSON.parse(await old.exec(`curl -fsS 'http://127.0.0.1:${port}${path}'`)) as unknown;
  const lines = (selector: string) => `/loki/api/v1/query_range?query=${encodeURIComponent(selector)}&limit=5000&since=72h`;
  return {
    old, app, mon, read, readOld, sshConfig, hasGrafana,
    agent: takeOver => {
      const spec: AgentSpec = { ...base, environment: "dev", service: "fittoring", nodeJob: "dev_os_metrics", promtail: { config, takeOver } };
      return stack!.up({ connection, server: contract, token: tokens.push["default"], ...spec });
    },
    moveIn: (...args) => tryRun(process.execPath, [command, "--ssh-config", sshConfig, "--from", "old", ...args]),
    oldLines: async () => numbers(await readOld(8080, lines('{job="fittoring_logs"}'))),
    newLines: async () => numbers(await read(`/loki${lines('{job="fittoring_logs", agent=""}')}`)),
    trialLines: async () => numbers(await read(`/loki${lines('{job="fittoring_logs", agent="trial"}')}`)),
  };
}

const command = join(__dirname, "../../tools/move-in.js");
const numbers = (answer: unknown) => (answer as { data: { result: { values: [string, string][] }[] } }).data.result.flatMap(({ values }) => values.map(([, line]) => (JSON.parse(line) as { number: number }).number)).sort((a, b) => a - b);
const traceIds = ["5b8efff798038103d269b633813fc60c", "5b8efff798038103d269b633813fc60d"] as const;

async function oldIsFilled(old: Server, hasGrafana: boolean): Promise<void> {
  await eventually("the old Loki takes lines", async () => (await old.tryExec("curl -fsS http://127.0.0.1:8080/ready")).code === 0, { seconds: 90 });
  await old.copyIn("/root/history.py", history);
  await old.exec("python3 /root/history.py");
  await sendTrace(old, traceIds[0]);
  if (!hasGrafana) return;
  await eventually("the old Grafana answers", async () => (await grafanaOf(old, 80, team, "/api/health")).database === "ok", { seconds: 90 });
  const datasource = async (type: string, url: string) => ((await grafanaOf(old, 80, team, "/api/datasources", { name: type, type, access: "proxy", url })).datasource as { uid: string }).uid;
  const [loki, prometheus] = [await datasource("loki", "http://loki:3100"), await datasource("prometheus", "http://prometheus:9090"), await datasource("tempo", "http://tempo:3100")];
  const panel = (title: string, type: string, uid: string, expr: string) => ({ title, type: "timeseries", datasource: { type, uid }, targets: [{ refId: "A", datasource: { type, uid }, expr }] });
  const panels = [panel("Lines", "loki", loki, 'sum(count_over_time({job="fittoring_logs"}[72h]))'), panel("Up", "prometheus", prometheus, 'count_over_time(up{job="dev_os_metrics", environment="dev", instance="localhost:9090"}[1h])')];
  await grafanaOf(old, 80, team, "/api/dashboards/db", { dashboard: { uid: "fittoring", title: "핏토링", panels } });
  await grafanaOf(old, 80, team, "/api/admin/users", { login: "kim", email: "kim@example.com", password: "of kim" });
}

async function sendTrace(old: Server, traceId: string): Promise<void> {
  const at = Math.floor(Date.now() / 1000);
  const span = { traceId, spanId: "eee19b7ec3c1b174", name: "GET /orders", kind: 2, startTimeUnixNano: `${at}000000000`, endTimeUnixNano: `${at}500000000` };
  const spans = { resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] }, scopeSpans: [{ spans: [span] }] }] };
  await eventually("the old Tempo takes a span", async () => (await old.tryExec(`curl -fsS -H 'Content-Type: application/json' http://127.0.0.1:4318/v1/traces -d '${JSON.stringify(spans)}'`)).code === 0, { seconds: 90 });
}

/** Lines keep coming from here on, until /root/enough is there. Returns Promtail's file. */
async function startPromtail(app: Server, server: string): Promise<string> {
  const promtail = findCached(programs.promtail, programsDir());
  if (!promtail) throw new Error(`promtail is not in ${programsDir()}: node dist/tools/build-programs/main.js --only promtail`);
  await docker(["cp", promtail.paths.promtail!, `${app.name}:/usr/local/bin/promtail`]);
  const config = seedPromtail(`http://${server}:8080/loki/api/v1/push`);
  await app.copyIn("/etc/promtail/config.yaml", config);
  await app.copyIn("/etc/systemd/system/promtail.service", seedPromtailUnit());
  await app.copyIn("/root/write.sh", writer);
  await app.exec(`useradd --create-home ubuntu && mkdir -p /var/lib/promtail $(dirname ${logs}) && touch ${logs} && systemd-run --unit=writer sh /root/write.sh && systemctl daemon-reload && systemctl enable --now promtail`);
  await eventually("Promtail has written its positions", async () => /app\.log: "[1-9]/.test(await app.exec("cat /var/lib/promtail/positions.yaml")), { seconds: 60 });
  return config;
}

const team = "fittoring:of the team";

/** Asks a Grafana on its server. */
async function grafanaOf(server: Server, port: number, user: string, path: string, body?: object): Promise<Record<string, unknown>> {
  return JSON.parse(await server.exec(`curl -sS -u '${user}' ${body ? "-H 'Content-Type: application/json' -d @- " : ""}'http://127.0.0.1:${port}${path}'`, { input: body && JSON.stringify(body) })) as Record<string, unknown>;
}

const containers = async (server: Server) => (await server.exec("docker ps --format '{{.Names}} {{.ID}}' | sort")).split("\n");
const startedAt = (server: Server) => server.exec("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q) | sort");
const whole = (lines: number[]) => lines.every((number, i) => number === i);
const parts = (hasGrafana: boolean) => ["loki", "prometheus", "tempo", ...(hasGrafana ? ["grafana"] : [])];

step("what is on the old server is said, with where it really is, and nothing is touched", async ({ old, moveIn, hasGrafana }) => {
  const at = await startedAt(old);
  const { code, stdout, stderr } = await moveIn();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /loki +grafana\/loki\S* in loki, \/tmp\/loki\/chunks, /);
  assert.match(stdout, /prometheus +\S+ in prometheus, \/prometheus, /);
  assert.match(stdout, /tempo +\S+ in tempo, \/var\/tempo\/traces, /);
  assert.match(stdout, hasGrafana ? /grafana +\S+ in grafana, \/var\/lib\/grafana\/grafana\.db, / : /grafana +no container/);
  assert.equal(await startedAt(old), at);
});

step("the agent is put on beside Promtail, and its lines are told apart", async ({ agent, app, trialLines, newLines }) => {
  await agent(false);
  await eventually("both send", async () => (await trialLines()).length > 20, { seconds: 90 });
  assert.deepEqual(await newLines(), []);
  assert.equal(await app.exec("systemctl is-active promtail"), "active");
});

step("a connection that breaks leaves both servers as they were", async ({ old, mon, sshConfig, oldLines }) => {
  const [was, now] = [await containers(old), await startedAt(mon.server)];
  const child = spawn(process.execPath, [command, "--ssh-config", sshConfig, "--from", "old", "--to", "new", "--only", "loki"], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  await new Promise<void>(resolve => child.stderr.on("data", (text: Buffer) => text.includes("loki: stopping it for the copy") && resolve()));
  process.kill(-child.pid!, "SIGKILL");
  await eventually("the program on the old server has ended", async () => (await old.tryExec("pgrep -f '[l]gtm-move-in out'")).code === 1, { seconds: 240 });
  await eventually("the old Loki takes lines", async () => (await old.tryExec("curl -fsS http://127.0.0.1:8080/ready")).code === 0, { seconds: 90 });
  await eventually("the new server has let go", async () => (await mon.server.tryExec("ls -d /var/lib/pulumi-lgtm/data/moving-in")).code !== 0, { seconds: 60 });
  assert.deepEqual([await containers(old), await startedAt(mon.server)], [was, now]);
  const last = (await oldLines()).at(-1)!;
  await eventually("lines go on", async () => (await oldLines()).at(-1)! > last + 20, { seconds: 60 });
});

step("logs, metrics and a trace are on the new server, under the names that old panels ask for", async ({ old, mon, moveIn, newLines, read, hasGrafana }) => {
  const was = await containers(old);
  const others = await started(mon.server);
  const { code, stdout, stderr } = await moveIn("--to", "new");
  console.log(stdout + stderr);
  assert.equal(code, 0, stderr);
  const lines = await newLines();
  assert.ok(lines.length > before && whole(lines), `${lines.length} lines, the last is ${lines.at(-1)}`);
  const { data } = (await read(`/prometheus/api/v1/query?query=${encodeURIComponent('count_over_time(up{job="dev_os_metrics", environment="dev", instance="localhost:9090"}[10m])')}`)) as { data: { result: { value: [number, string] }[] } };
  assert.ok(Number(data.result[0]?.value[1]) > 10, JSON.stringify(data));
  assert.match(JSON.stringify(await read(`/tempo/api/traces/${traceIds[0]}`)), /GET \/orders/);
  assert.deepEqual(await containers(old), was);
  const now = await started(mon.server);
  assert.deepEqual(Object.keys(others).filter(name => now[name] !== others[name]).sort(), parts(hasGrafana).map(name => `lgtm-${name}`).sort());
  assert.equal((await mon.server.tryExec("ls -d /var/lib/pulumi-lgtm/data/moving-in /tmp/lgtm-move-in; docker ps -aq --filter name=moving-in")).stdout, "");
});

step("the old dashboards, users and datasources are in the new Grafana, and old panels show data", async ({ old, mon, hasGrafana }, context) => {
  if (!hasGrafana) return context.skip("no Grafana is in the cache");
  const of = (server: Server, path: string, body?: object) => grafanaOf(server, server === old ? 80 : 3000, team, path, body);
  const sources = async (server: Server) => ((await of(server, "/api/datasources")) as unknown as { id: number; uid: string; type: string; url: string }[]);
  for (const { id, uid, type, url } of await sources(old)) {
    const moved = (await sources(mon.server)).find(each => each.uid === uid);
    assert.deepEqual([moved?.id, moved?.type, moved?.url], [id, type, type === "tempo" ? url.replace("3100", "3200") : url]);
  }
  const dashboard = async (server: Server, uid: string) => (await of(server, `/api/dashboards/uid/${uid}`)).dashboard as { title: string; version: number; panels: { title: string; datasource: { uid: string }; targets: object[] }[] };
  for (const uid of ["fittoring", "from-a-file"]) assert.deepEqual(await dashboard(mon.server, uid), await dashboard(old, uid));
  const { panels } = await dashboard(mon.server, "fittoring");
  assert.equal(panels.length, 2);
  for (const { title, datasource, targets } of panels) {
    const answer = await of(mon.server, "/api/ds/query", { queries: targets.map(target => ({ ...target, datasource, instant: true, queryType: "instant", range: false })), from: "now-1h", to: "now" });
    assert.ok(Number((JSON.stringify(answer).match(/"values":\[\[\d+\],\[(\d+)\]\]/) ?? [])[1]) > 10, `${title}: ${JSON.stringify(answer)}`);
  }
  assert.equal((await grafanaOf(mon.server, 3000, "kim:of kim", "/api/user")).login, "kim");
  assert.match(await mon.server.exec("ls /var/lib/pulumi-lgtm/data/grafana-backups"), /before-moving-in/);
});

step("the old server goes on, with every line once", async ({ oldLines, newLines, old }) => {
  const moved = (await newLines()).length;
  await eventually("lines go on", async () => (await oldLines()).length > moved + 20, { seconds: 60 });
  assert.ok(whole(await oldLines()));
  await sendTrace(old, traceIds[1]);
});

step("the agent takes over from Promtail, and nobody sends to the old server any more", async ({ agent, app, newLines, oldLines }) => {
  await agent(true);
  assert.equal((await app.tryExec("systemctl is-active promtail")).stdout.trim(), "inactive");
  const last = (await oldLines()).at(-1)!;
  await eventually("the agent sends in earnest", async () => (await newLines()).at(-1)! > last + 20, { seconds: 90 });
  assert.equal((await oldLines()).at(-1), last);
});

step("a second time adds what came since; every line is there once, and no sample twice", async ({ app, moveIn, oldLines, newLines, trialLines, read, readOld }) => {
  const counted = `/api/v1/query?query=${encodeURIComponent('count_over_time(up{job="dev_os_metrics", instance="localhost:9090"}[15m])')}&time=${Math.floor(Date.now() / 1000) - 5}`;
  const count = (answer: unknown) => (answer as { data: { result: { value: [number, string] }[] } }).data.result[0]?.value[1];
  const samples = count(await readOld(9090, counted));
  const { code, stdout, stderr } = await moveIn("--to", "new", "--only", "loki,prometheus,tempo");
  assert.equal(code, 0, stdout + stderr);
  assert.equal(count(await read(`/prometheus${counted}`)), samples);
  for (const id of traceIds) assert.match(JSON.stringify(await read(`/tempo/api/traces/${id}`)), /GET \/orders/);

  await app.exec("touch /root/enough; while systemctl is-active -q writer; do sleep 0.1; done");
  const written = before + Number(await app.exec(`grep -c number ${logs}`));
  await eventually("the last line is there", async () => (await newLines()).at(-1) === written - 1, { seconds: 60 });
  const [old, now] = [await oldLines(), await newLines()];
  console.log(`${written} lines: ${old.length} by way of the old server, ${written - old.length} by the agent; ${(await trialLines()).length} beside them on trial; ${samples} samples of one series`);
  assert.deepEqual([now.length, whole(now)], [written, true]);
});

step("old panels show what was and what is", async ({ read }) => {
  const range = `/prometheus/api/v1/query?query=${encodeURIComponent('count_over_time(up{job="dev_os_metrics", environment="dev"}[1h])')}`;
  const { data } = (await read(range)) as { data: { result: { metric: Record<string, string> }[] } };
  assert.deepEqual(data.result.map(({ metric }) => metric.host ?? "of the old server").sort(), ["dev-1", "of the old server"]);
});

step("what cannot be carried over is said before anything is stopped", async ({ old, moveIn }) => {
  await old.exec("sed -i 's/auth_enabled: false/auth_enabled: true/' /home/ubuntu/grafana/loki/loki-config.yaml && docker restart loki");
  await eventually("the old Loki is back", async () => (await old.tryExec("curl -fsS http://127.0.0.1:8080/ready")).code === 0, { seconds: 90 });
  const { code, stdout } = await moveIn("--to", "new", "--only", "loki");
  assert.equal(code, 1);
  assert.match(stdout, /loki +NOT carried over: it has several tenants/);
});
