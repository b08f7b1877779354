import { awsServices, type AwsService } from "./cloud-metrics-aws";
import { azureServices, type AzureService } from "./cloud-metrics-azure";
import { gcpServices, type GcpService } from "./cloud-metrics-gcp";
import { minutesOf, type Cloud, type ResolvedCloudMetrics } from "./cloud-metrics";

/** List prices in USD, as they were on this day. Some regions differ. */
export const cloudMetricsPricesAsOf = "2026-11-22";

/**
 * What a cloud counts when metrics are read, the price of one, and how many are free in a month.
 * AWS: GetMetricData, https://aws.amazon.com/cloudwatch/pricing/. Azure: native metrics, https://azure.microsoft.com/pricing/details/monitor/.
 * GCP: since 2025-10-02 time series and not calls, https://cloud.google.com/stackdriver/pricing; free is by billing account.
 */
export const cloudMetricsUnits: Record<Cloud, { unit: string; usd: number; free: number }> = {
  aws: { unit: "metrics requested", usd: 0.01 / 1_000, free: 0 },
  azure: { unit: "calls", usd: 0.01 / 1_000, free: 1_000_000 },
  gcp: { unit: "time series returned", usd: 0.5 / 1_000_000, free: 1_000_000 },
};

/** How many resources there are, by service, such as `{ rds: 2, lambda: 30 }`. */
export type ResourceCounts = Partial<Record<AwsService | AzureService | GcpService, number>>;

export interface CloudMetricsPriceRow {
  cloud: Cloud;
  service: string;
  /** What one is: "database instance". */
  resource: string;
  resources: number;
  /** What the cloud counts, and how many of it a month all of them make. */
  unit: string;
  count: number;
  /** USD a month at the list price, before what is free. */
  usd: number;
}

export interface CloudMetricsPrice {
  rows: CloudMetricsPriceRow[];
  /** USD a month, less what is free where nothing else uses it up. */
  usd: number;
}

const hoursOfMonth = 730;

/** What reading costs a month. Of a service without a count one resource is reckoned. */
export function cloudMetricsPrice(spec: ResolvedCloudMetrics | undefined, counts: ResourceCounts = {}): CloudMetricsPrice {
  if (!spec) return { rows: [], usd: 0 };
  const readings = (hoursOfMonth * 60) / minutesOf(spec.interval);
  const row = (cloud: Cloud, service: keyof ResourceCounts, resource: string, each: number): CloudMetricsPriceRow => {
    const resources = counts[service] ?? 1;
    const count = Math.round(readings * each * resources);
    const { unit, usd } = cloudMetricsUnits[cloud];
    return { cloud, service, resource, resources, unit, count, usd: cents(count * usd) };
  };
  const rows = [
    ...(spec.aws?.services ?? []).map(name => row("aws", name, awsServices[name].resource, awsServices[name].metrics.length)),
    // One call asks for all metrics of a resource.
    ...(spec.azure?.services ?? []).map(name => row("azure", name, azureServices[name].resource, 1)),
    ...(spec.gcp?.services ?? []).map(name => row("gcp", name, gcpServices[name].resource, gcpServices[name].metrics.reduce((sum, { series }) => sum + series, 0))),
  ];
  const usd = Object.entries(cloudMetricsUnits).reduce((sum, [cloud, { usd, free }]) => {
    const count = rows.filter(each => each.cloud === cloud).reduce((all, each) => all + each.count, 0);
    return sum + Math.max(0, count - free) * usd;
  }, 0);
  return { rows, usd: cents(usd) };
}

const cents = (usd: number) => Math.round(usd * 100) / 100;
