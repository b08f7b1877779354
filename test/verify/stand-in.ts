import { createServer as createPlain } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { ServerContract } from "../../components/server/contract";
import { publicPorts, type PublicPort } from "../../components/server/ports";
import type { Context } from "../../components/verify/context";
import { Client } from "../../components/verify/client";
import { identityOf, newMark, verifyService, type Mark } from "../../components/verify/mark";
import { grpcExport, pushPaths, readPaths } from "../../components/verify/paths";

/** Certificate and key of the stand-in alone; valid until 2126. */
export const standInCa = `-----BEGIN CERTIFICATE-----
MIIBxDCCAWmgAwIBAgIUGMkqrCM66oDdHsxVYgB3Uq+CF0QwCgYIKoZIzj0EAwIw
KDEmMCQGA1UEAwwdc3RhbmQtaW4gZ2F0ZXdheSBvZiB0aGUgdGVzdHMwIBcNMjYx
MTIyMTUzOTQ0WhgPMjEyNjEwMjkxNTM5NDRaMCgxJjAkBgNVBAMMHXN0YW5kLWlu
IGdhdGV3YXkgb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
PoTg6PN2XEXmacznBxobprz87A8nDVLKO8wePCvZJgYxPe6hlv3wuuqlRBUijVTg
8CveTYoM0Xqo7nKMj29liaNvMG0wHQYDVR0OBBYEFGUja7Naq4dSU5tRJWAZ7QMH
iulHMB8GA1UdIwQYMBaAFGUja7Naq4dSU5tRJWAZ7QMHiulHMA8GA1UdEwEB/wQF
MAMBAf8wGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0MAoGCCqGSM49BAMCA0kA
MEYCIQCBL3an/hyiPdpCfUms+0xjW8DduMZaS0D8Pbcd+uA+lAIhAMLtwo3+IWL5
4nGXx939FvPNOMv1DSZ3UOUrisNVD8fK
-----END CERTIFICATE-----
`;
const standInKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFKM6TWWiimG4O1OH
79mIbgBY6N0Ll+EAWR57cezpz3mhRANCAAQ+hODo83ZcReZpzOcHGhumvPzsDycN
Uso7zB48K9kmBjE97qGW/fC66qVEFSKNVODwK95NigzReqjucoyPb2WJ
-----END PRIVATE KEY-----
`;

export const tokens = { push: "a".repeat(64), read: "b".repeat(64) };

export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  /** Parameter `query` or `q`. */
  query: string;
  /** Kind of the client whose token came with it. */
  client: "push" | "read" | undefined;
}

export interface Told {
  status: number;
  body?: string | object;
  headers?: Record<string, string>;
  /** gRPC status. @default 0 */
  grpc?: number;
}

/** Where it tells something else than a good server; undefined: what a good one would. */
export type Defect = (asked: Asked, mark: Mark) => Told | undefined;

export interface StandIn {
  context: Context;
  close(): void;
}

/**
 * A stand-in for a whole server: gives the answers of a good one, made up from the run's mark, but for the defects it is given.
 * It understands nothing of what it is sent; that real programs do is shown by test/live/verify.test.ts.
 */
export async function standIn(defect: Defect = () => undefined, plainHttp = false): Promise<StandIn> {
  const mark = newMark(Date.now());
  // Of every sixteenth run: Tempo leaves such zeros out of its exemplars.
  mark.traces.Zipkin = `0${mark.traces.Zipkin.slice(1)}`;
  let contract!: ServerContract;
  const secure = createSecureServer({ cert: standInCa, key: standInKey, allowHTTP1: true }, (request, response) => {
    const asked = read(request);
    const told = defect(asked, mark) ?? good(asked, mark, contract);
    request.resume().on("end", () => answer(request, response, told));
  });
  // In front, to tell TLS from plain HTTP by the first byte.
  const plain = createPlain((_, response) => response.end("in the clear"));
  const sockets = new Set<Socket>();
  const front = createServer(socket => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.on("error", () => socket.destroy());
    socket.once("data", first => {
      if (first[0] !== 22 && !plainHttp) return socket.end("HTTP/1.0 400 Bad Request\r\n\r\n");
      const inner = connect(((first[0] === 22 ? secure : plain).address() as AddressInfo).port, "127.0.0.1");
      inner.on("error", () => socket.destroy());
      socket.on("close", () => inner.destroy());
      inner.write(first);
      return socket.pipe(inner).pipe(socket);
    });
  });
  const servers = [secure, plain, front] as unknown as Server[];
  await Promise.all(servers.map(server => new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))));
  const base = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
  contract = {
    format: 1,
    address: "127.0.0.1",
    url: `${base}/`,
    endpoints: Object.fromEntries(publicPorts.map(name => [name, base])) as Record<PublicPort, string>,
    ca: standInCa,
    services: ["prometheus", "loki", "tempo", "alertmanager", "grafana", "alloy", "caddy"],
    pushClients: ["team"],
    readClients: ["team"],
    labels: { environment: "monitoring", cloud: "local", host: "here" },
  };
  const client = new Client(standInCa, 2_000);
  const context: Context = { client, mark, target: { contract, push: { client: "team", token: tokens.push }, read: { client: "team", token: tokens.read }, missing: {} } };
  return {
    context,
    close() {
      client.close();
      // Not awaited: a server that spoke HTTP/1 and 2 on one port does not always say that it has closed.
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function read(request: Http2ServerRequest): Asked {
  const [path, search] = request.url.split("?");
  const parameters = new URLSearchParams(search);
  const given = request.headers.authorization;
  const client = (["push", "read"] as const).find(kind => given === `Bearer ${tokens[kind]}` || given === `Basic ${Buffer.from(`team:${tokens[kind]}`).toString("base64")}`);
  return { method: request.method, path: path!, query: parameters.get("query") ?? parameters.get("q") ?? "", client };
}

function answer(request: Http2ServerRequest, response: Http2ServerResponse, told: Told): void {
  const text = typeof told.body === "object" ? JSON.stringify(told.body) : (told.body ?? "");
  response.writeHead(told.status, told.headers);
  if (request.httpVersionMajor === 2 && told.status === 200) response.addTrailers({ "grpc-status": String(told.grpc ?? 0) });
  response.end(text);
}

function good({ method, path, query, client }: Asked, mark: Mark, contract: ServerContract): Told {
  if (pushPaths.some(push => push.path === path)) return client === "push" ? { status: path === grpcExport ? 200 : 204 } : { status: 401 };
  const [, service, rest] = /^\/read\/([a-z]+)(\/.*)$/.exec(path) ?? [];
  if (service) {
    if (client !== "read") return { status: 401 };
    const listed = readPaths[service]?.includes(rest!) || /^\/api\/v2\/traces\/[0-9a-f]{32}$/.test(rest!);
    return listed && method === "GET" ? { status: 200, body: queried(service, rest!, query, mark, contract) } : { status: 404 };
  }
  if (path === "/metrics") return { status: 404 };
  if (path === "/api/health") return { status: 200, body: { database: "ok" } };
  return path.startsWith("/api/") ? { status: 401 } : { status: 302, headers: { location: "/login" } };
}

function queried(service: string, path: string, query: string, mark: Mark, contract: ServerContract): string | object {
  if (path.endsWith("ready")) return "ready";
  if (service === "loki") return path.endsWith("/rules") ? rules("log_lines:count1m") : logs(mark, contract, query);
  if (service === "tempo") return path.startsWith("/api/v2") ? { trace: [mark.id, mark.id] } : { traces: [{ traceID: mark.traces["OTLP HTTP"] }] };
  if (path.endsWith("/rules")) return rules("MonitoringServiceDown");
  if (path.endsWith("/query_exemplars")) return { data: [{ exemplars: [{ labels: { trace_id: mark.traces.Zipkin.replace(/^0+/, "") } }] }] };
  return metric(query, mark, contract);
}

export function logs(mark: Mark, contract: ServerContract, query: string): object {
  const ways = ["the Loki push API", "OTLP"].filter(way => query.includes("trace_id") || query.includes(`by ${way}`));
  // What dashboards ask, and other lines there are always.
  const values = [...ways.map(way => `${verifyService} ${mark.id} by ${way}`), "a line"].map(line => [`${mark.at}000000`, line]);
  return { data: { result: [{ stream: { ...identityOf(contract), trace_id: mark.traces["OTLP HTTP"] }, values }] } };
}

export function rules(name: string, changes: object = {}): object {
  return { data: { groups: [{ name: "all", interval: 30, rules: [{ name, health: "ok", lastEvaluation: new Date().toISOString(), type: "alerting", ...changes }] }] } };
}

function metric(query: string, mark: Mark, contract: ServerContract): object {
  if (query.endsWith("[60m]")) return { data: { result: [{ metric: {}, values: [[mark.at / 1000, String(mark.at)]] }] } };
  const up = [...contract.services, "node"].map(service => ({ metric: identityOf(contract, service), value: [mark.at / 1000, "1"] }));
  if (query.startsWith("last_over_time(up")) return { data: { result: up } };
  const values: [RegExp, number][] = [
    [/traces_spanmetrics_calls_total|traces_service_graph/, 3],
    [/^timestamp\(log_lines:count1m/, mark.at / 1000 + 5],
    [/alertmanagers_discovered/, 1],
    [/process_resident_memory_bytes/, 90 * 1024 * 1024],
    [/go_memstats_sys_bytes/, 50 * 1024 * 1024],
    [/go_gc_gomemlimit_bytes/, 80 * 1024 * 1024],
  ];
  // What dashboards ask.
  return one(values.find(([pattern]) => pattern.test(query))?.[1] ?? 1);
}

/** Answer of an instant query with one series. */
export function one(value: number): object {
  return { data: { result: [{ metric: {}, value: [Date.now() / 1000, String(value)] }] } };
}

/** Answer of a query that finds nothing. */
export const none = { data: { result: [] } };
