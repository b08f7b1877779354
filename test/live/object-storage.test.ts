import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import type { StorageKind } from "../../components/server/storage";
import { eventually } from "./harness/command";
import { startProgram, type RunningProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { azuriteAccount, ensureStoreServers, startServer, storeServers } from "./harness/store-servers";
import { awsAccount } from "./stand-ins/aws-account";
import { startCloudNetwork, unsignedToken, type CloudNetwork } from "./stand-ins/cloud-network";

const region = "eu-central-1";
const clientId = "11111111-2222-3333-4444-555555555555";
const day = 86_400_000;

/** What the machine may do in its bucket, and nothing more: moto refuses the rest. */
const rights = (bucket: string) => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource: `arn:aws:s3:::${bucket}/*` },
  ],
});

/** Tempo asks Google for three parts of the list of blocks; the stand-in gives the whole list for each, which Tempo takes for an error. */
const oneListing = (text: string) => text.replace(/^ +prefix: tempo$/m, "$&\n      list_blocks_concurrency: 1");

const both = ["loki", "tempo"] as const;
const bucket = "mon-telemetry";
const bindings = { bucket, region, account: azuriteAccount.name, container: bucket, clientid: clientId };

/** Stand-ins: moto with checked signatures and rights, Azurite with tokens over TLS, gcp-storage-emulator, which checks nobody. */
async function startStores(): Promise<CloudNetwork> {
  await ensureStoreServers();
  const [s3, azure, gcs] = await freePorts(3);
  const stops = await Promise.all([
    startServer(storeServers.moto, ["-H", "127.0.0.1", "-p", `${s3}`], s3!, { INITIAL_NO_AUTH_ACTION_COUNT: "1000" }),
    startServer(storeServers.gcs, ["start", "--host=127.0.0.1", `--port=${gcs}`, "--in-memory", `--default-bucket=${bucket}`], gcs!),
  ]);
  const account = awsAccount(`http://127.0.0.1:${s3}`, region);
  await account.createBucket(bucket);
  const aws = await account.closeBehindRole(rights(bucket));
  const hosts = { [`s3.${region}.amazonaws.com`]: { port: s3! }, "blob.core.windows.net": { port: azure!, tls: true as const }, "storage.googleapis.com": { port: gcs! } };
  const network = await startCloudNetwork(hosts, { aws, azureClientId: clientId });
  stops.push(await startServer("node", [storeServers.azurite, "--blobHost", "127.0.0.1", "--blobPort", `${azure}`, "--oauth", "basic", "--cert", network.certificate, "--key", network.key, "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"], azure!));
  await createContainer(azure!);
  return { ...network, stop: async () => (stops.forEach(stop => stop()), network.stop()) };
}

