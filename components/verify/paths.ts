import type { PublicPort } from "../server/ports";

/** What the gateway serves, written down a second time on purpose: a check that took the list from the gateway would not see what it lacks. */

export const grpcExport = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

export interface PushPath {
  endpoint: PublicPort;
  path: string;
  /** Not served where this service is left out. */
  service: string;
}

export const pushPaths: PushPath[] = [
  { endpoint: "logs", path: "/loki/api/v1/push", service: "loki" },
  { endpoint: "logs", path: "/otlp/v1/logs", service: "loki" },
  { endpoint: "logs", path: "/v1/logs", service: "loki" },
  { endpoint: "metrics", path: "/api/v1/write", service: "prometheus" },
  { endpoint: "metrics", path: "/otlp/v1/metrics", service: "prometheus" },
  { endpoint: "metrics", path: "/v1/metrics", service: "prometheus" },
  { endpoint: "traces", path: "/otlp/v1/traces", service: "tempo" },
  { endpoint: "traces", path: "/v1/traces", service: "tempo" },
  { endpoint: "traces", path: "/api/v2/spans", service: "tempo" },
  { endpoint: "otlpGrpc", path: grpcExport, service: "tempo" },
];

/** One path of each kind under /read/<service>. */
export const readPaths: Record<string, string[]> = {
  loki: [
    ...["query", "query_range", "labels", "label/host/values", "series", "index/stats", "format_query", "rules", "drilldown-limits"].map(path => `/loki/api/v1/${path}`),
    ...["detected_labels", "detected_fields", "detected_field/level/values"].map(path => `/loki/api/v1/${path}`),
    "/prometheus/api/v1/rules",
    "/prometheus/api/v1/alerts",
    "/ready",
  ],
  prometheus: [
    ...["query", "query_range", "query_exemplars", "series", "labels", "label/host/values", "metadata", "rules", "alerts", "targets"].map(path => `/api/v1/${path}`),
    ...["format_query", "parse_query", "status/buildinfo", "status/runtimeinfo"].map(path => `/api/v1/${path}`),
    "/-/ready",
  ],
  tempo: [...["traces/1", "v2/traces/1", "search", "search/tags", "metrics/query_range", "echo", "status/buildinfo"].map(path => `/api/${path}`), "/ready"],
  alertmanager: [...["alerts", "alerts/groups", "status", "silences", "receivers"].map(path => `/api/v2/${path}`), "/-/ready"],
};

/** What these services would answer, and the gateway must not pass on even with a token: nothing that would do harm if it were. */
export const unlisted: { service: string; method: string; path: string }[] = [
  { service: "loki", method: "GET", path: "/config" },
  { service: "loki", method: "GET", path: "/metrics" },
  { service: "loki", method: "POST", path: "/loki/api/v1/push" },
  { service: "loki", method: "DELETE", path: "/loki/api/v1/query" },
  { service: "loki", method: "GET", path: "/loki/api/v1/detected_field/..%2f..%2f..%2f../config" },
  { service: "prometheus", method: "GET", path: "/metrics" },
  { service: "prometheus", method: "GET", path: "/api/v1/status/config" },
  { service: "prometheus", method: "POST", path: "/api/v1/write" },
  { service: "prometheus", method: "POST", path: "/-/reload" },
  { service: "prometheus", method: "POST", path: "/api/v1/query/../../../-/reload" },
  { service: "tempo", method: "GET", path: "/status/config" },
  { service: "tempo", method: "GET", path: "/api/traces/../../status/config" },
  { service: "tempo", method: "GET", path: "/api/traces/%2e%2e/%2e%2e/status/config" },
  { service: "alertmanager", method: "POST", path: "/api/v2/silences" },
  { service: "alertmanager", method: "POST", path: "/-/reload" },
];
