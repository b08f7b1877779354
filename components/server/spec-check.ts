import { z } from "zod/v3";
import { alertSchema, expectedHostsSchema, probesSchema } from "../alerts/schema";
import { isBuilder, withoutPlaceholders, type DashboardBuilder } from "../dashboards/own";
import { dashboardNames, type DashboardName } from "../dashboards/uids";
import { discoverySchema } from "./discovery";
import { cloudDatasourcesSchema } from "./cloud-datasources";
import { describeIssues } from "./schema-issues";
import { cloudLogsSchema } from "./cloud-logs";
import { cloudMetricsSchema } from "./cloud-metrics";
import { internalPorts, publicPorts } from "./ports";
import { signInSchema } from "./sign-in";
import { SpecError } from "./spec-error";
import { storageSchema } from "./storage";
import { parseHours, parseMebibytes } from "./units";
import { serviceNames, type ServiceName } from "./versions";

/** Stands for the server's address where that is known only after the server exists; filled in on the server. */
export const addressPlaceholder = "@@address@@";

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and hyphens, at most 63, such as \"gcp-orders\"");
const label = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const dnsName = z.string().regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/, "a DNS name in lower case, such as \"mon.example.com\"");
const address = z.custom<string>(given => given === addressPlaceholder || [z.literal("localhost"), dnsName, z.string().ip(), name].some(one => one.safeParse(given).success), "a DNS name, \"localhost\" or an IP address");
const port = z.number().int().min(1).max(65535);
const clients = (least: number) => z.array(name).min(least).refine(list => new Set(list).size === list.length, "names that differ from each other");

const duration = z.string().refine(text => (parseHours(text) ?? 0) >= 24, "a number and h, d, w or y, at least 24h, such as \"30d\"");
const size = z.string().refine(text => (parseMebibytes(text) ?? 0) >= 256, "a number and MB, GB or TB, at least 256MB, such as \"10GB\"");
const timezone = z.string().refine(isTimezone, "a name of the IANA time zone database, such as \"Asia/Seoul\"");
const optionalService = z.enum(serviceNames.filter(service => !["prometheus", "loki", "caddy"].includes(service)) as [ServiceName, ...ServiceName[]]);

const ownDashboard = z.custom<string | DashboardBuilder>(given => (typeof given === "string" ? withoutPlaceholders(given) : isBuilder(given)), "a dashboard's JSON as text without words between @@ and @@, or a builder of Grafana's Foundation SDK");

const ports = <T extends string>(names: readonly T[]) => z.strictObject(Object.fromEntries(names.map(key => [key, port.optional()])) as Record<T, z.ZodOptional<typeof port>>);

const schema = z.strictObject({
  environment: label.optional(),
  cloud: label.optional(),
  host: label.optional(),
  domain: dnsName.optional(),
  addresses: z.array(address).min(1).optional(),
  tls: z.enum(["acme", "own-ca", "given-ca", "given"]).optional(),
  timezone: timezone.optional(),
  memory: z.number().int().min(1).optional(),
  leaveOut: z.array(optionalService).optional(),
  retention: z.strictObject({ logs: duration, metrics: duration, metricsSize: size, traces: duration }).partial().optional(),
  storage: storageSchema.optional(),
  discovery: discoverySchema.optional(),
  ports: ports(publicPorts).optional(),
  internalPorts: ports(Object.keys(internalPorts)).optional(),
  pushClients: clients(1).optional(),
  readClients: clients(0).optional(),
  dashboards: z.strictObject({ leaveOut: z.array(z.enum(dashboardNames as [DashboardName, ...DashboardName[]])), folder: z.string().min(1), own: z.record(z.string(), ownDashboard) }).partial().optional(),
  signIn: signInSchema.optional(),
  cloudDatasources: cloudDatasourcesSchema.optional(),
  cloudMetrics: cloudMetricsSchema.optional(),
  cloudLogs: cloudLogsSchema.optional(),
  alerts: alertSchema.optional(),
  probes: probesSchema.optional(),
  expectedHosts: expectedHostsSchema.optional(),
  imageRegistry: z.string().regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, "a registry host and path, such as \"registry.example.com/mirror\"").optional(),
});

/** Throws a {@link SpecError} with everything that is wrong: path, value, what is allowed. */
export function checkSpec(spec: unknown): void {
  const result = schema.safeParse(spec);
  if (!result.success) throw new SpecError(describeIssues(schema, result.error.issues, spec));
}

function isTimezone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: text })) && !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
