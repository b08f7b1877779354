import { failedSpans } from "../server/failing-spans";
import { answering, ofService } from "./selectors";

/**
 * Requests that a service answers, whoever counts them: Micrometer scraped by Prometheus (seconds), Micrometer over OTLP
 * (milliseconds), or Tempo from the spans. The first one that knows a service is taken for it.
 */
interface Counted {
  /** Metrics without their endings. */
  counts: string;
  buckets: string;
  /** Selector of all requests. */
  all: string;
  /** Failing ones a second, as series. */
  failed: (window: string) => string;
  /** Divides a duration to seconds. */
  scale: number;
}

const micrometer = (unit: string, scale: number): Counted => ({
  counts: `http_server_requests_${unit}_count`,
  buckets: `http_server_requests_${unit}_bucket`,
  all: ofService,
  failed: window => `rate(http_server_requests_${unit}_count{${ofService}, status=~"5.."}[${window}])`,
  scale,
});

const fromSpans: Counted = {
  counts: "traces_spanmetrics_calls_total",
  buckets: "traces_spanmetrics_latency_bucket",
  all: `${ofService}, ${answering}`,
  failed: window => failedSpans("traces_spanmetrics_calls_total", `${ofService}, ${answering}`, window),
  scale: 1,
};

const counted = [micrometer("seconds", 1), micrometer("milliseconds", 1000), fromSpans];

const firstOf = (expression: (from: Counted) => string) => counted.map(from => `(${expression(from)})`).join("\nor\n");

/** Requests per second. */
export const requestRate = (by: string, window = "$__rate_interval") => firstOf(({ counts, all }) => `sum by (${by}) (rate(${counts}{${all}}[${window}]))`);

/** Share of requests that fail, from 0 to 1; nothing where there are no requests. */
export const failingShare = (by: string, window = "$__rate_interval") =>
  firstOf(({ counts, all, failed }) => {
    const total = `sum by (${by}) (rate(${counts}{${all}}[${window}]))`;
    return `(sum by (${by}) (${failed(window)}) or ${total} * 0) / (${total} > 0)`;
  });

/** Seconds in which this share of the requests is answered. */
export const answeredWithin = (quantile: number, by: string, window = "$__rate_interval") =>
  firstOf(({ buckets, all, scale }) => `histogram_quantile(${quantile}, sum by (le, ${by}) (rate(${buckets}{${all}}[${window}])))${scale === 1 ? "" : ` / ${scale}`}`);
