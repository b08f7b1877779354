import { failedSpan, failedSpans } from "../server/failing-spans";
import { by, type RecordingRule, type Subject } from "./rule";

/**
 * Requests that services answer, from what each of them has: Micrometer by Prometheus (seconds) or OTLP (milliseconds),
 * OpenTelemetry's own metric, else Tempo's span metrics. The first that a service has is taken, so nothing is counted twice.
 */
const answering = 'span_kind="SPAN_KIND_SERVER"';
const answered5xx = (metric: string, status: string) => ({ metric, all: "", failed: `rate(${metric}_count{${status}=~"5.."}[5m])` });
const sources = [
  { ...answered5xx("http_server_requests_seconds", "status"), scale: 1 },
  { ...answered5xx("http_server_requests_milliseconds", "status"), scale: 1000 },
  { ...answered5xx("http_server_request_duration_seconds", "http_response_status_code"), scale: 1 },
  { metric: "traces_spanmetrics_latency", all: answering, failed: failedSpans("traces_spanmetrics_latency_count", answering, "5m"), scale: 1 },
];
const service = "environment, service_name";
const first = (each: (source: (typeof sources)[number]) => string) => sources.map(each).join(`\nor on (${service}) `);
const seconds = (text: string, scale: number) => (scale === 1 ? text : `${text} / ${scale}`);

const requests = ({ metric, all }: (typeof sources)[number]) => `sum by (${by("service")}) (rate(${metric}_count{${all}}[5m]))`;

const records: RecordingRule[] = [
  { record: "http_requests:rate5m", expr: first(requests) },
  {
    // Zero where nothing fails: averages over a long window count that time, and no other source is asked.
    record: "http_failures:rate5m",
    expr: first(source => `(sum by (${by("service")}) (${source.failed}) or ${requests(source)} * 0)`),
  },
  { record: "http_latency_seconds:p95", expr: first(({ metric, all, scale }) => seconds(`histogram_quantile(0.95, sum by (${by("service", "le")}) (rate(${metric}_bucket{${all}}[5m])))`, scale)) },
  // Micrometer has buckets only where they are switched on; a slow average is slow, too.
  { record: "http_latency_seconds:mean", expr: first(({ metric, all, scale }) => seconds(`sum by (${by("service")}) (rate(${metric}_sum{${all}}[5m])) / sum by (${by("service")}) (rate(${metric}_count{${all}}[5m]))`, scale)) },
];

const rate = (name: string, window: string) => `sum by (${by("software")}) (avg_over_time(http_${name}:rate5m{$E}[${window}]))`;
const ratio = (window: string) => `${rate("failures", window)} / ${rate("requests", window)}`;
/** Share of failures that uses up the budget `times` faster than allowed, in both windows; below 1 request a minute it means nothing. */
const burns = (times: number, long: string, short: string) =>
  `${ratio(long)} > ${times} * (1 - $T / 100) and ${ratio(short)} > ${times} * (1 - $T / 100) and ${rate("requests", long)} > 1 / 60`;
const workbook = "Google SRE Workbook, Alerting on SLOs (CC BY-NC-ND 4.0): method and factors; expression own";
const objective = { default: 99.5, unit: "% of requests without a server error" };

/** Requests to the users' services: failures, latency, and how fast the error budget is used up. */
export const http: Subject = {
  name: "http",
  interval: "30s",
  records,
  rules: [
    {
      name: "HttpErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "services", threshold: { default: 5, unit: "% of requests" },
      expr: `100 * http_failures:rate5m{$E} / http_requests:rate5m{$E} > $T and http_requests:rate5m{$E} > 1 / 60`,
      summary: '{{ $labels.service_name }} on {{ $labels.host }}: {{ printf "%.1f" $value }} % of the requests fail',
      description: "More than $T % of the requests end in a server error (5xx). The log lines of the time say why.",
      logs: '| detected_level=~"error|fatal|critical"', traces: failedSpan,
      source: "own, threshold as in awesome-prometheus-alerts (CC BY 4.0, Samuel Berthe)",
    },
    {
      name: "HttpSlow", severity: "warning", of: "service", about: "http-latency", for: "10m", dashboard: "services", threshold: { default: 1, unit: "s, 95th percentile" },
      expr: `(http_latency_seconds:p95{$E} > 0 or on (${by("service")}) http_latency_seconds:mean{$E}) > $T and on (${by("service")}) http_requests:rate5m{$E} > 1 / 60`,
      summary: '{{ $labels.service_name }} on {{ $labels.host }}: 95 % of the requests take up to {{ printf "%.2f" $value }} s',
      description: "One request in twenty takes longer than that. Without buckets in the application's metrics it is the average that is above $T s.",
      logs: "", traces: "duration > $Ts",
      source: "own",
    },
    {
      name: "SloBurnFast", severity: "critical", of: "software", about: "slo", dashboard: "services", threshold: objective,
      expr: burns(14.4, "1h", "5m"),
      summary: '{{ $labels.service_name }}: {{ $value | humanizePercentage }} of the requests of the last hour failed',
      description: "At this pace a month's error budget ($T % must succeed) is used up in two days: 2 % of it in an hour.",
      logs: '| detected_level=~"error|fatal|critical"', traces: failedSpan,
      source: workbook,
    },
    {
      name: "SloBurn", severity: "warning", of: "software", about: "slo", dashboard: "services", threshold: objective,
      expr: burns(6, "6h", "30m"),
      summary: '{{ $labels.service_name }}: {{ $value | humanizePercentage }} of the requests of the last 6 hours failed',
      description: "At this pace a month's error budget ($T % must succeed) is used up in five days.",
      logs: '| detected_level=~"error|fatal|critical"', traces: failedSpan,
      source: workbook,
    },
    {
      name: "SloBurnSlow", severity: "info", of: "software", about: "slo", for: "1h", dashboard: "services", threshold: objective,
      expr: burns(1, "3d", "6h"),
      summary: '{{ $labels.service_name }}: {{ $value | humanizePercentage }} of the requests of the last 3 days failed',
      description: "More requests fail than the objective of $T % allows.",
      logs: '| detected_level=~"error|fatal|critical"', traces: failedSpan,
      source: workbook,
    },
  ],
};
