import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { findCached, programsDir } from "../../components/local/programs/cache";
import { programs } from "../../components/local/programs/table";
import { renderBundle } from "../../components/server/bundle";
import type { ServerSpec } from "../../components/server/spec";
import { eventually, run } from "./harness/command";
import { docker } from "./harness/engine";
import { suite } from "./harness/requirements";
import { ensureImages } from "./harness/service-images";

/** Away from the ports of a server that may run here. */
const ports = { loki: 23100, prometheus: 29090, alertmanager: 29093, tempo: 23200, tempoOtlpGrpc: 24317, tempoOtlpHttp: 24318, tempoZipkin: 29411, alloy: 22345, caddyMetrics: 22020 };
const spec: ServerSpec = { memory: 2048, leaveOut: ["grafana", "tempo", "alertmanager", "alloy"], internalPorts: ports };
const loki = `http://127.0.0.1:${ports.loki}`;
const prometheus = `http://127.0.0.1:${ports.prometheus}`;
const lines = 200_000;
const series = 40_000;

let takeDown = async (): Promise<void> => {};
after(() => takeDown());

/** Loki and Prometheus with the limits of a 2 GiB machine, started from the rendered Compose file, in a project of their own. */
const test = suite(async () => {
  await ensureImages();
  const root = mkdtempSync(join(tmpdir(), "lgtm-limits-"));
  for (const [path, text] of Object.entries(renderBundle(spec).files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    // A project and names of the test's own: another server may run on this engine.
    writeFileSync(file, text.replaceAll("@@root@@", root).replaceAll("@@secrets@@", join(root, "secrets")).replace(/^name: lgtm$/m, "name: lgtm-limits").replaceAll("container_name: lgtm-", "container_name: lgtm-limits-").replace("name: lgtm0", "name: lgtm-limits0"));
  }
  for (const service of ["loki", "prometheus"]) {
    mkdirSync(join(root, "data", service), { recursive: true });
    chmodSync(join(root, "data", service), 0o777);
  }
  await run("chmod", ["-R", "a+rX", root]);
  const compose = [findCached(programs.compose, programsDir())!.paths["docker-compose"]!, "-f", join(root, "compose/docker-compose.yml")];
  takeDown = async () => {
    await run(compose[0]!, [...compose.slice(1), "down", "-t", "2"]);
    rmSync(root, { recursive: true, force: true });
  };
  await run(compose[0]!, [...compose.slice(1), "up", "-d", "loki", "prometheus"]);
  await eventually("Loki is ready", () => isReady(`${loki}/ready`));
  await eventually("Prometheus is ready", () => isReady(`${prometheus}/-/ready`));
});

test("200,000 lines of 300 bytes, each with an id of its own, are all taken by a Loki with its share of a 2 GiB machine", async () => {
  const now = Date.now();
  for (let sent = 0; sent < lines; sent += 2000) {
    const values = Array.from({ length: 2000 }, (_, i) => [`${now - Math.round(((lines - sent - i) * 600_000) / lines)}000000`, JSON.stringify({ level: "info", traceId: `${sent + i}`.padStart(32, "0"), msg: "x".repeat(220) })]);
    const body = JSON.stringify({ streams: [{ stream: { service_name: `app-${(sent / 2000) % 4}`, environment: "dev", host: "h" }, values }] });
    // Faster than its rate limit: as an agent does, the test sends again what was put off.
    await eventually("Loki takes the lines", async () => (await fetch(`${loki}/loki/api/v1/push`, { method: "POST", headers: { "content-type": "application/json" }, body })).status === 204, { seconds: 60, every: 0.2 });
  }
  await eventually("all lines are counted", async () => (await countedLines()) === lines, { seconds: 60 });
});

test("a count by trace id is refused at once, and Loki lives", async () => {
  const before = await startOf("loki");
  const answer = await ask(`${loki}/loki/api/v1/query_range`, { query: 'sum by (traceId) (count_over_time({environment="dev"} | json [5m]))', step: "60" });
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.text, /blocked by policy/);
  assert.equal(await startOf("loki"), before);
});

