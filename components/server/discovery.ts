import { z } from "zod/v3";
import { nodeService } from "./labels";

/** One thing that is scraped on machines that are found. */
export interface DiscoveredScrape {
  port: number;
  /** @default "/metrics" */
  path?: string;
  /** @default "http" */
  scheme?: "http" | "https";
  /** Takes any certificate, a forged one too. @default false */
  insecureSkipVerify?: boolean;
  /**
   * Only on machines whose tag `lgtm-service` is this, or that have one if it is "*". The tag becomes the labels service_name and
   * job. @default none: node_exporter, on every machine that is found, with service_name and job "node"
   */
  service?: string;
}

/** One target that is listed, for machines that no cloud finds. */
export interface StaticTarget {
  /** Host and port, such as "10.0.0.5:9100". */
  address: string;
  /** Label `environment`. */
  environment: string;
  /** Label `host`. */
  host: string;
  /** Label `cloud`. @default the server's own */
  cloud?: string;
  /** Labels service_name and job. @default "node": node_exporter */
  service?: string;
  /** @default "/metrics" */
  path?: string;
  /** @default "http" */
  scheme?: "http" | "https";
  /** Takes any certificate, a forged one too. @default false */
  insecureSkipVerify?: boolean;
}

/**
 * What Prometheus scrapes beside the server itself. A cloud's machines are found by the tags `lgtm-environment` and `lgtm-service`
 * (machineTags), with the identity of the server's machine: only in the cloud the server is in. They are asked at their private address.
 */
export interface DiscoverySpec {
  /** Machines of EC2. */
  ec2?: {
    /** @default the server's own */
    regions?: string[];
  };
  /** Virtual machines and scale sets of Azure. */
  azure?: {
    /** @default the server's own */
    subscriptions?: string[];
    /** Only machines in resource groups of this name. @default all */
    resourceGroup?: string;
  };
  /** Instances of Compute Engine. */
  gce?: {
    /** @default the server's own */
    projects?: string[];
    zones: string[];
  };
  /** @default [{ port: 9100 }] */
  scrapes?: DiscoveredScrape[];
  /** @default [] */
  static?: StaticTarget[];
}

const label = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const port = z.number().int().min(1).max(65535);
const how = {
  path: z.string().regex(/^\/[\w.~:/%-]*$/, 'a path, such as "/actuator/prometheus"').optional(),
  scheme: z.enum(["http", "https"]).optional(),
  insecureSkipVerify: z.boolean().optional(),
};
const names = (form: RegExp, example: string) => z.array(z.string().regex(form, `names such as "${example}"`)).min(1);
const different = (key: (value: never) => string) => (list: unknown[]) => new Set(list.map(value => key(value as never))).size === list.length;

/** Spec key `discovery`. @internal */
export const discoverySchema = z
  .strictObject({
    ec2: z.strictObject({ regions: names(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "eu-central-1").optional() }).optional(),
    azure: z
      .strictObject({
        subscriptions: names(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "00000000-0000-0000-0000-000000000000").optional(),
        resourceGroup: z.string().regex(/^[\w.()-]{1,90}$/, "the name of a resource group").optional(),
      })
      .optional(),
    gce: z.strictObject({ projects: names(/^[a-z][a-z0-9.:-]{4,}[a-z0-9]$/, "shop-prod-1").optional(), zones: names(/^[a-z]+-[a-z]+\d+-[a-z0-9]+$/, "europe-west3-a") }).optional(),
    scrapes: z
      .array(z.strictObject({ ...how, port, service: z.string().regex(/^(\*|[\w.:/-]{1,128})$/, 'letters, digits and _ . : / -, at most 128, or "*"').optional() }))
      .min(1)
      .refine(different(nameOf), "scrapes that differ in service, port or path")
      .optional(),
    static: z
      .array(
        z.strictObject({
          ...how,
          address: z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'host and port, such as "10.0.0.5:9100"'),
          environment: label,
          host: label,
          cloud: label.optional(),
          service: label.optional(),
        }),
      )
      .refine(different((it: StaticTarget) => `${it.address}${it.path ?? "/metrics"}`), "targets that differ in address or path")
      .optional(),
  })
  .refine(it => !it.scrapes || foundBy(it).length > 0, 'scrapes only with ec2, azure or gce, which find the machines. What is listed in "static" has its own port and path');

/** With its defaults filled in. */
export type ResolvedDiscovery = DiscoverySpec & Required<Pick<DiscoverySpec, "scrapes" | "static">>;

export const resolveDiscovery = (discovery: DiscoverySpec): ResolvedDiscovery => ({ scrapes: [{ port: 9100 }], static: [], ...discovery });

/** In which clouds machines are looked for. Needs the machine's identity. */
export function foundBy(discovery: DiscoverySpec | undefined): ("ec2" | "azure" | "gce")[] {
  return (["ec2", "azure", "gce"] as const).filter(name => discovery?.[name]);
}

/** Name of a scrape among the others: where two of a kind would be the same series. */
export function nameOf({ service = nodeService, port, path = "/metrics" }: DiscoveredScrape): string {
  return `${service}:${port}${path}`;
}
