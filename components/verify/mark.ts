import { randomBytes } from "node:crypto";
import { identity, labels } from "../server/labels";
import type { ServerContract } from "../server/contract";

/**
 * What one run sends and looks for. The services' names are always the same, so that a run leaves no new series behind:
 * a run is told from others by `id` in log lines and spans, and by `at` as a metric's value.
 */
export interface Mark {
  /** 16 hexadecimal digits. */
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Trace ids, 32 hexadecimal digits, by the way they are sent. */
  traces: Record<TraceWay, string>;
}

export const traceWays = ["OTLP HTTP", "OTLP gRPC", "Zipkin"] as const;
export type TraceWay = (typeof traceWays)[number];

/** The service that sends, and the one that it pretends to call: two make an edge of the service graph. */
export const verifyService = "pulumi-lgtm-verify";
export const verifyPeer = "pulumi-lgtm-verify-peer";
/** Its value is {@link Mark.at}, its label `way` tells how it was sent. */
export const verifyMetric = "pulumi_lgtm_verify_sent_at";
/** Span attribute that holds {@link Mark.id}. */
export const markAttribute = "verify.mark";

export function newMark(at: number): Mark {
  const hex = (bytes: number) => randomBytes(bytes).toString("hex");
  return { id: hex(8), at, traces: { "OTLP HTTP": hex(16), "OTLP gRPC": hex(16), Zipkin: hex(16) } };
}

/** The four labels of what is sent: the server's own, so that nothing appears as a new environment or host. */
export function identityOf(contract: ServerContract, service: string = verifyService): Record<string, string> {
  const { environment, cloud, host } = contract.labels;
  return { [labels.environment]: environment, [labels.cloud]: cloud, [labels.host]: host, [labels.service]: service };
}

/** The same as OpenTelemetry resource attributes. */
export function resourceOf(contract: ServerContract, service: string = verifyService): Record<string, string> {
  return Object.fromEntries(Object.entries(identityOf(contract, service)).map(([name, value]) => [name === labels.service ? "service.name" : name, value]));
}

/** Selector of what is sent: `{environment="…", …}`. */
export function selectorOf(contract: ServerContract, service: string = verifyService): string {
  const values = identityOf(contract, service);
  return `{${identity.map(label => `${label}=${JSON.stringify(values[label])}`).join(", ")}}`;
}
