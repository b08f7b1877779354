import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import type { StorageKind } from "../../components/server/storage";
import { eventually } from "./harness/command";
import { startProgram, type RunningProgram } from "./harness/one-program";
import { freePorts } from "./harness/processes";
import { azuriteAccount, ensureStoreServers, startServer, storeServers } from "./harness/store-servers";
import { awsAccount } from "./stand-ins/aws-account";
import { startCloudNetwork, type CloudNetwork } from "./stand-ins/cloud-network";

const region = "eu-central-1";
const bucket = "mon-telemetry";
const clientId = "11111111-2222-3333-4444-555555555555";

/** What the machine may do in the bucket: nothing else is needed. moto refuses the rest. */
const rights = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource: `arn:aws:s3:::${bucket}/*` },
  ],
};

const bindings = { bucket, region, account: azuriteAccount.name, container: bucket, clientid: clientId };

/** Stand-ins: moto with checked signatures and rights, Azurite with tokens over TLS, gcp-storage-emulator, which checks nobody. */
async function startStores(): Promise<{ network: CloudNetwork; stop(): Promise<void> }> {
  await ensureStoreServers();
  const [s3, azure, gcs] = await freePorts(3);
  const stops = [
    await startServer(storeServers.moto, ["-H", "127.0.0.1", "-p", `${s3}`], s3!, { INITIAL_NO_AUTH_ACTION_COUNT: "1000" }),
    await startServer(storeServers.gcs, ["start", "--host=127.0.0.1", `--port=${gcs}`, "--in-memory", `--default-bucket=${bucket}`], gcs!),
  ];
  const account = awsAccount(`http://127.0.0.1:${s3}`, region);
  await account.createBucket(bucket);
  const aws = await account.closeBehindRole(rights);
  const hosts = { [`s3.${region}.amazonaws.com`]: { port: s3! }, "blob.core.windows.net": { port: azure!, tls: true as const }, "storage.googleapis.com": { port: gcs! } };
  const network = await startCloudNetwork(hosts, { aws, azureClientId: clientId });
  stops.push(await startServer("node", [storeServers.azurite, "--blobHost", "127.0.0.1", "--blobPort", `${azure}`, "--oauth", "basic", "--cert", network.certificate, "--key", network.key, "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"], azure!));
  return {
    network,
    async stop() {
      for (const stop of stops) stop();
      await network.stop();
    },
  };
}

describe("Loki and Tempo in object storage", () => {
  let stores: Awaited<ReturnType<typeof startStores>>;
  let ports: Record<string, number>;
  before(async () => {
    stores = await startStores();
    const names = Object.keys(internalPorts);
    const free = await freePorts(names.length);
    ports = Object.fromEntries(names.map((name, i) => [name, free[i]!]));
  });
  after(() => stores.stop());

  for (const kind of ["s3", "azure-blob", "gcs"] as const) {
    it(`${kind}: what was written is read by a server with an empty disk, without a key in any file`, async () => {
      const spec: ServerSpec = { storage: { kind }, internalPorts: ports };
      const since = Date.now();
      await onEmptyDisk(spec, async () => {
        await pushLines(ports.loki!, 200, since);
        const ids = await pushTraces(ports.tempoOtlpHttp!, 20);
        console.log(ids[0]);
        await flush(ports, stores.network, kind);
      });
      console.log(kind, "written", Date.now() - since);
      await onEmptyDisk(spec, async () => {
        await eventually("all lines are there", async () => (await countedLines(ports.loki!, since)) === 200, { seconds: 30 });
        console.log(kind, "lines", Date.now() - since);
      });
      console.log(stores.network.seen.filter(x => /PUT|POST/.test(x)).slice(0, 30));
    });
  }

  async function onEmptyDisk(spec: ServerSpec, use: () => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-object-storage-"));
    const running: RunningProgram[] = [];
    try {
      running.push(...(await Promise.all((["loki", "tempo"] as const).map(name => startProgram(name, { folder, spec, bindings, env: stores.network.env })))));
      await use();
    } finally {
      await Promise.all(running.map(program => program.stop()));
      if (process.env.KEEP) console.log(folder); else
      rmSync(folder, { recursive: true, force: true });
    }
  }
});

async function pushLines(port: number, count: number, at: number): Promise<void> {
  const values = Array.from({ length: count }, (_, i) => [`${at + i}000000`, `line ${i}`]);
  const answer = await fetch(`http://127.0.0.1:${port}/loki/api/v1/push`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ streams: [{ stream: { service_name: "orders", environment: "dev" }, values }] }) });
  assert.equal(answer.status, 204, await answer.text());
}

async function countedLines(port: number, since: number): Promise<number> {
  const query = new URLSearchParams({ query: '{service_name="orders"}', start: `${since}000000`, end: `${Date.now() + 60_000}000000`, limit: "5000" });
  const answer = await fetch(`http://127.0.0.1:${port}/loki/api/v1/query_range?${query.toString()}`, { signal: AbortSignal.timeout(10_000) });
  const { data } = (await answer.json()) as { data: { result: { values: unknown[] }[] } };
  return data.result.reduce((sum, { values }) => sum + values.length, 0);
}

async function pushTraces(port: number, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `${Date.now().toString(16)}${i.toString(16).padStart(4, "0")}`.padStart(32, "a"));
  const now = Date.now();
  const spans = ids.map(traceId => ({ traceId, spanId: traceId.slice(16), name: "GET /", kind: 2, startTimeUnixNano: `${now - 100}000000`, endTimeUnixNano: `${now}000000` }));
  const body = { resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] }, scopeSpans: [{ spans }] }] };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.text());
  return ids;
}

async function flush(ports: Record<string, number>, network: CloudNetwork, kind: StorageKind): Promise<void> {
  for (const port of [ports.loki, ports.tempo]) console.log(kind, (await fetch(`http://127.0.0.1:${port}/flush`, { method: "POST" })).status);
  await eventually("Tempo has written a block", async () => network.seen.some(request => /^(PUT|POST) .*tempo\/single-tenant\/.*meta\.json/.test(request)), { seconds: 60 });
}
