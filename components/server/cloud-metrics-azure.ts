import { Named } from "./cloud-labels";

export type AzureAggregation = "average" | "maximum" | "minimum" | "total";

/** One metric of Azure Monitor: over the last 15 minutes as one value, since a minute's value comes some minutes late. */
export interface AzureMetric {
  name: string;
  aggregation: AzureAggregation;
  /** What goes wrong that only this metric tells. */
  why: string;
}

export interface AzureServiceMetrics {
  /** Azure's name of the type of resource. */
  type: string;
  /** What is counted as one of it. */
  resource: string;
  named: Named;
  metrics: AzureMetric[];
  /** A dimension by which the metrics are told apart. */
  dimension?: string;
  /** Kusto, after the type: which of them not. */
  filter?: string;
}

/**
 * The metrics of Azure that deserve an alert. Names as in Azure Monitor's documentation of each type
 * (https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index).
 */
export const azureServices = {
  sql: {
    type: "Microsoft.Sql/servers/databases", resource: "database", named: Named.host, filter: 'where name != "master"',
    metrics: [
      { name: "storage_percent", aggregation: "maximum", why: "A full database takes no more rows." },
      { name: "cpu_percent", aggregation: "average", why: "Every statement waits." },
    ],
  },
  postgresql: {
    type: "Microsoft.DBforPostgreSQL/flexibleServers", resource: "server", named: Named.host,
    metrics: [
      { name: "storage_percent", aggregation: "maximum", why: "A full disk makes the server read-only." },
      { name: "cpu_percent", aggregation: "average", why: "Every statement waits." },
      { name: "is_db_alive", aggregation: "maximum", why: "The server is down." },
    ],
  },
  mysql: {
    type: "Microsoft.DBforMySQL/flexibleServers", resource: "server", named: Named.host,
    metrics: [
      { name: "storage_percent", aggregation: "maximum", why: "A full disk makes the server read-only." },
      { name: "cpu_percent", aggregation: "average", why: "Every statement waits." },
    ],
  },
  "app-service": {
    type: "Microsoft.Web/sites", resource: "application", named: Named.service,
    metrics: [
      { name: "Requests", aggregation: "total", why: "What the failing ones are a share of." },
      { name: "Http5xx", aggregation: "total", why: "The application failed." },
    ],
  },
  "application-gateway": {
    type: "Microsoft.Network/applicationGateways", resource: "gateway", named: Named.host,
    metrics: [
      { name: "TotalRequests", aggregation: "total", why: "What the failing ones are a share of." },
      { name: "FailedRequests", aggregation: "total", why: "The servers behind it failed, or there was none." },
      { name: "UnhealthyHostCount", aggregation: "average", why: "A server gets no requests any more." },
    ],
  },
  "service-bus": {
    type: "Microsoft.ServiceBus/namespaces", resource: "namespace", named: Named.host, dimension: "EntityName",
    metrics: [{ name: "DeadletteredMessages", aggregation: "maximum", why: "Messages that nobody could work off." }],
  },
  vm: {
    type: "Microsoft.Compute/virtualMachines", resource: "virtual machine", named: Named.host,
    metrics: [{ name: "VmAvailabilityMetric", aggregation: "minimum", why: "The machine or what it runs on is broken; an agent on it cannot tell." }],
  },
} as const satisfies Record<string, AzureServiceMetrics>;

export type AzureService = keyof typeof azureServices;
export const azureServiceNames = Object.keys(azureServices) as AzureService[];

/** The name under which a metric is stored. */
export const azureMetric = (service: AzureService, metric: AzureMetric): string => `azure_${service}_${metric.name}_${metric.aggregation}`.toLowerCase().replaceAll("-", "_");

/** Built-in roles that the server's identity needs on each subscription: Monitoring Reader. */
export const azureMetricsRoles = { "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05" } as const;