function createContainer(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${azuriteAccount.name}.blob.core.windows.net`, "x-ms-version": "2021-12-02", authorization: `Bearer ${unsignedToken("https://storage.azure.com")}` };
    const asked = request({ host: "127.0.0.1", port, method: "PUT", path: `/${bucket}?restype=container`, headers, rejectUnauthorized: false }, answer => (answer.statusCode === 201 ? resolve() : reject(new Error(`${answer.statusCode}`))));
    asked.on("error", reject).end();
  });
}

describe("Loki and Tempo in object storage", { concurrency: true }, () => {
  let network: CloudNetwork;
  before(async () => void (network = await startStores()));
  after(() => network.stop());

  for (const kind of ["s3", "azure-blob", "gcs"] as const) {
    it(`${kind}: what was written is read by a server with an empty disk, and no file has a key`, async () => {
      const spec: ServerSpec = { storage: { kind }, internalPorts: await ports() };
      const started = Date.now();
      const traces = await on(emptyFolder(), spec, async () => {
        await pushLines(spec, "orders", 200, started);
        const ids = await pushTraces(spec, 3);
        await flush(spec);
        await eventually("Tempo has written a block", async () => wrote(kind, /tempo\/single-tenant\/[^/]+\/meta\.json/), { seconds: 60 });
        return ids;
      });
      assert.ok(wrote(kind, /loki\/index\/loki_index_\d+\/.*\.tsdb\.gz/), "Loki's index is not in the bucket");
      await on(emptyFolder(), spec, async () => {
        await eventually("all lines are there", async () => (await countedLines(spec, "orders", started)) === 200, { seconds: 30 });
        for (const id of traces) await eventually(`trace ${id} is there`, () => hasTrace(spec, id), { seconds: 30 });
      }, both, kind === "gcs" ? oneListing : undefined);
    });
  }

  it("s3: lines older than the retention are deleted from the bucket", async () => {
    const spec: ServerSpec = { storage: { kind: "s3" }, retention: { logs: "24h" }, internalPorts: await ports() };
    const now = Date.now();
    const folder = emptyFolder();
    await on(folder, spec, async () => {
      await pushLines(spec, "old", 50, now - 3 * day);
      await pushLines(spec, "young", 50, now);
      await flush(spec);
    }, ["loki"]);
    const chunks = () => network.seen.filter(asked => /^DELETE .*\/loki\/fake\//.test(asked)).length;
    assert.equal(chunks(), 0);
    // Loki's own pace is every ten minutes and two hours after the mark.
    const inAHurry = (text: string) => text.replace(/^ {2}retention_enabled: true$/m, "$&\n  compaction_interval: 2s\n  retention_delete_delay: 1s");
    await on(folder, spec, async () => {
      await eventually("chunks are deleted from the bucket", async () => chunks() > 0, { seconds: 90 });
      assert.equal(await countedLines(spec, "young", now), 50);
    }, ["loki"], inAHurry);
  });

  it("a server that changes from its disk to a bucket keeps on the disk what was there, and shows it again when it changes back", async () => {
    const inner = await ports();
    const spec = (kind: StorageKind): ServerSpec => ({ storage: { kind }, internalPorts: inner });
    const now = Date.now();
    const disk = emptyFolder();
    // Loki would take over what is in its log of the last minutes; that time has passed here.
    const later = () => rmSync(join(disk, "data/loki/wal"), { recursive: true });
    await on(disk, spec("disk"), async () => {
      await pushLines(spec("disk"), "moving", 30, now);
      await flush(spec("disk"));
    }, ["loki"]);
    later();
    await on(disk, spec("disk"), () => pushLines(spec("disk"), "unfinished", 10, now), ["loki"]);
    await on(disk, spec("s3"), async () => {
      await pushLines(spec("s3"), "moving", 7, now + 1000);
      await eventually("what the disk had not finished is taken over", async () => (await countedLines(spec("s3"), "unfinished", now)) === 10, { seconds: 30 });
      assert.equal(await countedLines(spec("s3"), "moving", now), 7);
      await flush(spec("s3"));
    }, ["loki"]);
    later();
    await on(disk, spec("disk"), async () => {
      await eventually("the lines of the disk are back", async () => (await countedLines(spec("disk"), "moving", now)) === 30, { seconds: 30 });
    }, ["loki"]);
  });

  const wrote = (kind: StorageKind, path: RegExp) => network.seen.some(asked => asked.includes({ s3: ".amazonaws.com/", "azure-blob": ".blob.core.windows.net/", gcs: "storage.googleapis.com/", disk: "-" }[kind]) && /^(PUT|POST) /.test(asked) && path.test(asked));

  async function on<T>(folder: string, spec: ServerSpec, use: () => Promise<T>, names: readonly ("loki" | "tempo")[] = both, change?: (text: string) => string): Promise<T> {
    // In Prometheus' place: without it Loki takes a minute to end, for the sake of what it has recorded.
    const prometheus = createServer((_, response) => void response.writeHead(204).end()).listen(spec.internalPorts!.prometheus, "127.0.0.1");
    const started = await Promise.allSettled(names.map(name => startProgram(name, { folder, spec, bindings, env: network.env, ...(change && { change }) })));
    const running = started.flatMap(each => (each.status === "fulfilled" ? [each.value] : []));
    try {
      for (const each of started) if (each.status === "rejected") throw each.reason;
      return await use();
    } finally {
      await Promise.all(running.map((program: RunningProgram) => program.stop()));
      prometheus.close();
      prometheus.closeAllConnections();
    }
  }
});

const folders: string[] = [];
after(() => folders.forEach(folder => rmSync(folder, { recursive: true, force: true })));
function emptyFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "lgtm-object-storage-")));
  return folders.at(-1)!;
}

async function ports(): Promise<ServerSpec["internalPorts"]> {
  const names = Object.keys(internalPorts);
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, i) => [name, free[i]!]));
}

const loki = (spec: ServerSpec, path: string) => `http://127.0.0.1:${spec.internalPorts!.loki}${path}`;
const tempo = (spec: ServerSpec, path: string) => `http://127.0.0.1:${spec.internalPorts!.tempo}${path}`;

async function pushLines(spec: ServerSpec, service_name: string, count: number, at: number): Promise<void> {
  const values = Array.from({ length: count }, (_, i) => [`${at + i}000000`, `line ${i}`]);
  const answer = await fetch(loki(spec, "/loki/api/v1/push"), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ streams: [{ stream: { service_name, environment: "dev" }, values }] }) });
  assert.equal(answer.status, 204, await answer.text());
}

async function countedLines(spec: ServerSpec, service: string, since: number): Promise<number> {
  const query = new URLSearchParams({ query: `{service_name="${service}"}`, start: `${since}000000`, end: `${Date.now() + 60_000}000000`, limit: "5000" });
  const answer = await fetch(loki(spec, `/loki/api/v1/query_range?${query.toString()}`), { signal: AbortSignal.timeout(10_000) });
  const { data } = (await answer.json()) as { data: { result: { values: unknown[] }[] } };
  return data.result.reduce((sum, { values }) => sum + values.length, 0);
}

async function pushTraces(spec: ServerSpec, count: number): Promise<string[]> {
  const now = Date.now();
  const ids = Array.from({ length: count }, (_, i) => `${now.toString(16)}${i.toString(16).padStart(4, "0")}`.padStart(32, "a"));
  const spans = ids.map(traceId => ({ traceId, spanId: traceId.slice(16), name: "GET /", kind: 2, startTimeUnixNano: `${now - 100}000000`, endTimeUnixNano: `${now}000000` }));
  const body = { resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] }, scopeSpans: [{ spans }] }] };
  const answer = await fetch(`http://127.0.0.1:${spec.internalPorts!.tempoOtlpHttp}/v1/traces`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.text());
  return ids;
}

async function hasTrace(spec: ServerSpec, id: string): Promise<boolean> {
  return (await fetch(tempo(spec, `/api/traces/${id}`), { signal: AbortSignal.timeout(10_000) })).status === 200;
}

/** Asks both to write now what they would keep for later. Tempo 3 writes every half minute and takes no such request. */
async function flush(spec: ServerSpec): Promise<void> {
  for (const url of [loki(spec, "/flush"), tempo(spec, "/flush")]) await fetch(url, { method: "POST" }).catch(() => undefined);
}
