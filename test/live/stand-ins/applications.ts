import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../../components/verify/client";
import type { ProcessServer } from "../harness/processes";

/**
 * Stands in for two applications on two hosts, and sends what their OpenTelemetry libraries and agents send, through
 * the gateway: `shop` has Micrometer's names as Prometheus scrapes them (seconds), `billing` as OTLP carries them
 * (milliseconds). shop answers requests, asks a database and calls billing, which fails now and then.
 */
interface StandIn {
  service: string;
  environment: string;
  cloud: string;
  host: string;
  version: string;
  /** Micrometer's unit of time, and how many of it are a second. */
  unit: "seconds" | "milliseconds";
  perSecond: number;
}

export const shop: StandIn = { service: "shop", environment: "prod", cloud: "aws", host: "shop-1", version: "1.4.2", unit: "seconds", perSecond: 1 };
export const billing: StandIn = { service: "billing", environment: "dev", cloud: "gcp", host: "billing-1", version: "0.9.0", unit: "milliseconds", perSecond: 1000 };

type Values = Record<string, string>;

const attributes = (values: Values) => Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const resourceOf = ({ service, environment, cloud, host, version }: StandIn) => ({
  attributes: attributes({ "service.name": service, environment, cloud, host, "service.version": version }),
});
const nanos = (ms: number) => `${Math.round(ms)}000000`;

/** Minutes of metrics that are sent at once, as an agent does that was cut off. */
const history = 10;
const step = 15_000;

/** Sends through the gateway with the token of a client; the answer must be that everything was taken. */
export function sender(server: ProcessServer): { post: (path: string, body: unknown, token?: string) => Promise<number>; close: () => void } {
  const client = new Client(server.contract.ca);
  const own = readFileSync(join(server.folder, "secrets/push-default"), "utf8");
  const post = async (path: string, body: unknown, token = own) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    return (await client.call(server.contract.endpoints.logs, { method: "POST", path, headers, body: JSON.stringify(body) })).status;
  };
  return { post, close: () => client.close() };
}

/** Everything that both send: metrics at once, traces and logs for as long as Tempo's and Loki's counters need to move. */
export async function sendEverything(server: ProcessServer, seconds = 100): Promise<void> {
  const { post, close } = sender(server);
  const send = async (path: string, body: unknown) => {
    const status = await post(path, body);
    if (status >= 300) throw new Error(`${path}: ${status}`);
  };
  try {
    for (const standIn of [shop, billing]) await send("/otlp/v1/metrics", metricsOf(standIn, Date.now()));
    const until = Date.now() + seconds * 1000;
    for (let i = 0; Date.now() < until; i++) {
      const trace = randomBytes(16).toString("hex");
      await send("/otlp/v1/traces", traceOf(trace, Date.now(), i % 4 === 0));
      await send("/otlp/v1/logs", otlpLogs(trace, Date.now(), i));
      await send("/loki/api/v1/push", fileLogs(trace, Date.now(), i));
      await new Promise(wake => setTimeout(wake, 1000));
    }
    for (const standIn of [shop, billing]) await send("/otlp/v1/metrics", metricsOf(standIn, Date.now(), 1));
  } finally {
    close();
  }
}

/** What a server refuses: a wrong token, a line of last month, a trace beyond the largest that it takes. */
export async function sendWhatIsRefused(server: ProcessServer): Promise<void> {
  const { post, close } = sender(server);
  const month = Date.now() - 31 * 86_400_000;
  await post("/loki/api/v1/push", fileLogs("0", Date.now(), 0), "wrong");
  await post("/loki/api/v1/push", fileLogs("0", month, 0));
  await post("/otlp/v1/traces", traceOf(randomBytes(16).toString("hex"), Date.now(), false, "x".repeat(1500).repeat(4000)));
  close();
}

