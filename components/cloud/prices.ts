import { cloudMetricsPrice } from "../server/cloud-metrics-price";
import type { ResolvedSpec } from "../server/spec";

/** One thing that costs money every month. */
export interface PriceItem {
  what: string;
  /** US dollars a month of 730 hours; undefined where the table does not know it. */
  usd?: number;
}

/** What a stack's own resources cost by list prices: no traffic, no requests of the bucket nor what lies in it, no discounts, no taxes. */
export interface MonthlyPrice {
  /** Sum of the known items, US dollars. */
  usd: number;
  items: PriceItem[];
  /** What the table does not know. */
  unknown: string[];
  /** Region of the prices, and when they were read. */
  basis: string;
}

export function sum(items: PriceItem[], basis: string): MonthlyPrice {
  const known = items.filter(item => item.usd !== undefined);
  return {
    usd: cents(known.reduce((total, item) => total + item.usd!, 0)),
    items: known.map(item => ({ ...item, usd: cents(item.usd!) })),
    unknown: items.filter(item => item.usd === undefined).map(item => item.what),
    basis,
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** With what reading the cloud's metrics costs, reckoned for one resource of each kind: how many there are is not known here. */
export function withCloudMetrics(price: MonthlyPrice, spec: Pick<ResolvedSpec, "cloudMetrics">): MonthlyPrice {
  if (!spec.cloudMetrics) return price;
  const { rows, usd } = cloudMetricsPrice(spec.cloudMetrics);
  return { ...price, usd: cents(price.usd + usd), items: [...price.items, { what: `cloud metrics: one ${[...new Set(rows.map(({ resource }) => resource))].join(", one ")}`, usd: cents(usd) }] };
}

/** Snapshots are incremental: a part of the disk changes each day. An estimate, not a measurement. */
export function snapshotGiB(diskGiB: number, kept: number): number {
  return diskGiB * (0.5 + 0.05 * kept);
}