test("a count by service over the same lines is answered", async () => {
  const before = await startOf("loki");
  const answer = await ask(`${loki}/loki/api/v1/query_range`, { query: 'sum by (service_name) (count_over_time({environment="dev"} | json [5m]))', step: "60" });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((JSON.parse(answer.text) as { data: { result: unknown[] } }).data.result.length, 4);
  assert.equal(await startOf("loki"), before);
});

test("a query that hides the id and takes all the memory costs no line: Loki is back by itself with every one", async () => {
  const others = await startOf("prometheus");
  await ask(`${loki}/loki/api/v1/query_range`, { query: 'sum by (x) (count_over_time({environment="dev"} | json | label_format x=traceId [10m]))', step: "60" }).catch(() => undefined);
  await eventually("Loki is ready", () => isReady(`${loki}/ready`), { seconds: 120 });
  // A question that came too early after the start may hang: each has ten seconds.
  await eventually("all lines are still there", async () => (await countedLines()) === lines, { seconds: 180 });
  assert.equal(await startOf("prometheus"), others, "nothing but Loki was touched");
});

test("queries over 40,000 series are refused by a Prometheus with its share of a 2 GiB machine, and it lives", async () => {
  await pushSeries();
  const before = await startOf("prometheus");
  const heavy = ['{__name__=~"load_.*"}', 'sum by (id) (rate({__name__=~"load_.*"}[1m]))', 'count by (id) ({__name__=~"load_.*"})'];
  const answers = await Promise.all([...heavy, ...heavy].map(query => ask(`${prometheus}/api/v1/query_range`, { query, step: "5" })));
  for (const answer of answers) assert.equal(answer.status, 422, answer.text.slice(0, 300));
  const light = await ask(`${prometheus}/api/v1/query_range`, { query: "count(load_1)", step: "15" });
  assert.equal(light.status, 200, light.text);
  assert.match(light.text, /"1000"/);
  assert.equal(await startOf("prometheus"), before);
});

/** 40 metrics of 1,000 series each, 15 s apart for four minutes, over OTLP. */
async function pushSeries(): Promise<void> {
  const now = Date.now();
  const rounds = 16;
  for (let metric = 0; metric < series / 1000; metric++) {
    const dataPoints = Array.from({ length: 1000 }, (_, id) => id).flatMap(id =>
      Array.from({ length: rounds }, (_, round) => ({ timeUnixNano: `${now - (rounds - round) * 15_000}000000`, asDouble: id + round, attributes: [{ key: "id", value: { stringValue: `${id}` } }] })),
    );
    const body = { resourceMetrics: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "load" } }] }, scopeMetrics: [{ metrics: [{ name: `load_${metric}`, gauge: { dataPoints } }] }] }] };
    const answer = await fetch(`${prometheus}/api/v1/otlp/v1/metrics`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.text());
  }
}

async function countedLines(): Promise<number> {
  const answer = await ask(`${loki}/loki/api/v1/query`, { query: 'sum(count_over_time({environment="dev"}[30m]))' }, 10);
  return Number((JSON.parse(answer.text) as { data?: { result?: { value: [number, string] }[] } }).data?.result?.[0]?.value[1]);
}

async function ask(url: string, parameters: Record<string, string>, seconds = 90): Promise<{ status: number; text: string }> {
  const end = Math.round(Date.now() / 1000);
  const range: Record<string, string> = url.endsWith("query_range") ? { start: `${end - 900}`, end: `${end}` } : {};
  const answer = await fetch(`${url}?${new URLSearchParams({ ...range, ...parameters }).toString()}`, { signal: AbortSignal.timeout(seconds * 1000) });
  return { status: answer.status, text: await answer.text() };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(answer => answer.ok, () => false);
}

function startOf(service: string): Promise<string> {
  return docker(["inspect", "-f", "{{.State.StartedAt}}", `lgtm-limits-${service}`]);
}