/** Errors that all differ, as a fault makes them whose message holds what a person typed. */
export async function sendStorm(server: ProcessServer, different: number): Promise<void> {
  const { post, close } = sender(server);
  const letters = (n: number) => [...n.toString(26)].map(digit => String.fromCharCode(97 + parseInt(digit, 26))).join("");
  const { service, environment, cloud, host } = billing;
  const now = Date.now();
  const values = Array.from({ length: different }, (_, n) => [nanos(now - n), `ERROR cannot find ${letters(n + 1000)}`]);
  await post("/loki/api/v1/push", { streams: [{ stream: { environment, cloud, host, service_name: service }, values }] });
  close();
}

function metricsOf(standIn: StandIn, now: number, minutes = history): unknown {
  const { unit, perSecond } = standIn;
  const times = Array.from({ length: (minutes * 60_000) / step }, (_, i) => now - minutes * 60_000 + (i + 1) * step);
  const count = (time: number) => Math.floor((time - now + 24 * 3_600_000) / 1000);
  const at = (time: number) => ({ timeUnixNano: nanos(time), startTimeUnixNano: nanos(now - 24 * 3_600_000) });
  const disk = { mountpoint: "/data", fstype: "ext4", device: "/dev/sdb" };
  const gauge = (name: string, value: number | ((time: number) => number), values: Values = {}, unitOf = "") => {
    const dataPoints = times.map(time => ({ ...at(time), attributes: attributes(values), asDouble: typeof value === "number" ? value : value(time) }));
    return { name, unit: unitOf, gauge: { dataPoints } };
  };
  const counter = (name: string, rate: number, values: Values = {}) => {
    const dataPoints = times.map(time => ({ ...at(time), attributes: attributes(values), asDouble: count(time) * rate }));
    return { name, sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints } };
  };
  const timer = (name: string, rate: number, duration: number, values: Values) => ({
    name,
    unit,
    histogram: {
      aggregationTemporality: 2,
      dataPoints: times.map(time => {
        const total = Math.floor(count(time) * rate);
        const buckets = { explicitBounds: [0.05, 0.5, 5].map(bound => bound * perSecond), bucketCounts: ["0", String(total), "0", "0"] };
        return { ...at(time), attributes: attributes(values), count: String(total), sum: total * duration * perSecond, ...buckets };
      }),
    },
  });
  const route = (uri: string, method: string, status: string) => ({ uri, method, status, outcome: status.startsWith("5") ? "SERVER_ERROR" : "SUCCESS", exception: "none" });
  const metrics = [
    timer("http.server.requests", 2, 0.12, route("/orders/{id}", "GET", "200")),
    timer("http.server.requests", 0.2, 0.4, route("/orders", "POST", "500")),
    gauge("http.server.requests.max", 0.9 * perSecond, route("/orders", "POST", "500"), unit),
    timer("jvm.gc.pause", 0.05, 0.01, { action: "end of minor GC", cause: "G1 Evacuation Pause" }),
    timer("hikaricp.connections.acquire", 2, 0.001, { pool: "main" }),
    gauge("jvm.memory.used", 120e6, { area: "heap", id: "G1 Old Gen" }, "bytes"),
    gauge("jvm.memory.max", 512e6, { area: "heap", id: "G1 Old Gen" }, "bytes"),
    gauge("jvm.threads.states", 12, { state: "runnable" }, "threads"),
    gauge("process.cpu.usage", 0.2),
    gauge("process.files.open", 90, {}, "files"),
    gauge("process.files.max", 65536, {}, "files"),
    gauge("process.uptime", 3600 * perSecond, {}, unit),
    gauge("process.start.time", ((now - 3_600_000) / 1000) * perSecond, {}, unit),
    gauge("application.ready.time", 4.2 * perSecond, {}, unit),
    gauge("jvm.info", 1, { version: "21" }),
    // As node_exporter on their hosts: a disk that fills, a unit that failed.
    gauge("node_filesystem_size_bytes", 100e9, disk),
    gauge("node_filesystem_avail_bytes", time => 20e9 - count(time) * 1e5, disk),
    gauge("node_systemd_unit_state", 1, { name: "orders.service", state: "failed" }),
    ...["active", "max", "pending", "idle"].map((what, i) => gauge(`hikaricp.connections.${what}`, [2, 10, 0, 8][i]!, { pool: "main" })),
    ...["error", "warn", "info"].map((level, i) => counter("logback.events", 0.1 * (i + 1), { level })),
  ];
  return { resourceMetrics: [{ resource: resourceOf(standIn), scopeMetrics: [{ scope: { name: "stand-in" }, metrics }] }] };
}

