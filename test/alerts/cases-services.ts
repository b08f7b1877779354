import { everywhere, named, ofService, type Case } from "./case";

const requests = (ok: string, failed: string) => ({
  [named("http_server_requests_seconds_count", { ...ofService, status: "200", uri: "/" })]: ok,
  [named("http_server_requests_seconds_count", { ...ofService, status: "500", uri: "/" })]: failed,
});
const inMilliseconds = { [named("http_server_requests_milliseconds_count", { ...ofService, status: "200" })]: "0+540x60", [named("http_server_requests_milliseconds_count", { ...ofService, status: "503" })]: "0+60x60" };
const ofOpenTelemetry = { [named("http_server_request_duration_seconds_count", { ...ofService, http_response_status_code: "200" })]: "0+540x60", [named("http_server_request_duration_seconds_count", { ...ofService, http_response_status_code: "502" })]: "0+60x60" };
const span = (status: string) => named("traces_spanmetrics_latency_count", { ...ofService, span_kind: "SPAN_KIND_SERVER", span_name: "GET /", status_code: `STATUS_CODE_${status}` });
const spans = { [span("UNSET")]: "0+540x60", [span("ERROR")]: "0+60x60" };
const spanOfSpring = (outcome: string) => named("traces_spanmetrics_latency_count", { ...ofService, span_kind: "SPAN_KIND_SERVER", span_name: "http post /pay", status_code: "STATUS_CODE_UNSET", outcome });

const buckets = (metric: string, scale: number, fast: string, all: string) =>
  Object.fromEntries([...[0.5 * scale, 5 * scale].map((le, i) => [named(`${metric}_bucket`, { ...ofService, le: String(le) }), i ? all : fast]), [named(`${metric}_bucket`, { ...ofService, le: "+Inf" }), all], [named(`${metric}_count`, { ...ofService, status: "200" }), all]]);
const average = { [named("http_server_requests_seconds_sum", { ...ofService, status: "200" })]: "0+300x60", [named("http_server_requests_seconds_count", { ...ofService, status: "200" })]: "0+100x60" };

export const httpCases: Case[] = [
  { alert: "HttpErrors", when: "a tenth fails", series: requests("0+540x60", "0+60x60"), at: 20, fires: ofService },
  { alert: "HttpErrors", when: "a tenth fails, by Micrometer over OTLP", series: inMilliseconds, at: 20, fires: ofService },
  { alert: "HttpErrors", when: "a tenth fails, by OpenTelemetry's metric", series: ofOpenTelemetry, at: 20, fires: ofService },
  { alert: "HttpErrors", when: "a tenth fails, and only traces say so", series: spans, at: 20, fires: ofService },
  { alert: "HttpErrors", when: "a tenth fails, and only the outcome of Spring's traces says so", series: { [spanOfSpring("SUCCESS")]: "0+540x60", [spanOfSpring("SERVER_ERROR")]: "0+60x60" }, at: 20, fires: ofService },
  { alert: "HttpErrors", when: "a tenth is refused, which is the caller's fault", series: { [spanOfSpring("SUCCESS")]: "0+540x60", [spanOfSpring("CLIENT_ERROR")]: "0+60x60" }, at: 20 },
  { alert: "HttpErrors", when: "Micrometer has never counted a failure, whatever the traces call an error", series: { ...spans, [named("http_server_requests_seconds_count", { ...ofService, status: "200", uri: "/" })]: "0+600x60" }, at: 20 },
  { alert: "HttpErrors", when: "Micrometer counts no failure, whatever the traces call an error", series: { ...spans, ...requests("0+600x60", "0x60") }, at: 20 },
  { alert: "HttpErrors", when: "one in a hundred fails", series: requests("0+594x60", "0+6x60"), at: 20 },
  { alert: "HttpErrors", when: "there is next to no request", series: requests("0x60", "0 0 0 0 1x60"), at: 9 },
  { alert: "HttpSlow", when: "one in ten takes seconds", series: buckets("http_server_requests_seconds", 1, "0+90x60", "0+100x60"), at: 20, fires: ofService },
  { alert: "HttpSlow", when: "one in ten takes seconds, in milliseconds", series: buckets("http_server_requests_milliseconds", 1000, "0+90x60", "0+100x60"), at: 20, fires: ofService },
  { alert: "HttpSlow", when: "the average is 3 s and there are no buckets", series: average, at: 20, fires: ofService },
  { alert: "HttpSlow", when: "all are fast", series: buckets("http_server_requests_seconds", 1, "0+100x60", "0+100x60"), at: 20 },
  { alert: "HttpSlow", when: "all are fast, in milliseconds", series: buckets("http_server_requests_milliseconds", 1000, "0+100x60", "0+100x60"), at: 20 },
  { alert: "SloBurnFast", when: "a fifth fails for an hour and still does", series: requests("0+80x180", "0+20x180"), at: 90, fires: everywhere },
  { alert: "SloBurnFast", when: "it failed, and is well again for a quarter of an hour", series: requests("0+80x180", "0+20x60 1200x120"), at: 76 },
  { alert: "SloBurnFast", when: "one in fifty fails", series: requests("0+98x180", "0+2x180"), at: 90 },
  { alert: "SloBurn", when: "5 % fail for 6 hours", series: requests("0+95x480", "0+5x480"), at: 420, fires: everywhere },
  { alert: "SloBurn", when: "2 % fail", series: requests("0+98x480", "0+2x480"), at: 420 },
  { alert: "SloBurnSlow", when: "1 % fails for hours", series: requests("0+99x600", "0+1x600"), at: 540, fires: everywhere },
  { alert: "SloBurnSlow", when: "two in a thousand fail", series: requests("0+499x600", "0+1x600"), at: 540 },
];

