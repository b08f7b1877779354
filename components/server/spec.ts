import { resolveAlertKeys, type AlertKeys } from "../alerts/spec";
import { resolveDashboards, type DashboardsSpec, type ResolvedDashboards } from "../dashboards/own";
import type { CloudDatasources } from "./cloud-datasources";
import { resolveDiscovery, type DiscoverySpec, type ResolvedDiscovery } from "./discovery";
import { resolveCloudLogs, type CloudLogsSpec, type ResolvedCloudLogs } from "./cloud-logs";
import { resolveCloudMetrics, type CloudMetricsSpec, type ResolvedCloudMetrics } from "./cloud-metrics";
import { checkSpec } from "./spec-check";
import { memoryShares, smallestMachine, type MemoryShare } from "./memory";
import { internalPorts, publicPorts, portClash, type InternalPort, type PublicPort } from "./ports";
import type { SignInSpec } from "./sign-in";
import { SpecError } from "./spec-error";
import { resolveStorage, type StorageSpec } from "./storage";
import { serviceNames, type ServiceName } from "./versions";

/** How the gateway gets its certificate. */
export const Tls = {
  /** From Let's Encrypt; needs a public `domain` and port 443 open to the world (TLS-ALPN challenge). */
  acme: "acme",
  /** From an authority of the server's own, made on its data disk; its certificate is in the server's contract. */
  ownCa: "own-ca",
  /** From a given authority: the secrets `ca-certificate` and `ca-key`, both PEM. In the clouds it is made when not given, and known before the server boots. */
  givenCa: "given-ca",
  /** A given one: the secrets `tls-certificate` and `tls-key`, both PEM. */
  given: "given",
} as const;
export type Tls = (typeof Tls)[keyof typeof Tls];

/** How long data is kept. Durations are a number and h, d, w or y; at least 24h, since Loki deletes by the day. */
export interface Retention {
  /** @default "30d" */
  logs?: string;
  /** @default "90d" */
  metrics?: string;
  /** Prometheus drops its oldest block beyond this size: a number and MB, GB or TB. @default "10GB" */
  metricsSize?: string;
  /** @default "7d" */
  traces?: string;
}

/**
 * Everything about a monitoring server that is plain and no secret. All of it is optional: `{}` is a good server.
 * The rendered files are a pure function of this.
 */
export interface ServerSpec extends AlertKeys {
  /** Label `environment` of the server's own telemetry. @default "monitoring" */
  environment?: string;
  /** Label `cloud` of the server's own telemetry. @default "local" */
  cloud?: string;
  /** Label `host` of the server's own telemetry. @default "monitoring" */
  host?: string;
  /** Public DNS name. @default none: reached by `addresses` */
  domain?: string;
  /** Names and IP addresses under which the gateway answers. @default [domain], without a domain ["localhost", "127.0.0.1"] */
  addresses?: string[];
  /** @default "acme" with a domain, else "own-ca" */
  tls?: Tls;
  /** IANA name. Governs log times without an offset, mute times, messages and Grafana's display. @default "UTC" */
  timezone?: string;
  /** Memory of the machine in MiB, as its size is sold; shared out among the services. @default 2048 */
  memory?: number;
  /** Services to do without. Prometheus, Loki and Caddy always run. @default [] */
  leaveOut?: ServiceName[];
  retention?: Retention;
  /** Where logs and traces are kept. @default { kind: "disk" } */
  storage?: StorageSpec;
  /** What is scraped beside the server itself. @default none: agents push */
  discovery?: DiscoverySpec;
  /** Ports open to others, all TLS. What has none of its own is served on `https`. @default { https: 443 } */
  ports?: Partial<Record<PublicPort, number>>;
  /** Ports on the server's loopback, for a machine where some are taken. @default see ports.ts */
  internalPorts?: Partial<Record<InternalPort, number>>;
  /** Names of those who may send logs, metrics and traces; each has a token of its own. @default ["default"] */
  pushClients?: string[];
  /** Names of those who may query from outside, such as an existing Grafana. @default ["default"] */
  readClients?: string[];
  /** Which of our dashboards to do without, and dashboards of the user's own. @default {}: all of ours */
  dashboards?: DashboardsSpec;
  /** Ways into Grafana beside its user admin: Entra ID, Google, GitHub, OpenID Connect. @default {}: only admin */
  signIn?: SignInSpec;
  /** Clouds that Grafana asks directly: CloudWatch, Azure Monitor, Google Cloud. @default {}: none */
  cloudDatasources?: CloudDatasources;
  /** The few metrics of cloud resources that deserve an alert, and their alerts. Each reading costs. @default none */
  cloudMetrics?: CloudMetricsSpec;
  /** Logs that are in a cloud already. @default none */
  cloudLogs?: CloudLogsSpec;
  /** Registry and prefix in front of every image name, for a mirror. @default none: Docker Hub */
  imageRegistry?: string;
}

