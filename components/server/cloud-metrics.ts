import { z } from "zod/v3";
import { awsServiceNames, type AwsService } from "./cloud-metrics-aws";
import { azureServiceNames, type AzureService } from "./cloud-metrics-azure";
import { gcpServiceNames, type GcpService } from "./cloud-metrics-gcp";

/**
 * The few metrics of cloud resources that deserve an alert, read by the server into Prometheus, with their alerts. The server reads
 * them as what it is in its own cloud, without a key. Each reading costs: `cloudMetricsPrice` says how much.
 */
export interface CloudMetricsSpec {
  /** Label `environment` of resources whose tag `lgtm-environment` does not say it. @default none: "unattributed", which is counted by an alert */
  environment?: string;
  /** The same for single AWS accounts, Azure subscriptions and GCP projects. @default {} */
  environments?: Record<string, string>;
  /** How often each metric is read: "1m", "5m" or "15m". Costs grow with it. @default "5m" */
  interval?: CloudMetricsInterval;
  /** @default none of it */
  aws?: {
    services: AwsService[];
    /** @default the server's own region */
    regions?: string[];
  };
  /** @default none of it */
  azure?: {
    services: AzureService[];
    /** @default the server's own subscription */
    subscriptions?: string[];
  };
  /** @default none of it */
  gcp?: {
    services: GcpService[];
    /** @default the server's own project */
    projects?: string[];
  };
}

/** With every default filled in; what the clouds know stays a placeholder. */
export interface ResolvedCloudMetrics {
  environment?: string;
  environments: Record<string, string>;
  interval: CloudMetricsInterval;
  aws?: { services: AwsService[]; regions: string[] };
  azure?: { services: AzureService[]; subscriptions: string[] };
  gcp?: { services: GcpService[]; projects: string[] };
}

export const cloudMetricsIntervals = ["1m", "5m", "15m"] as const;
export type CloudMetricsInterval = (typeof cloudMetricsIntervals)[number];

export const clouds = ["aws", "azure", "gcp"] as const;
export type Cloud = (typeof clouds)[number];

export function resolveCloudMetrics(spec: CloudMetricsSpec | undefined): ResolvedCloudMetrics | undefined {
  if (!spec) return undefined;
  const { aws, azure, gcp } = spec;
  return {
    environment: spec.environment,
    environments: spec.environments ?? {},
    interval: spec.interval ?? "5m",
    ...(aws && { aws: { services: aws.services, regions: aws.regions ?? ["@@region@@"] } }),
    ...(azure && { azure: { services: azure.services, subscriptions: azure.subscriptions ?? ["@@subscription@@"] } }),
    ...(gcp && { gcp: { services: gcp.services, projects: gcp.projects ?? ["@@project@@"] } }),
  };
}

export const minutesOf = (interval: CloudMetricsInterval): number => Number.parseInt(interval, 10);

/** Within this many minutes there are three readings; shorter than a quarter of an hour it need not be. */
export const windowOf = (interval: CloudMetricsInterval): number => Math.max(15, 3 * minutesOf(interval));

const environment = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const services = <T extends string>(names: readonly [T, ...T[]]) => z.array(z.enum(names)).min(1).refine(differ, "each service once");
const many = (one: z.ZodString) => z.array(one).min(1).refine(differ, "each of them once").optional();
const differ = (list: string[]) => new Set(list).size === list.length;

/** @internal */
export const awsRegion = z.string().regex(/^([a-z]{2,}(-[a-z]+)+-\d+|@@region@@)$/, 'a region of AWS, such as "ap-northeast-2"');
const subscription = z.string().regex(/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|@@subscription@@)$/, 'the id of a subscription in lower case, such as "00000000-1111-2222-3333-444444444444"');
/** @internal */
export const gcpProject = z.string().regex(/^([a-z][a-z0-9-]{4,28}[a-z0-9]|@@project@@)$/, 'the id of a project, such as "shop-prod"');

/** An AWS account, an Azure subscription or a GCP project. @internal */
export const environmentsSchema = z.record(z.string().regex(/^[a-z0-9-]{6,36}$/, "the id of an AWS account, an Azure subscription or a GCP project"), environment);

/** Spec key `cloudMetrics`. @internal */
export const cloudMetricsSchema = z.strictObject({
  environment: environment.optional(),
  environments: environmentsSchema.optional(),
  interval: z.enum(cloudMetricsIntervals).optional(),
  aws: z.strictObject({ services: services(nonEmpty(awsServiceNames)), regions: many(awsRegion) }).optional(),
  azure: z.strictObject({ services: services(nonEmpty(azureServiceNames)), subscriptions: many(subscription) }).optional(),
  gcp: z.strictObject({ services: services(nonEmpty(gcpServiceNames)), projects: many(gcpProject) }).optional(),
}).refine(spec => clouds.some(cloud => spec[cloud]), "at least one of aws, azure and gcp, with the services whose metrics are wanted");

function nonEmpty<T>(list: T[]): [T, ...T[]] {
  return list as [T, ...T[]];
}
