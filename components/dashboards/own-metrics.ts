import { labels } from "../server/labels";
import type { ResolvedSpec } from "../server/spec";
import type { ServiceName } from "../server/versions";

const rate = "$__rate_interval";

export const mixin = (name: string) => `${name}-mixin (Apache-2.0) for the choice of metrics; expression pulumi-lgtm`;

export const neverSilent = "No line, sample or span is lost silently: what is refused is counted here.";

/** Selectors and expressions over what the monitoring server's own services tell of themselves. */
export function ownMetrics(spec: ResolvedSpec) {
  const self = `${labels.environment}="${spec.environment}", ${labels.cloud}="${spec.cloud}", ${labels.host}="${spec.host}"`;
  const of = (service: ServiceName) => `${self}, ${labels.service}="${service}"`;
  const perSecond = (metric: string, service: ServiceName, by = "") => `sum${by && ` by (${by})`} (rate(${metric}{${of(service)}}[${rate}]))`;
  /** 95th percentile of a classic histogram. */
  const within = (metric: string, service: ServiceName, by: string, where = "") =>
    `histogram_quantile(0.95, sum by (le, ${by}) (rate(${metric}_bucket{${of(service)}${where}}[${rate}])))`;
  /** Sum of counters over the time range, of those services that the server has. */
  const lost = (...metrics: [metric: string, service: ServiceName][]) =>
    metrics
      .filter(([, service]) => spec.services.includes(service))
      .map(([metric, service]) => `(sum(increase(${metric}{${of(service)}}[$__range])) or vector(0))`)
      .join(" + ");
  return { self, of, perSecond, within, lost };
}