const heap = (used: string) => ({
  [named("jvm_memory_used_bytes", { ...ofService, area: "heap", id: "G1 Old Gen" })]: used,
  [named("jvm_memory_used_bytes", { ...ofService, area: "heap", id: "G1 Eden Space" })]: "10x30",
  [named("jvm_memory_max_bytes", { ...ofService, area: "heap", id: "G1 Old Gen" })]: "100x30",
  // The collector's other pools have no limit of their own.
  [named("jvm_memory_max_bytes", { ...ofService, area: "heap", id: "G1 Eden Space" })]: "-1x30",
});
const heapOfAgent = { [named("jvm_memory_used_bytes", { ...ofService, jvm_memory_type: "heap" })]: "90x30", [named("jvm_memory_limit_bytes", { ...ofService, jvm_memory_type: "heap" })]: "100x30" };
const pool = (values: string) => ({ [named("hikaricp_connections_pending", { ...ofService, pool: "HikariPool-1" })]: values });

export const jvmCases: Case[] = [
  { alert: "JvmHeapHigh", when: "90 % stay used", series: heap("80x30"), at: 15, fires: ofService },
  { alert: "JvmHeapHigh", when: "90 % stay used, by OpenTelemetry's metric", series: heapOfAgent, at: 15, fires: ofService },
  { alert: "JvmHeapHigh", when: "collections bring it down", series: heap("80 80 80 80 30 80 80 80 80 30 80 80 80 80 30 80x10"), at: 15 },
  { alert: "JvmGcTime", when: "6 s of a minute go to collections", series: { [named("jvm_gc_pause_seconds_sum", ofService)]: "0+6x30" }, at: 15, fires: ofService },
  { alert: "JvmGcTime", when: "6 s of a minute go to collections, in milliseconds", series: { [named("jvm_gc_pause_milliseconds_sum", ofService)]: "0+6000x30" }, at: 15, fires: ofService },
  { alert: "JvmGcTime", when: "a tenth of a second does", series: { [named("jvm_gc_pause_seconds_sum", ofService)]: "0+0.1x30" }, at: 15 },
  { alert: "HikariPoolWaiting", when: "threads wait for minutes", series: pool("0x5 4x20"), at: 10, fires: { ...ofService, pool: "HikariPool-1" } },
  { alert: "HikariPoolWaiting", when: "one waited for a moment", series: pool("0x5 1 0x20"), at: 10 },
];

const errors = (values: string) => ({ [named("log_errors:count1m", ofService)]: values });
const text = (values: string, labels: Record<string, string> = ofService) => ({ [named("log_error_texts:count1m", { ...labels, error: "주문 #: payment refused" })]: values });

export const logsCases: Case[] = [
  { alert: "ErrorSpike", when: "1 a minute become 20", series: errors("1x60 20x10"), at: 65, fires: ofService },
  { alert: "ErrorSpike", when: "a service without a past has 20 a minute", series: errors("20x10"), at: 3, fires: ofService },
  { alert: "ErrorSpike", when: "20 a minute are usual", series: errors("20x90"), at: 80 },
  { alert: "ErrorSpike", when: "there are three", series: errors("_x60 1x3"), at: 63 },
  { alert: "NewError", when: "a text comes for the first time, once", series: text("_x30 1 _x30"), at: 33, fires: { ...ofService, error: "주문 #: payment refused" } },
  { alert: "NewError", when: "the text was there three hours ago", series: text("_x5 1 _x180 1 _x10"), at: 188 },
  { alert: "NewError", when: "the text is there all the time", series: text("1x90"), at: 60 },
  { alert: "NewError", when: "another host of the service had it before", series: { ...text("1x90", { ...ofService, host: "app-2" }), ...text("_x55 1x20") }, at: 60 },
];

const nobodys = { service_name: "orders" };
export const unattributedCases: Case[] = [
  { alert: "UnattributedMetrics", when: "a target has no environment", series: { [named("up", { ...nobodys, job: "orders" })]: "1x30" }, at: 20, fires: { ...nobodys, job: "orders" } },
  { alert: "UnattributedMetrics", when: "it has one", series: { [named("up", { ...ofService, job: "orders" })]: "1x30" }, at: 20 },
  { alert: "UnattributedLogs", when: "lines have no environment", series: { [named("log_lines:count1m", nobodys)]: "3x40" }, at: 25, fires: nobodys },
  { alert: "UnattributedLogs", when: "they have one", series: { [named("log_lines:count1m", ofService)]: "3x40" }, at: 25 },
  { alert: "UnattributedTraces", when: "spans have no environment", series: { [named("traces_spanmetrics_calls_total", { ...nobodys, span_name: "GET /" })]: "0+5x60" }, at: 40, fires: nobodys },
  { alert: "UnattributedTraces", when: "they have one", series: { [named("traces_spanmetrics_calls_total", { ...ofService, span_name: "GET /" })]: "0+5x60" }, at: 40 },
];
