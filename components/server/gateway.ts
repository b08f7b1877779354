import type { PublicPort } from "./ports";
import { reach, type Rendering } from "./services/service";

/**
 * What the gateway lets in on one port. Credentials are random 256-bit tokens kept in files and compared as they are:
 * with a password hash, 40 wrong passwords cost 36 seconds of CPU (measured with bcrypt). The files are read at each
 * request, so a rotated token needs no reload.
 */
export function gatewayRoutes(r: Rendering, port: number): string {
  const served = (name: PublicPort) => r.spec.ports[name] === port;
  const routes = [
    ...(served("logs") ? logs(r) : []),
    ...(served("metrics") ? metrics(r) : []),
    ...(r.spec.services.includes("tempo") ? [...(served("traces") ? traces(r) : []), ...(served("otlpGrpc") ? otlpGrpc(r) : [])] : []),
    ...(served("read") && r.spec.readClients.length ? reads(r) : []),
    ...(served("grafana") && r.spec.services.includes("grafana") ? grafana(r) : [refused]),
  ];
  return routes.map(block).join("");
}

interface Route {
  name: string;
  /** Body of the matcher; none matches everything. */
  match: string;
  body: string[];
}

function block({ name, match, body }: Route): string {
  const inner = body.flatMap(text => text.split("\n")).map(line => `\t\t${line}\n`).join("");
  return match ? `\n\t@${name} ${match}\n\thandle @${name} {\n${inner}\t}\n` : `\n\thandle {\n${inner}\t}\n`;
}

/** A push path is passed on only with a push client's token; the token itself goes no further. */
function push(r: Rendering, name: string, paths: string[], to: string, rewrite?: string): Route {
  return {
    name,
    match: `path ${paths.join(" ")}`,
    body: [
      ...onlyWithToken(r, "push"),
      "request_body {\n\tmax_size 32MB\n}",
      ...(rewrite ? [`rewrite * ${rewrite}`] : []),
      proxy(to),
    ],
  };
}

function logs(r: Rendering): Route[] {
  const to = reach(r, "loki", "loki");
  return [push(r, "logs", ["/loki/api/v1/push"], to), push(r, "otlp_logs", ["/otlp/v1/logs", "/v1/logs"], to, "/otlp/v1/logs")];
}

function metrics(r: Rendering): Route[] {
  const to = reach(r, "prometheus", "prometheus");
  return [push(r, "metrics", ["/api/v1/write"], to), push(r, "otlp_metrics", ["/otlp/v1/metrics", "/v1/metrics"], to, "/api/v1/otlp/v1/metrics")];
}

function traces(r: Rendering): Route[] {
  return [
    push(r, "otlp_traces", ["/otlp/v1/traces", "/v1/traces"], reach(r, "tempo", "tempoOtlpHttp"), "/v1/traces"),
    push(r, "zipkin", ["/api/v2/spans"], reach(r, "tempo", "tempoZipkin")),
  ];
}

function otlpGrpc(r: Rendering): Route[] {
  return [push(r, "otlp_grpc", ["/opentelemetry.proto.collector.trace.v1.TraceService/Export"], `h2c://${reach(r, "tempo", "tempoOtlpGrpc")}`)];
}

/** The queries that Grafana's datasources make, and nothing that changes or deletes. */
function reads(r: Rendering): Route[] {
  const { services } = r.spec;
  return [
    read(r, "loki", reach(r, "loki", "loki"), "/loki/api/v1/(query|query_range|labels|label/[^/]+/values|series|index/.+|detected_labels|detected_fields|detected_field/.+|format_query|rules|drilldown-limits)|/prometheus/api/v1/(rules|alerts)|/ready"),
    read(r, "prometheus", reach(r, "prometheus", "prometheus"), "/api/v1/(query|query_range|query_exemplars|series|labels|label/[^/]+/values|metadata|rules|alerts|targets|format_query|parse_query|status/buildinfo|status/runtimeinfo)|/-/ready"),
    ...(services.includes("tempo") ? [read(r, "tempo", reach(r, "tempo", "tempo"), "/api/(traces/.+|v2/.+|search|search/.+|metrics/.+|echo|status/buildinfo)|/ready")] : []),
    ...(services.includes("alertmanager") ? [read(r, "alertmanager", reach(r, "alertmanager", "alertmanager"), "/api/v2/(alerts|alerts/groups|status|silences|receivers)|/-/ready", "GET")] : []),
  ];
}

function read(r: Rendering, service: string, to: string, paths: string, methods = "GET POST"): Route {
  return {
    name: `read_${service}`,
    match: `path /read/${service}/*`,
    body: [
      ...onlyWithToken(r, "read"),
      `uri strip_prefix /read/${service}`,
      `@query {\n\tmethod ${methods}\n\tpath_regexp ^(${paths})$\n}`,
      `handle @query {\n\t${proxy(to).replaceAll("\n", "\n\t")}\n}`,
      'handle {\n\trespond "Only queries are served here." 404\n}',
    ],
  };
}

const refused: Route = { name: "rest", match: "", body: ['respond "Nothing is served here." 404'] };

/** Grafana has a sign-in of its own; its metrics have none and stay inside. */
function grafana(r: Rendering): Route[] {
  return [
    { ...refused, name: "inside", match: "path /metrics /metrics/*" },
    { name: "grafana", match: "", body: [`reverse_proxy ${reach(r, "grafana", "grafana")}`] },
  ];
}

function onlyWithToken({ spec, layout }: Rendering, kind: "push" | "read"): string[] {
  const folder = layout.secrets("caddy");
  const names = kind === "push" ? spec.pushClients : spec.readClients;
  const headers = names.flatMap(name => [`header Authorization "Bearer {file.${folder}/${kind}-${name}.token}"`, `header Authorization "Basic {file.${folder}/${kind}-${name}.basic}"`]);
  return [
    `@${kind}_refused not {\n${headers.map(line => `\t${line}\n`).join("")}}`,
    // A handle, since Caddy sorts directives: a plain respond would come after the handle that answers queries, and let everybody in.
    `handle @${kind}_refused {\n\trespond "A token of a ${kind} client is needed: Authorization: Bearer <token>, or basic with the client's name." 401\n}`,
  ];
}

function proxy(to: string): string {
  return `reverse_proxy ${to} {\n\theader_up -Authorization\n\theader_up -X-Scope-OrgID\n}`;
}
