import { z } from "zod/v3";
import { nodeService } from "../server/labels";
import { describeIssues } from "../server/schema-issues";
import { SpecError } from "../server/spec-error";
import { readPromtail } from "./promtail";
import type { AgentSpec, ResolvedAgent } from "./spec";

const label = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const port = z.number().int().min(1).max(65535);
const glob = z.string().regex(/^\/[^"\\\n{}]+$/, 'an absolute path or a glob of one, such as "/var/log/orders/*.log"');
const field = z.string().regex(/^[\w@-]+(\.[\w@-]+)*$/, 'a key, or keys with dots between them, such as "log.level"');
const line = z.string().min(1).max(500).regex(/^[^\n\0]+$/, "a regular expression in RE2's form, in one line");
// The four labels are the agent's own, and Loki's own names begin with two underscores.
const ownLabels = z.record(z.string().regex(/^(?!__|environment$|cloud$|host$|service_name$)[a-zA-Z_]\w{0,63}$/, "a name other than the four labels, of letters, digits and _"), z.string().min(1).max(256))
  .refine(given => Object.keys(given).length <= 5, "at most 5 labels: each combination of values is a stream of its own");

const schema = z.strictObject({
  environment: label,
  cloud: label.optional(),
  host: label.optional(),
  service: label.optional(),
  logs: z.array(z.strictObject({
    paths: z.array(glob).min(1),
    service: label.optional(),
    firstLine: line.optional(),
    json: z.strictObject({ level: field, time: field, timeFormat: z.string().regex(/^[^"\\\n]{1,64}$/, "a layout of Go's, or RFC3339Nano, Unix, UnixMs"), traceId: field }).partial().optional(),
    labels: ownLabels.optional(),
  })).optional(),
  promtail: z.strictObject({
    config: z.string(),
    unit: z.string().regex(/^[\w@.:\\-]+\.service$/, "a unit's name, such as \"promtail.service\"").optional(),
    takeOver: z.boolean().optional(),
  }).optional(),
  journal: z.union([z.boolean(), z.strictObject({ units: z.array(z.string().regex(/^[\w@.:\\-]+$/, "a unit's name, such as \"orders.service\"")).min(1) })], { message: "true, false, or { units: [...] }" }).optional(),
  docker: z.boolean().optional(),
  applications: z.array(z.strictObject({
    service: label,
    job: label.optional(),
    port: port.optional(),
    path: z.string().regex(/^\/[^\s"\\]*$/, 'a path, such as "/actuator/prometheus"').optional(),
    scheme: z.enum(["http", "https"]).optional(),
    ca: z.string().regex(/^-----BEGIN CERTIFICATE-----\n/, "a certificate in PEM form").optional(),
    insecureSkipVerify: z.boolean().optional(),
  })).optional(),
  receivers: z.strictObject({ otlpGrpc: z.number().int().min(0).max(65535), otlpHttp: z.number().int().min(0).max(65535), zipkin: z.number().int().min(0).max(65535) }).partial().optional(),
  metrics: z.enum(["push", "pull"]).optional(),
  nodeExporterPort: port.optional(),
  nodeJob: label.optional(),
  nodeExporterAddress: z.string().ip("an IP address").optional(),
  bufferMiB: z.number().int().min(64).max(65536).optional(),
  memoryMiB: z.number().int().min(128).max(4096).optional(),
  client: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a name of the server's pushClients").optional(),
});

/** Fills in defaults. Throws one {@link SpecError} with everything that is wrong. */
export function resolveAgent(spec: AgentSpec): ResolvedAgent {
  const result = schema.safeParse(spec);
  const problems = result.success ? problemsOf(spec) : describeIssues(schema, result.error.issues, spec);
  if (problems.length) throw new SpecError(problems);
  const metrics = spec.metrics ?? "push";
  return {
    environment: spec.environment,
    cloud: spec.cloud ?? "other",
    host: spec.host,
    service: spec.service ?? "unknown",
    logs: spec.logs ?? [],
    promtail: spec.promtail,
    journal: spec.journal ?? true,
    docker: spec.docker ?? false,
    applications: spec.applications ?? [],
    receivers: { otlpGrpc: 4317, otlpHttp: 4318, zipkin: 0, ...spec.receivers },
    metrics,
    nodeExporterPort: spec.nodeExporterPort ?? 9100,
    nodeJob: spec.nodeJob ?? nodeService,
    nodeExporterAddress: spec.nodeExporterAddress ?? (metrics === "push" ? "127.0.0.1" : "0.0.0.0"),
    bufferMiB: spec.bufferMiB ?? 512,
    memoryMiB: spec.memoryMiB ?? 256,
    client: spec.client ?? "default",
  };
}

/** What each key alone does not show. */
function problemsOf(spec: AgentSpec): string[] {
  const applications = spec.applications ?? [];
  const ports = Object.entries({ nodeExporterPort: spec.nodeExporterPort ?? 9100, ...Object.fromEntries(Object.entries({ otlpGrpc: 4317, otlpHttp: 4318, zipkin: 0, ...spec.receivers }).map(([key, value]) => [`receivers.${key}`, value])) }).filter(([, value]) => value !== 0);
  const twice = ports.filter(([, value], i) => ports.findIndex(([, other]) => other === value) !== i);
  return [
    ...(spec.promtail ? readPromtail(spec.promtail).problems : []),
    ...twice.map(([key, value]) => `${key}: ${value} is also ${ports.find(([, other]) => other === value)![0]}. Give one of them another number from 1 to 65535, or 0 to a receiver that is not needed.`),
    ...applications.flatMap(({ scheme, ca, insecureSkipVerify }, i) => (scheme !== "https" && (ca !== undefined || insecureSkipVerify) ? [`applications[${i}]: ca and insecureSkipVerify are for https only. Set scheme: "https", or leave them out.`] : [])),
    ...applications.flatMap(({ ca, insecureSkipVerify }, i) => (ca !== undefined && insecureSkipVerify ? [`applications[${i}]: ca and insecureSkipVerify cannot both be set: a certificate is either checked or not.`] : [])),
  ];
}
