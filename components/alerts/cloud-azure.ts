import { azureMetric, azureServices, type AzureService } from "../server/cloud-metrics-azure";
import { errorLines, newest, share, shareOfRequests, type CloudRules } from "./cloud-rules";
import { by, type Rule } from "./rule";

const baseline = "Azure Monitor Baseline Alerts (MIT, https://azure.github.io/azure-monitor-baseline-alerts/)";

/** A reading is of the last 15 minutes, sums too. */
const reading = (service: AzureService, name: string, window: string, fold: "max" | "min" = "max") =>
  newest(fold, azureMetric(service, azureServices[service].metrics.find(metric => metric.name === name)!), window);

/** The three kinds of databases differ in their names alone. */
function database(service: "sql" | "postgresql" | "mysql", kind: string, window: string): Rule[] {
  return [
    {
      name: `Azure${kind}StorageHigh`, severity: "critical", of: "service", about: "disk", for: "10m", dashboard: "overview", threshold: { default: 85, unit: "% of the storage" },
      expr: `${reading(service, "storage_percent", window)} > $T`,
      summary: 'Database {{ $labels.host }}: {{ printf "%.0f" $value }} % of its storage is used',
      description: "More than $T % is used. A full one takes no more writes. Enlarge the storage, or switch on its growth.",
      source: baseline,
    },
    {
      name: `Azure${kind}CpuHigh`, severity: "warning", of: "service", about: "cpu", for: "10m", dashboard: "overview", threshold: { default: 90, unit: "%" },
      expr: `${reading(service, "cpu_percent", window)} > $T`,
      summary: 'Database {{ $labels.host }}: CPU {{ printf "%.0f" $value }} % busy',
      description: "Busier than $T % on average of 15 minutes. Statements wait.",
      source: baseline,
    },
  ];
}

export const azureRules: CloudRules<AzureService> = {
  sql: window => database("sql", "Sql", window),
  mysql: window => database("mysql", "Mysql", window),
  postgresql: window => [
    ...database("postgresql", "Postgresql", window),
    {
      name: "AzurePostgresqlDown", severity: "critical", of: "service", about: "database", for: "5m", dashboard: "overview",
      expr: `${reading("postgresql", "is_db_alive", window, "min")} < 1`,
      summary: "Database {{ $labels.host }} is down",
      description: "Azure finds the server not alive: it restarts, fails over, or its storage is full.",
      source: baseline,
    },
  ],
  "app-service": window => [
    {
      name: "AppServiceErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "errors", threshold: shareOfRequests,
      expr: share(reading("app-service", "Http5xx", window), reading("app-service", "Requests", window)),
      summary: 'Application {{ $labels.service_name }}: {{ printf "%.1f" $value }} % of the requests fail',
      description: "More than $T % of the requests of 15 minutes were answered with 5xx. With cloudLogs the log lines say why.",
      logs: errorLines,
      source: `${baseline}; threshold own`,
    },
  ],
  "application-gateway": window => [
    {
      name: "AppGatewayErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "overview", threshold: shareOfRequests,
      expr: share(reading("application-gateway", "FailedRequests", window), reading("application-gateway", "TotalRequests", window)),
      summary: 'Gateway {{ $labels.host }}: {{ printf "%.1f" $value }} % of the requests fail',
      description: "More than $T % of the requests of 15 minutes failed, in the servers behind it or because there was none.",
      source: `${baseline}; threshold own`,
    },
    {
      name: "AppGatewayUnhealthyHosts", severity: "warning", of: "service", about: "targets", for: "10m", dashboard: "overview", threshold: { default: 0, unit: "unhealthy servers" },
      expr: `${reading("application-gateway", "UnhealthyHostCount", window)} > $T`,
      summary: 'Gateway {{ $labels.host }}: {{ printf "%.1f" $value }} unhealthy servers',
      description: "They fail the gateway's health probe and get no requests. The average of 15 minutes.",
      source: baseline,
    },
  ],
  "service-bus": window => [
    {
      name: "ServiceBusDeadLetters", severity: "warning", of: "service", about: "queue", for: "10m", dashboard: "overview", threshold: { default: 0, unit: "dead letters" },
      expr: `max by (${by("service", "instance")}) (last_over_time(${azureMetric("service-bus", azureServices["service-bus"].metrics[0])}{$E}[${window}])) > $T`,
      summary: 'Service Bus {{ $labels.host }}: {{ printf "%.0f" $value }} dead letters in {{ $labels.instance }}',
      description: "Messages that nobody could work off wait to be looked at.",
      source: `${baseline}; threshold own`,
    },
  ],
  vm: window => [
    {
      name: "AzureVmUnavailable", severity: "critical", of: "service", about: "machine", for: "5m", dashboard: "overview",
      expr: `${reading("vm", "VmAvailabilityMetric", window, "min")} < 1`,
      summary: "Virtual machine {{ $labels.host }} is not available",
      description: "Azure finds it down, or what it runs on is broken. Its resource health says which. One that is switched off on purpose has no such value.",
      source: baseline,
    },
  ],
};
