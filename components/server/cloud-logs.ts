import { z } from "zod/v3";
import { awsRegion, environmentsSchema, gcpProject } from "./cloud-metrics";

/** Log groups of CloudWatch: one by its name, or all whose names begin alike. */
export interface LogGroups {
  name?: string;
  prefix?: string;
  /** Label `environment` of their lines. @default that of all cloud logs */
  environment?: string;
  /** Label `service_name` of their lines. @default the function of "/aws/lambda/<function>", "rds" of "/aws/rds/…", else the last part of the group's name */
  service?: string;
}

/**
 * Logs that are in a cloud already, read by the server into Loki, so that what has no agent is among the errors, too. The server reads
 * them as what it is in its own cloud, without a key. `cloudLogsPrices` says what that costs.
 */
export interface CloudLogsSpec {
  /** Label `environment` of lines that nothing else says it of. @default none: "unattributed", which is counted by an alert */
  environment?: string;
  /** The same for single Azure subscriptions and GCP projects. @default {} */
  environments?: Record<string, string>;
  /** CloudWatch. @default none of it */
  aws?: {
    groups: LogGroups[];
    /** @default the server's own region */
    region?: string;
  };
  /** Event Hubs, to which diagnostic settings send. @default none of it */
  azure?: {
    /** Host of the namespace, of the standard tier or above: "shop.servicebus.windows.net". */
    namespace: string;
    hubs: string[];
  };
  /** Cloud Logging, through a sink into Pub/Sub. @default none of it */
  gcp?: {
    /** Name of the pull subscription. */
    subscription: string;
    /** @default the server's own project */
    project?: string;
  };
}

/** With every default filled in; what the clouds know stays a placeholder. */
export interface ResolvedCloudLogs {
  environment?: string;
  environments: Record<string, string>;
  aws?: { groups: LogGroups[]; region: string };
  azure?: { namespace: string; hubs: string[] };
  gcp?: { subscription: string; project: string };
}

export function resolveCloudLogs(spec: CloudLogsSpec | undefined): ResolvedCloudLogs | undefined {
  if (!spec) return undefined;
  const { aws, azure, gcp } = spec;
  return {
    environment: spec.environment,
    environments: spec.environments ?? {},
    ...(aws && { aws: { groups: aws.groups, region: aws.region ?? "@@region@@" } }),
    ...(azure && { azure }),
    ...(gcp && { gcp: { subscription: gcp.subscription, project: gcp.project ?? "@@project@@" } }),
  };
}

const label = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const group = z.string().regex(/^[\w./#-]{1,512}$/, 'the name of a log group or its beginning, such as "/aws/lambda/orders"');
const groups = z
  .array(z.strictObject({ name: group.optional(), prefix: group.optional(), environment: label.optional(), service: label.optional() }).refine(it => (it.name === undefined) !== (it.prefix === undefined), "either the name of a log group or the prefix of several"))
  .min(1)
  .refine(list => new Set(list.map(it => it.name ?? `${it.prefix}*`)).size === list.length, "each group and each prefix once");
const hub = z.string().regex(/^[A-Za-z0-9][\w.-]{0,254}$/, 'the name of an event hub, such as "logs"');

/** Spec key `cloudLogs`. @internal */
export const cloudLogsSchema = z.strictObject({
  environment: label.optional(),
  environments: environmentsSchema.optional(),
  aws: z.strictObject({ groups, region: awsRegion.optional() }).optional(),
  azure: z.strictObject({ namespace: z.string().regex(/^[a-z][a-z0-9-]{4,48}[a-z0-9]\.servicebus\.[a-z.]+$/, 'the host of an Event Hubs namespace, such as "shop.servicebus.windows.net"'), hubs: z.array(hub).min(1) }).optional(),
  gcp: z.strictObject({ subscription: z.string().regex(/^[A-Za-z][\w.~+%-]{2,254}$/, 'the name of a Pub/Sub subscription, such as "lgtm-logs"'), project: gcpProject.optional() }).optional(),
}).refine(spec => spec.aws || spec.azure || spec.gcp, "at least one of aws, azure and gcp");

/** What the server's role may do, on the log groups of {@link awsLogGroups}. */
export const awsLogsActions = ["logs:FilterLogEvents", "logs:DescribeLogGroups"] as const;

/** Log groups by name, with a "*" at the end where it is a prefix: the resources of {@link awsLogsActions}, in `arn:aws:logs:<region>:<account>:log-group:<here>:*`. */
export const awsLogGroups = (spec: ResolvedCloudLogs | undefined): string[] => (spec?.aws?.groups ?? []).map(({ name, prefix }) => name ?? `${prefix}*`);

/** Built-in role that the server's identity needs on the namespace. */
export const azureLogsRoles = { "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde" } as const;

/** Role that the server's service account needs on the subscription. */
export const gcpLogsRoles = ["roles/pubsub.subscriber"] as const;

/** List prices in USD, as they were on this day. Some regions differ. */
export const cloudLogsPricesAsOf = "2026-11-22";

/**
 * What reading costs, beside what the cloud takes for having the logs.
 * AWS: its list has no price for FilterLogEvents and DescribeLogGroups (https://aws.amazon.com/cloudwatch/pricing/).
 * Azure: a throughput unit of the standard tier by the hour, and events of up to 64 KB (https://azure.microsoft.com/pricing/details/event-hubs/).
 * GCP: in and out of Pub/Sub each, so twice; 10 GiB a month are free (https://cloud.google.com/pubsub/pricing). The sink is free.
 */
export const cloudLogsPrices = {
  aws: { perGiB: 0, aMonth: 0 },
  azure: { perMillionEvents: 0.028, aMonth: 21.9 },
  gcp: { perGiB: 0.08, aMonth: 0 },
} as const;
