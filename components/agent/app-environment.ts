import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import { resolveAgent } from "./check";
import type { AgentSpec } from "./spec";

/** Who an application is. */
export interface AppIdentity {
  /** Label `service_name`. */
  service: string;
  /** @default none */
  version?: string;
  /** Label `environment`. @default the agent's; without an agent it has to be given */
  environment?: string;
  /** Label `cloud`, without an agent. @default "other" */
  cloud?: string;
  /** Label `host`, without an agent: which has to be given then. */
  host?: string;
  /** Share of the requests that are traced, from 0 to 1. @default all, as the SDKs have it */
  sampling?: number;
  /** Where the certificate of the server's own authority is on the machine, without an agent. @default "/etc/lgtm/ca.pem" */
  caFile?: string;
}

/**
 * Environment variables that make an application send to the agent of its machine: OpenTelemetry's own, which its SDKs and its Java
 * agent read, and Spring Boot's for Micrometer (3.4 and later 3.x). Of a server's contract: those that make it send there itself; the token is
 * not among them, since an environment is no place for a secret (docs/sending-data.md).
 */
export function appEnvironment(to: AgentSpec | ServerContract, app: AppIdentity): Record<string, string> {
  const direct = "endpoints" in to;
  const problems = [
    ...attribute("service", app.service),
    ...attribute("version", app.version),
    ...(direct && app.environment === undefined ? ["environment: missing. Without an agent nothing else says it: dev, prod …"] : attribute("environment", app.environment)),
    ...(direct && app.host === undefined ? ["host: missing. Without an agent nothing else says it: the machine's name."] : attribute("host", app.host)),
    ...attribute("cloud", app.cloud),
    ...(app.sampling === undefined || (app.sampling >= 0 && app.sampling <= 1) ? [] : [`sampling: ${app.sampling} is not allowed. Allowed: a share from 0 to 1, such as 0.1.`]),
  ];
  if (problems.length) throw new SpecError(problems);
  return { ...(direct ? ofServer(to, app) : ofAgent(to, app)), ...sampling(app.sampling) };
}

function ofAgent(spec: AgentSpec, app: AppIdentity): Record<string, string> {
  const { environment, receivers } = resolveAgent(spec);
  const { otlpGrpc, otlpHttp } = receivers;
  if (!otlpGrpc && !otlpHttp) throw new SpecError(["receivers: the agent takes no OTLP, as otlpGrpc and otlpHttp are 0. Leave one of them out, or give it a port."]);
  // Cloud and host are the agent's to say.
  const who = resource({ ...app, environment: app.environment ?? environment, cloud: undefined, host: undefined });
  return {
    ...who,
    OTEL_EXPORTER_OTLP_PROTOCOL: otlpHttp ? "http/protobuf" : "grpc",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpHttp || otlpGrpc}`,
    // Node.js sends none of its own accord.
    OTEL_METRICS_EXPORTER: "otlp",
    // The agent reads files, journal and containers: else every line would be there twice.
    OTEL_LOGS_EXPORTER: "none",
    MANAGEMENT_OTLP_TRACING_TRANSPORT: otlpGrpc ? "grpc" : "http",
    MANAGEMENT_OTLP_TRACING_ENDPOINT: otlpGrpc ? `http://127.0.0.1:${otlpGrpc}` : `http://127.0.0.1:${otlpHttp}/v1/traces`,
  };
}

function ofServer({ endpoints, ca }: ServerContract, app: AppIdentity): Record<string, string> {
  const path = app.caFile ?? "/etc/lgtm/ca.pem";
  return {
    ...resource({ ...app, cloud: app.cloud ?? "other" }),
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    // Each signal may have a port of its own.
    ...Object.fromEntries((["logs", "metrics", "traces"] as const).map(signal => [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`, `${endpoints[signal]}/otlp/v1/${signal}`])),
    // Node.js asks the second one.
    ...(ca && { OTEL_EXPORTER_OTLP_CERTIFICATE: path, NODE_EXTRA_CA_CERTS: path }),
  };
}

/** The label's own name and OpenTelemetry's, which others than this server know. */
function resource({ service, version, environment, cloud, host }: AppIdentity): Record<string, string> {
  const attributes: Record<string, string | undefined> = { environment, "deployment.environment.name": environment, cloud, host, "host.name": host, "service.version": version };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return { OTEL_SERVICE_NAME: service, OTEL_RESOURCE_ATTRIBUTES: given.map(([key, value]) => `${key}=${value}`).join(",") };
}

/** A request that came with a decision keeps it. */
function sampling(share: number | undefined): Record<string, string> {
  if (share === undefined) return {};
  return { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: String(share), MANAGEMENT_TRACING_SAMPLING_PROBABILITY: String(share) };
}

function attribute(key: string, value: string | undefined): string[] {
  return value === undefined || /^[\w.:/-]{1,128}$/.test(value) ? [] : [`${key}: ${JSON.stringify(value)} is not allowed. Allowed: letters, digits and _ . : / -, at most 128.`];
}
