import { byService, ofService } from "./selectors";

/**
 * Micrometer's meters as they arrive: scraped by Prometheus in seconds, or over OTLP in milliseconds.
 * Both at once is fine: a service is one or the other.
 */
const units = [["seconds", ""], ["milliseconds", " / 1000"]] as const;

const both = (expression: (unit: string, scaled: string) => string) => units.map(([unit, scaled]) => `(${expression(unit, scaled)})`).join("\nor\n");

type Selected = { where?: string; window?: string };

const selector = (where?: string) => `{${[ofService, ...(where ? [where] : [])].join(", ")}}`;

/** How often a timer was used, per second. */
export const timed = (timer: string, by: string, { where, window = "$__rate_interval" }: Selected = {}) =>
  both(unit => `sum by (${by}) (rate(${timer}_${unit}_count${selector(where)}[${window}]))`);

/** Seconds spent per second. */
export const spent = (timer: string, by: string, { where, window = "$__rate_interval" }: Selected = {}) =>
  both((unit, scaled) => `sum by (${by}) (rate(${timer}_${unit}_sum${selector(where)}[${window}]))${scaled}`);

/** Mean duration in seconds. */
export const mean = (timer: string, by: string, { where, window = "$__rate_interval" }: Selected = {}) =>
  both((unit, scaled) => `sum by (${by}) (rate(${timer}_${unit}_sum${selector(where)}[${window}])) / (sum by (${by}) (rate(${timer}_${unit}_count${selector(where)}[${window}])) > 0)${scaled}`);

/** Seconds in which this share is done; only where the application publishes histograms. */
export const within = (quantile: number, timer: string, by: string, { where, window = "$__rate_interval" }: Selected = {}) =>
  both((unit, scaled) => `histogram_quantile(${quantile}, sum by (le, ${by}) (rate(${timer}_${unit}_bucket${selector(where)}[${window}])))${scaled}`);

/** Longest of the last minutes, in seconds; where a maximum is not sent (OTLP), what 99 of 100 stay below. */
export const longest = (timer: string, by: string) =>
  `${both((unit, scaled) => `max by (${by}) ({__name__=~"${timer}_(${unit}_max|max_${unit})", ${ofService}})${scaled}`)}\nor\n${within(0.99, timer, by, { window: "5m" })}`;

/** Buckets of a timer for a heatmap. */
export const bucketsOf = (timer: string) => `sum by (le) (increase(${timer}_seconds_bucket${selector()}[$__rate_interval]))`;

/** A time that a meter holds, in seconds. */
export const moment = (meter: string, by: string) => both((unit, scaled) => `max by (${by}) (${meter}_${unit}${selector()})${scaled}`);

/** A gauge whose base unit is the end of its name when scraped, and is not when it comes over OTLP. */
export const gauge = (name: string, ending: string, where?: string) => `{__name__=~"${name}(_${ending})?", ${ofService}${where ? `, ${where}` : ""}}`;

/** Share of the heap that is in use, from 0 to 1. */
export const heapShare = `sum by (${byService}) (jvm_memory_used_bytes{${ofService}, area="heap"}) / (sum by (${byService}) (jvm_memory_max_bytes{${ofService}, area="heap"}) > 0)`;

/** The database's connections, by pool. */
export const byPool = `${byService}, pool`;
export const hikari = (meter: string) => `sum by (${byPool}) (hikaricp_connections${meter}{${ofService}})`;

export const jvmLib = "jvm-observ-lib of grafana/jsonnet-libs (Apache-2.0) for the choice of metrics; expression pulumi-lgtm";
export const springMixin = "spring-boot-mixin of grafana/jsonnet-libs (Apache-2.0) for the choice of metrics; expression pulumi-lgtm";
