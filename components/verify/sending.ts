import type { PublicPort } from "../server/ports";
import { notYet, passed, wrong, type Answer, type Check } from "./check";
import { basic, bearer, inShort, todoOf, withServices, type Context } from "./context";
import { grpcCall } from "./grpc";
import * as messages from "./messages";
import type { TraceWay } from "./mark";
import { grpcExport } from "./paths";
import { gatewayUp } from "./reaching";

export const sentLog = { loki: "send: log line, Loki push", otlp: "send: log line, OTLP" } as const;
export const sentMetric = { otlp: "send: metric, OTLP", remoteWrite: "send: metric, remote write" } as const;
export const sentTrace = (way: TraceWay) => `send: trace, ${way}`;

/** Sends one of everything by every way in. Both forms of credentials are used: agents know one or the other. */
export function sending(context: Context): Check[] {
  const { target, mark } = context;
  const { contract } = target;
  const send = (name: string, service: string, ask: () => Promise<Answer>) =>
    withServices(target, [service], { group: "send", name, patience: 20, needs: [gatewayUp], todo: `The gateway or ${service} does not take it: its log says why.`, ask });
  return [
    send("log line, Loki push", "loki", () => post(context, "logs", "/loki/api/v1/push", messages.lokiPush(mark, contract), basic(target.push))),
    send("log line, OTLP", "loki", () => post(context, "logs", "/otlp/v1/logs", messages.otlpLogs(mark, contract), bearer(target.push))),
    send("metric, OTLP", "prometheus", () => post(context, "metrics", "/otlp/v1/metrics", messages.otlpMetrics(mark, contract), bearer(target.push))),
    send("metric, remote write", "prometheus", () => post(context, "metrics", "/api/v1/write", messages.remoteWrite(mark, contract), basic(target.push))),
    send("trace, OTLP HTTP", "tempo", () => post(context, "traces", "/otlp/v1/traces", messages.otlpTraces(mark, contract), bearer(target.push))),
    send("trace, OTLP gRPC", "tempo", () => exportByGrpc(context)),
    send("trace, Zipkin", "tempo", () => post(context, "traces", "/api/v2/spans", messages.zipkin(mark, contract), basic(target.push))),
  ];
}

async function post({ target, client }: Context, endpoint: PublicPort, path: string, { type, headers, body }: messages.Message, authorization: string): Promise<Answer> {
  const reply = await client.call(target.contract.endpoints[endpoint], { method: "POST", path, headers: { "content-type": type, authorization, ...headers }, body });
  // OTLP answers 200 even where it dropped a part.
  const partly = /"rejected[A-Za-z]+"\s*:\s*"?[1-9]/.test(reply.body);
  if (reply.status < 300 && !partly) return passed(`${path} took it: ${reply.status}`);
  const lost = reply.status >= 500 || reply.status === 429 ? notYet : wrong;
  return lost(`${path}: ${inShort(reply)}`, todoOf(reply.status, "push"));
}

async function exportByGrpc({ target, client, mark }: Context): Promise<Answer> {
  const { body } = messages.otlpTracesGrpc(mark, target.contract);
  const reply = await grpcCall(target.contract.endpoints.otlpGrpc, grpcExport, body as Buffer, bearer(target.push), client.ca);
  if (reply.status === 200 && reply.grpc === 0) return passed("TraceService/Export took it: 200, gRPC status 0");
  const seen = `TraceService/Export: ${inShort({ status: reply.status, body: reply.grpc === undefined ? reply.text : `gRPC status ${reply.grpc} ${reply.text}` })}`;
  return reply.status === 401 ? wrong(seen, todoOf(401, "push")) : notYet(seen, todoOf(reply.status, "push"));
}
