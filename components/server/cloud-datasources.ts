import { z } from "zod/v3";

/** CloudWatch, metrics and logs. Plain, it is the server's own account, by the server's own role. */
export interface AwsDatasource {
  /** Tells several apart; part of the name of its secrets. @default none: at most one is without */
  name?: string;
  /** @default the server's */
  region?: string;
  /** Role of another account that the server's own role may take on. No secret. @default none */
  assumeRoleArn?: string;
  /** What that role asks for beside, if it does. @default none */
  externalId?: string;
  /** By an access key, where there is no role: the secrets `aws-access-key-id` and `aws-secret-access-key` (`-<name>`). @default false */
  accessKey?: boolean;
}

/** Azure Monitor with Log Analytics and Resource Graph. Plain, it is the server's own subscription, by its managed identity. */
export interface AzureDatasource {
  /** @default none: at most one is without */
  name?: string;
  /** Subscription that is shown first. @default the server's */
  subscription?: string;
  /** Directory (tenant) id and client id of an application in another tenant; the secret `azure-client-secret` (`-<name>`). @default none */
  tenant?: string;
  clientId?: string;
}

/** Google Cloud Monitoring and Logging. Plain, it is the server's own project, by its service account. */
export interface GcpDatasource {
  /** @default none: at most one is without */
  name?: string;
  /** @default the server's */
  project?: string;
  /** E-mail of a service account with a key, where the server has none of its own; its private key is the secret `gcp-private-key` (`-<name>`). @default none */
  serviceAccount?: string;
  /** Logs, too: Grafana fetches Google's plugin from grafana.com. @default true */
  logs?: boolean;
}

/** Clouds that Grafana asks directly, each question paid to the cloud. */
export interface CloudDatasources {
  /** @default [] */
  aws?: AwsDatasource[];
  /** @default [] */
  azure?: AzureDatasource[];
  /** @default [] */
  gcp?: GcpDatasource[];
}

export const clouds = ["aws", "azure", "gcp"] as const;
export type Cloud = (typeof clouds)[number];

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,21}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 23, such as "orders"');
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an id in lower case, such as "8bab1c86-8fba-43e5-8089-1d1c80ec267d"');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region of AWS, such as "eu-west-1"');

const many = <T extends z.ZodType<{ name?: string }>>(one: T) =>
  z.array(one).refine(list => new Set(list.map(it => it.name)).size === list.length, "entries whose names differ; one of each cloud may be without a name");

const aws = z
  .strictObject({
    name: name.optional(),
    region: region.optional(),
    assumeRoleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of a role, such as "arn:aws:iam::123456789012:role/monitoring"').optional(),
    externalId: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/, "letters, digits and _ + = , . @ : / -").optional(),
    accessKey: z.boolean().optional(),
  })
  .refine(it => !it.externalId || it.assumeRoleArn, { path: ["externalId"], message: "nothing without assumeRoleArn" })
  .refine(it => !it.accessKey || it.region, { path: ["region"], message: 'a region of AWS, such as "eu-west-1": with accessKey it is not the server\'s' });

const azure = z
  .strictObject({ name: name.optional(), subscription: guid.optional(), tenant: guid.optional(), clientId: guid.optional() })
  .refine(it => !it.tenant === !it.clientId, { path: ["clientId"], message: "together with tenant, or neither: then the server's own identity asks" })
  .refine(it => !it.clientId || it.subscription, { path: ["subscription"], message: "the id of a subscription: with clientId it is not the server's" });

const gcp = z
  .strictObject({
    name: name.optional(),
    project: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'the id of a project, such as "shop-prod"').optional(),
    serviceAccount: z.string().regex(/^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/, 'the e-mail of a service account, such as "grafana@shop-prod.iam.gserviceaccount.com"').optional(),
    logs: z.boolean().optional(),
  })
  .refine(it => !it.serviceAccount || it.project, { path: ["project"], message: "the id of a project: with serviceAccount it is not the server's" });

/** Spec key `cloudDatasources`. @internal */
export const cloudDatasourcesSchema = z.strictObject({ aws: many(aws).optional(), azure: many(azure).optional(), gcp: many(gcp).optional() });

export const usesOwnRole = ({ accessKey }: AwsDatasource) => !accessKey;
export const usesOwnIdentity = ({ clientId }: AzureDatasource) => !clientId;
export const usesOwnServiceAccount = ({ serviceAccount }: GcpDatasource) => !serviceAccount;
export const hasLogs = ({ logs }: GcpDatasource) => logs !== false;

/** Whether any of them needs the server's own identity in the cloud. */
export const datasourcesAreKeyless = ({ aws = [], azure = [], gcp = [] }: CloudDatasources) => aws.some(usesOwnRole) || azure.some(usesOwnIdentity) || gcp.some(usesOwnServiceAccount);

/** A name that says which of several it is. */
export const named = (what: string, { name }: { name?: string }) => (name ? `${what}-${name}` : what);

/** Names of the secrets that the datasources need. */
export function datasourceSecrets({ aws = [], azure = [], gcp = [] }: CloudDatasources): string[] {
  return [
    ...aws.filter(it => !usesOwnRole(it)).flatMap(it => [named("aws-access-key-id", it), named("aws-secret-access-key", it)]),
    ...azure.filter(it => !usesOwnIdentity(it)).map(it => named("azure-client-secret", it)),
    ...gcp.filter(it => !usesOwnServiceAccount(it)).map(it => named("gcp-private-key", it)),
  ];
}
