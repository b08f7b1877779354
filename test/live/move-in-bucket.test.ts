import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import { eventually, run } from "./harness/command";
import { startProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { startS3, type S3 } from "./harness/s3";

/**
 * What a Loki and a Tempo had on their disk, put into the bucket of a server that keeps its data there. The programs are real; the
 * bucket is moto's, and the server's folder is laid out as the guest does.
 */
describe("moving in to a server with object storage", () => {
  const root = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-move-in-bucket-"));
  let s3: S3 | undefined;
  after(() => {
    s3?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const bindings = { bucket: "telemetry", region: "us-east-1" };

  it("lines and traces of the disk are read from the bucket", async context => {
    s3 = await startS3("telemetry");
    const names = Object.keys(internalPorts);
    const free = await freePorts(names.length);
    const inner = Object.fromEntries(names.map((name, i) => [name, free[i]!])) as Record<keyof typeof internalPorts, number>;
    const at = (port: keyof typeof internalPorts, path: string) => `http://127.0.0.1:${inner[port]}${path}`;
    const disk: ServerSpec = { internalPorts: inner, leaveOut: ["alertmanager"] };
    const inBucket: ServerSpec = { ...disk, storage: { kind: "s3", endpoint: s3.endpoint } };
    const [old, now] = [join(root, "old"), Date.now()];
    const traceId = "5b8efff798038103d269b633813fc60c";

    // In Prometheus' place: without it Loki takes a minute to end, for the sake of what it has recorded.
    const prometheus = createServer((_, response) => void response.writeHead(204).end()).listen(inner.prometheus, "127.0.0.1");
    context.after(() => void (prometheus.close(), prometheus.closeAllConnections()));
    const before = [await startProgram("loki", { folder: old, spec: disk, bindings }), await startProgram("tempo", { folder: old, spec: disk, bindings })];
    const values = Array.from({ length: 300 }, (_, i) => [`${now - (300 - i) * 500_000}000000`, `line ${i}`]);
    await post(at("loki", "/loki/api/v1/push"), { streams: [{ stream: { job: "fittoring_logs" }, values }] });
    const span = { traceId, spanId: "eee19b7ec3c1b174", name: "GET /orders", kind: 2, startTimeUnixNano: `${now}000000`, endTimeUnixNano: `${now + 5}000000` };
    await post(at("tempoOtlpHttp", "/v1/traces"), { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] });
    await fetch(at("loki", "/ingester/shutdown?flush=true&delete_ring_tokens=false&terminate=false"), { method: "POST" });
    await fetch(at("tempo", "/shutdown"), { method: "POST" });
    await eventually("Tempo has written its block", async () => readdirSync(join(old, "data/tempo/blocks/single-tenant")).length > 0, { seconds: 60, every: 0.5 });
    await Promise.all(before.map(program => program.stop()));

    const folder = join(root, "new");
    for (const part of ["loki", "tempo"] as const) {
      // Once, so that its configuration is there as the release has it.
      await (await startProgram(part, { folder, spec: inBucket, bindings, env })).stop();
      mkdirSync(join(root, part));
      renameSync(join(old, "data", part, part === "loki" ? "chunks" : "blocks"), join(root, part, "copied"));
      writeFileSync(join(root, "into.py"), into(folder, join(root, part), part));
      const said = await run("python3", ["-B", join(root, "into.py")], { env: { ...process.env, ...env } });
      console.log(said);
      assert.match(said, part === "loki" ? /logs: 1 chunks/ : /traces: 1 blocks, 1 traces/);
    }

    const programs = [await startProgram("loki", { folder, spec: inBucket, bindings, env }), await startProgram("tempo", { folder, spec: inBucket, bindings, env })];
    try {
      const query = new URLSearchParams({ query: '{job="fittoring_logs"}', since: "72h", limit: "5000" });
      await eventually("the lines are there", async () => {
        const { data } = (await (await fetch(at("loki", `/loki/api/v1/query_range?${query}`))).json()) as { data: { result: { values: unknown[] }[] } };
        return data.result.flatMap(({ values }) => values).length === 300;
      }, { seconds: 60 });
      await eventually("the trace is there", async () => (await (await fetch(at("tempo", `/api/traces/${traceId}`))).text()).includes("GET /orders"), { seconds: 60 });
    } finally {
      await Promise.all(programs.map(program => program.stop()));
    }
  });
});

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

/** Calls the program with a server that has no containers: it stands in for NewServer, whose own work test/live/move-in.test.ts shows. */
function into(folder: string, stage: string, part: string): string {
  const checkout = join(__dirname, "..", "..", "..");
  return `import sys
sys.path.insert(0, ${JSON.stringify(join(checkout, "tools", "move-in"))})
import ${part}
class Server:
    stage, data, program = ${JSON.stringify(stage)}, ${JSON.stringify(join(folder, "data", part))}, ${JSON.stringify(join(checkout, "components", "server", "guest", "apply"))}
    def config(self, name):
        return open(${JSON.stringify(join(folder, "config", part))} + "/" + name).read()
    def stopped(self, work):
        work()
for line in ${part}.into(Server(), {"prefixes": ["loki_index_"]}):
    print(line)
`;
}