/** A spec with every default filled in and checked. */
export interface ResolvedSpec extends Required<AlertKeys> {
  environment: string;
  cloud: string;
  host: string;
  domain?: string;
  addresses: string[];
  tls: Tls;
  timezone: string;
  memory: number;
  services: ServiceName[];
  shares: Map<ServiceName, MemoryShare>;
  retention: Required<Retention>;
  storage: StorageSpec;
  discovery?: ResolvedDiscovery;
  ports: Record<PublicPort, number>;
  internalPorts: Record<InternalPort, number>;
  pushClients: string[];
  readClients: string[];
  dashboards: ResolvedDashboards;
  cloudMetrics?: ResolvedCloudMetrics;
  cloudLogs?: ResolvedCloudLogs;
  signIn: SignInSpec;
  cloudDatasources: CloudDatasources;
  imageRegistry?: string;
}

/** Fills in defaults. Throws one {@link SpecError} that lists everything wrong with the spec. */
export function resolveSpec(spec: ServerSpec = {}): ResolvedSpec {
  checkSpec(spec);
  const services = serviceNames.filter(name => !spec.leaveOut?.includes(name));
  const memory = spec.memory ?? 2048;
  const needed = smallestMachine(services);
  const ofGrafana = (["signIn", "cloudDatasources"] as const).find(key => spec[key] && !services.includes("grafana"));
  if (ofGrafana) throw new SpecError([`${ofGrafana}: this server has no Grafana. Take "grafana" out of leaveOut, or take ${ofGrafana} out.`]);
  const ofAlloy = (["cloudMetrics", "cloudLogs"] as const).find(key => spec[key] && !services.includes("alloy"));
  if (ofAlloy) throw new SpecError([`${ofAlloy}: this server has no Alloy, which reads them. Take "alloy" out of leaveOut, or take ${ofAlloy} out.`]);
  if (memory < needed) throw new SpecError([tooSmall(memory, needed, services)]);

  const https = spec.ports?.https ?? 443;
  const ports = Object.fromEntries(publicPorts.map(name => [name, spec.ports?.[name] ?? https])) as Record<PublicPort, number>;
  const inner = { ...internalPorts, ...spec.internalPorts };
  const clash = portClash(ports, inner);
  if (clash) throw new SpecError([clash]);

  const tls = spec.tls ?? (spec.domain ? Tls.acme : Tls.ownCa);
  if (tls === Tls.acme && !spec.domain) throw new SpecError([`tls: "acme" needs a public name. Set domain, or use tls: "own-ca" or "given".`]);
  if (tls === Tls.acme && !Object.values(ports).includes(443))
    throw new SpecError([`ports.https: ${https} cannot be certified by ACME, which answers on 443 only. Put one of the ports on 443, or use tls: "own-ca" or "given".`]);

  return {
    environment: spec.environment ?? "monitoring",
    cloud: spec.cloud ?? "local",
    host: spec.host ?? "monitoring",
    domain: spec.domain,
    addresses: spec.addresses ?? (spec.domain ? [spec.domain] : ["localhost", "127.0.0.1"]),
    tls,
    timezone: spec.timezone ?? "UTC",
    memory,
    services,
    shares: memoryShares(memory, services),
    retention: { logs: "30d", metrics: "90d", metricsSize: "10GB", traces: "7d", ...spec.retention },
    storage: resolveStorage(spec.storage),
    discovery: spec.discovery && resolveDiscovery(spec.discovery),
    ports,
    internalPorts: inner,
    pushClients: spec.pushClients ?? ["default"],
    readClients: spec.readClients ?? ["default"],
    dashboards: dashboardsOf(spec),
    signIn: spec.signIn ?? {},
    cloudDatasources: spec.cloudDatasources ?? {},
    cloudMetrics: resolveCloudMetrics(spec.cloudMetrics),
    cloudLogs: resolveCloudLogs(spec.cloudLogs),
    ...resolveAlertKeys(spec),
    imageRegistry: spec.imageRegistry,
  };
}

function dashboardsOf({ dashboards }: ServerSpec): ResolvedDashboards {
  const { problems, ...resolved } = resolveDashboards(dashboards);
  if (problems.length) throw new SpecError(problems);
  return resolved;
}

function tooSmall(memory: number, needed: number, services: ServiceName[]): string {
  const small = (["grafana", "tempo"] as const).filter(name => services.includes(name));
  const withoutThem = smallestMachine(services.filter(name => !small.includes(name as "grafana")));
  const wayOut = memory >= withoutThem ? `, or leave out what is large: leaveOut: ${JSON.stringify(small)}` : `; below ${withoutThem} MiB nothing fits`;
  return `memory: ${memory} MiB is too small for ${services.join(", ")}. Use a machine with at least ${needed} MiB${wayOut}.`;
}
