import type { ServerContract } from "../server/contract";
import { labels } from "../server/labels";
import { identityOf, markAttribute, resourceOf, verifyMetric, verifyPeer, verifyService, type Mark } from "./mark";
import { bytes, double, fixed64, integer, message, snappyBlock } from "./wire";

/** A body and the headers that say what it is. */
export interface Message {
  type: string;
  headers?: Record<string, string>;
  body: string | Buffer;
}

const json = (value: unknown): Message => ({ type: "application/json", body: JSON.stringify(value) });
const nanos = (ms: number) => `${ms}000000`;
const attributes = (values: Record<string, string>) => Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** One line in Loki's own format, its trace in structured metadata. */
export function lokiPush(mark: Mark, contract: ServerContract): Message {
  const entry = [nanos(mark.at), `${verifyService} ${mark.id} by the Loki push API`, { trace_id: mark.traces["OTLP HTTP"] }];
  return json({ streams: [{ stream: identityOf(contract), values: [entry] }] });
}

export function otlpLogs(mark: Mark, contract: ServerContract): Message {
  const record = {
    timeUnixNano: nanos(mark.at),
    observedTimeUnixNano: nanos(mark.at),
    severityNumber: 9,
    severityText: "INFO",
    body: { stringValue: `${verifyService} ${mark.id} by OTLP` },
    traceId: mark.traces["OTLP HTTP"],
    spanId: spanId(mark, "caller"),
  };
  return json({ resourceLogs: [{ resource: { attributes: attributes(resourceOf(contract)) }, scopeLogs: [{ scope: { name: verifyService }, logRecords: [record] }] }] });
}

export function otlpMetrics(mark: Mark, contract: ServerContract): Message {
  const point = { timeUnixNano: nanos(mark.at), asDouble: mark.at, attributes: attributes({ way: "OTLP" }) };
  const metric = { name: verifyMetric, description: "When verify last sent this, in milliseconds since 1970.", gauge: { dataPoints: [point] } };
  return json({ resourceMetrics: [{ resource: { attributes: attributes(resourceOf(contract)) }, scopeMetrics: [{ scope: { name: verifyService }, metrics: [metric] }] }] });
}

/** Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/). */
export function remoteWrite(mark: Mark, contract: ServerContract): Message {
  const series = { __name__: verifyMetric, ...identityOf(contract), way: "remote write" };
  const sorted = Object.entries(series).sort(([a], [b]) => (a < b ? -1 : 1));
  const timeseries = message(1, ...sorted.map(([name, value]) => message(1, bytes(1, name), bytes(2, value))), message(2, double(1, mark.at), integer(2, mark.at)));
  return { type: "application/x-protobuf", headers: { "content-encoding": "snappy", "x-prometheus-remote-write-version": "0.1.0" }, body: snappyBlock(timeseries) };
}

interface Span {
  service: string;
  id: string;
  parent?: string;
  name: string;
  kind: "SERVER" | "CLIENT";
  start: number;
  end: number;
}

/** A call from one service to another, as each of them sees it. */
function spans(mark: Mark): Span[] {
  const caller = spanId(mark, "caller");
  return [
    { service: verifyService, id: caller, name: "verify call", kind: "CLIENT", start: mark.at - 50, end: mark.at },
    { service: verifyPeer, id: spanId(mark, "called"), parent: caller, name: "verify answer", kind: "SERVER", start: mark.at - 40, end: mark.at - 10 },
  ];
}

const spanId = (mark: Mark, side: "caller" | "called") => (side === "caller" ? "1" : "2") + mark.id.slice(1);
const otlpKind = { SERVER: 2, CLIENT: 3 } as const;

export function otlpTraces(mark: Mark, contract: ServerContract): Message {
  const resourceSpans = spans(mark).map(span => ({
    resource: { attributes: attributes(resourceOf(contract, span.service)) },
    scopeSpans: [
      {
        scope: { name: verifyService },
        spans: [
          {
            traceId: mark.traces["OTLP HTTP"],
            spanId: span.id,
            ...(span.parent && { parentSpanId: span.parent }),
            name: span.name,
            kind: otlpKind[span.kind],
            startTimeUnixNano: nanos(span.start),
            endTimeUnixNano: nanos(span.end),
            attributes: attributes({ [markAttribute]: mark.id }),
          },
        ],
      },
    ],
  }));
  return json({ resourceSpans });
}

/** The same as one gRPC message: ExportTraceServiceRequest of opentelemetry-proto, behind gRPC's frame. */
export function otlpTracesGrpc(mark: Mark, contract: ServerContract): Message {
  const attribute = (field: number, key: string, value: string) => message(field, bytes(1, key), message(2, bytes(1, value)));
  const request = Buffer.concat(
    spans(mark).map(span =>
      message(
        1,
        message(1, ...Object.entries(resourceOf(contract, span.service)).map(([key, value]) => attribute(1, key, value))),
        message(
          2,
          message(1, bytes(1, verifyService)),
          message(
            2,
            bytes(1, Buffer.from(mark.traces["OTLP gRPC"], "hex")),
            bytes(2, Buffer.from(span.id, "hex")),
            ...(span.parent ? [bytes(4, Buffer.from(span.parent, "hex"))] : []),
            bytes(5, span.name),
            integer(6, otlpKind[span.kind]),
            fixed64(7, BigInt(nanos(span.start))),
            fixed64(8, BigInt(nanos(span.end))),
            attribute(9, markAttribute, mark.id),
          ),
        ),
      ),
    ),
  );
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(request.length, 1);
  return { type: "application/grpc", body: Buffer.concat([frame, request]) };
}

/** Zipkin v2. It has no resources: what others send as resource attributes are tags here. */
export function zipkin(mark: Mark, contract: ServerContract): Message {
  return json(
    spans(mark).map(span => {
      const { [labels.service]: serviceName, ...tags } = identityOf(contract, span.service);
      return {
        traceId: mark.traces.Zipkin,
        id: span.id,
        ...(span.parent && { parentId: span.parent }),
        name: span.name,
        kind: span.kind,
        timestamp: span.start * 1000,
        duration: (span.end - span.start) * 1000,
        localEndpoint: { serviceName },
        tags: { ...tags, [markAttribute]: mark.id },
      };
    }),
  );
}
