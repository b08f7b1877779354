import assert from "node:assert/strict";
import { test } from "node:test";
import { contractOf } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { newMark } from "../../components/verify/mark";
import { lokiPush, otlpLogs, otlpMetrics, otlpTraces, otlpTracesGrpc, remoteWrite, zipkin } from "../../components/verify/messages";
import { bytes, double, fixed64, integer, message, snappyBlock } from "../../components/verify/wire";

const contract = contractOf(resolveSpec({ environment: "ops", cloud: "aws", host: "mon-1" }), "mon.example.com", "");
const mark = newMark(1_795_000_000_123);

test("protobuf fields are those of its documentation's examples", () => {
  assert.equal(integer(1, 150).toString("hex"), "089601");
  assert.equal(bytes(2, "testing").toString("hex"), "120774657374696e67");
  assert.equal(message(3, integer(1, 150)).toString("hex"), "1a03089601");
  assert.equal(integer(2, 1_795_000_000_123n).toString("hex"), "10fbbcd9f29e34");
  assert.equal(fixed64(7, 1n).toString("hex"), "390100000000000000");
  assert.equal(double(1, 1).toString("hex"), "09000000000000f03f");
});

test("a snappy block is the length and literals of at most 64 KiB", () => {
  assert.equal(snappyBlock(Buffer.from("abc")).toString("hex"), "03f40200616263");
  const long = Buffer.alloc(65_537, "x");
  const block = snappyBlock(long);
  assert.equal(block.subarray(0, 6).toString("hex"), "818004f4ffff");
  assert.equal(block.subarray(6 + 65_536).toString("hex"), "f4000078");
});

test("everything that is sent carries the server's own environment, cloud and host, and always the same services", () => {
  for (const make of [lokiPush, otlpLogs, otlpMetrics, remoteWrite, otlpTraces, otlpTracesGrpc, zipkin]) {
    const text = make(mark, contract).body.toString("latin1");
    for (const word of ["environment", "ops", "cloud", "aws", "host", "mon-1", "pulumi-lgtm-verify"]) assert.ok(text.includes(word), `${make.name} has no ${word}`);
  }
});

test("nothing of a run gets into a label, so that it leaves no series behind", () => {
  const streams = JSON.parse(lokiPush(mark, contract).body as string).streams;
  assert.ok(!JSON.stringify(streams[0].stream).includes(mark.id));
  const point = JSON.parse(otlpMetrics(mark, contract).body as string).resourceMetrics[0].scopeMetrics[0].metrics[0].gauge.dataPoints[0];
  assert.equal(point.asDouble, mark.at);
  assert.ok(!JSON.stringify(point.attributes).includes(mark.id));
  assert.ok(!remoteWrite(mark, contract).body.toString("latin1").includes(mark.id));
});

test("the labels of a remote write are sorted, as its specification asks", () => {
  const text = remoteWrite(mark, contract).body.toString("latin1");
  const at = ["__name__", "cloud", "environment", "host", "service_name", "way"].map(name => text.indexOf(name));
  assert.deepEqual(at, [...at].sort((a, b) => a - b));
  assert.ok(at[0]! > 0);
});

test("each way of traces has an id of its own, and the log lines refer to the one of OTLP over HTTP", () => {
  const ids = Object.values(mark.traces);
  assert.equal(new Set(ids).size, 3);
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
  assert.ok(lokiPush(mark, contract).body.includes(mark.traces["OTLP HTTP"]));
  assert.ok(otlpLogs(mark, contract).body.includes(mark.traces["OTLP HTTP"]));
  assert.ok((otlpTracesGrpc(mark, contract).body as Buffer).includes(Buffer.from(mark.traces["OTLP gRPC"], "hex")));
  assert.ok(zipkin(mark, contract).body.includes(mark.traces.Zipkin));
});

test("a gRPC message is framed by a zero and its length", () => {
  const body = otlpTracesGrpc(mark, contract).body as Buffer;
  assert.equal(body[0], 0);
  assert.equal(body.readUInt32BE(1), body.length - 5);
});

test("a trace is a call from one service to another", () => {
  const [caller, called] = JSON.parse(otlpTraces(mark, contract).body as string).resourceSpans.map((each: { scopeSpans: { spans: object[] }[] }) => each.scopeSpans[0]!.spans[0]);
  assert.equal(called.parentSpanId, caller.spanId);
  assert.notEqual(called.spanId, caller.spanId);
  assert.deepEqual([caller.kind, called.kind], [3, 2]);
});