const kinds = { SERVER: 2, CLIENT: 3 } as const;

/** One request of shop: a statement, then a call of billing. */
function traceOf(traceId: string, now: number, fails: boolean, body = ""): unknown {
  const id = (place: number) => `${place}${randomBytes(8).toString("hex").slice(1)}`;
  const [root, sql, call, answer] = [id(1), id(2), id(3), id(4)];
  const span = (spanId: string, parentSpanId: string | undefined, name: string, kind: keyof typeof kinds, from: number, to: number, values: Values, failed = false) => ({
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: kinds[kind],
    startTimeUnixNano: nanos(now - 900 + from),
    endTimeUnixNano: nanos(now - 900 + to),
    attributes: attributes(values),
    status: failed ? { code: 2, message: "card declined" } : {},
  });
  return {
    resourceSpans: [
      {
        resource: resourceOf(shop),
        scopeSpans: [{ scope: { name: "stand-in" }, spans: [
          span(root, undefined, "GET /orders/{id}", "SERVER", 0, 800, { "http.response.status_code": fails ? "500" : "200", ...(body && { body }) }, fails),
          span(sql, root, "query", "CLIENT", 50, 120, { "jdbc.query[0]": "select * from orders where id = ?", "db.system": "h2" }),
          span(call, root, "POST /invoices", "CLIENT", 150, 700, {}, fails),
        ] }],
      },
      { resource: resourceOf(billing), scopeSpans: [{ scope: { name: "stand-in" }, spans: [span(answer, call, "POST /invoices", "SERVER", 160, 690, {}, fails)] }] },
    ],
  };
}

/** Lines with a trace, as an OpenTelemetry appender sends them. */
function otlpLogs(traceId: string, now: number, i: number): unknown {
  const common = { timeUnixNano: nanos(now), traceId, spanId: "1234567890abcdef", attributes: [] };
  const record = (severityNumber: number, severityText: string, stringValue: string) => ({ ...common, severityNumber, severityText, body: { stringValue } });
  const logRecords = [record(9, "INFO", `Order ${i} taken`), ...(i % 4 === 0 ? [record(17, "ERROR", `Order ${i} of 'customer ${i}' failed: card declined`)] : [])];
  return { resourceLogs: [{ resource: resourceOf(shop), scopeLogs: [{ scope: { name: "stand-in" }, logRecords }] }] };
}

/** Lines of files, as an agent sends them: JSON with a stack trace of several lines, plain text, logfmt. */
function fileLogs(traceId: string, now: number, i: number): unknown {
  const { service, environment, cloud, host } = billing;
  const stack_trace = "java.lang.IllegalStateException: declined\n\tat com.example.Billing.charge(Billing.java:42)";
  const json = JSON.stringify({ level: i % 4 ? "INFO" : "ERROR", message: `Invoice ${i}: 결제 실패`, traceId, ...(i % 4 === 0 && { stack_trace }) });
  const lines = [json, `2026-11-22 10:00:0${i % 10}.123 WARN [worker-${i % 3}] queue is ${i} long`, `level=error msg="cannot reach 10.0.0.${i % 250}" err="timeout after ${i}ms"`];
  return { streams: [{ stream: { environment, cloud, host, service_name: service }, values: lines.map((line, n) => [`${now}00000${n}`, line]) }] };
}
