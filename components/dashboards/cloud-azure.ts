import { azureMetric, logAnalytics, resourceGraph } from "./cloud-queries";
import { logs, mustBeZero, stat, table, timeseries, type Column, type Dashboard, type Panel, type Shown, type Thresholds } from "./panels";

const metrics = (kind: string) => `Azure Monitor supported metrics of ${kind}, Microsoft Learn, for names and units; choice pulumi-lgtm`;
const graph = "Azure Resource Graph tables, Microsoft Learn; query pulumi-lgtm";
const percent: Thresholds = ["green", [80, "yellow"], [90, "red"]];
const plenty: Thresholds = ["red", [10, "yellow"], [20, "green"]];
const ofGroup = "An error here means that the group has none of these.";

type Kind = "vm" | "app" | "sql";
const kinds = { vm: "Microsoft.Compute/virtualMachines", app: "Microsoft.Web/sites", sql: "Microsoft.Sql/servers/databases" };

const lines = (kind: Kind, metric: string, aggregation: "Average" | "Total" | "Maximum", shown: Shown): Panel =>
  timeseries({ width: 6, source: metrics(kinds[kind]), emptyWhenHealthy: "nothing of this kind runs in the group", ...shown, about: `${shown.about} ${ofGroup}`, queries: [azureMetric(kind, metric, aggregation)] });

const count = (title: string, about: string, query: string, thresholds: Thresholds): Panel =>
  stat({ title, about, source: graph, unit: "none", thresholds, width: 6, queries: [resourceGraph(`${query}\n| count`)] });

const column = (name: string, label: string, width?: number): Column => ({ name, label, ...(width && { width }) });

/** Tables that tell of errors, those that a workspace has; the first one is always there, since a union of nothing fails. */
const errorsOf = [
  "union isfuzzy=true (datatable(TimeGenerated: datetime, Source: string, Message: string) [])",
  '  (AppExceptions | project TimeGenerated, Source = AppRoleName, Message = strcat(ExceptionType, ": ", OuterMessage))',
  '  (AppTraces | where SeverityLevel >= 3 | project TimeGenerated, Source = AppRoleName, Message)',
  '  (AppServiceConsoleLogs | where Level =~ "Error" | project TimeGenerated, Source = tostring(split(_ResourceId, "/")[-1]), Message = ResultDescription)',
  '  (ContainerAppConsoleLogs | where Log has_any ("error", "exception", "fatal") | project TimeGenerated, Source = ContainerAppName, Message = Log)',
  '  (Syslog | where SeverityLevel in ("err", "crit", "alert", "emerg") | project TimeGenerated, Source = Computer, Message = SyslogMessage)',
].join(",\n");

const healthy = "type =~ 'microsoft.resourcehealth/availabilitystatuses'";
const fired = "alertsmanagementresources\n| where type =~ 'microsoft.alertsmanagement/alerts'\n| where properties.essentials.monitorCondition == 'Fired' and properties.essentials.alertState != 'Closed'";
const machines = "resources\n| where type =~ 'microsoft.compute/virtualmachines'\n| extend power = tostring(properties.extended.instanceView.powerState.displayStatus)";

/** A subscription as Azure sees it: Resource Graph knows all of it, metrics and logs are asked for one group and workspace. */
export const azureDashboard: Dashboard = {
  name: "azure",
  title: "Azure subscription",
  description: "Everything in the subscription from Azure Resource Graph, which is free; metrics of one resource group; errors from one Log Analytics workspace.",
  since: "6h",
  refresh: "",
  view: { cloud: "azure" },
  rows: [
    {
      title: "What is wrong",
      height: 4,
      panels: [
        count("Not available", "Resources whose platform health is not available, whatever they are.", `healthresources\n| where ${healthy} and properties.availabilityState !in~ ('Available', 'Unknown')`, mustBeZero),
        count("Azure alerts", "Alerts of Azure Monitor that fire and that nobody has closed.", fired, mustBeZero),
        count("Machines not running", "Virtual machines that are stopped or deallocated.", `${machines}\n| where power != 'VM running'`, ["green", [1, "yellow"]]),
        count("Advice of high impact", "What Azure Advisor thinks should be done soon.", "advisorresources\n| where type =~ 'microsoft.advisor/recommendations' and properties.impact =~ 'High'", ["green", [1, "yellow"]]),
      ],
    },
    {
      title: "What there is",
      height: 9,
      panels: [
        table({
          title: "Unhealthy resources and alerts",
          about: "What the numbers above count.",
          source: graph,
          queries: [resourceGraph(`healthresources\n| where ${healthy} and properties.availabilityState !in~ ('Available', 'Unknown')\n| project what = tostring(properties.availabilityState), resource = tostring(properties.targetResourceId), why = tostring(properties.reasonType)\n| union (${fired}\n  | project what = strcat('alert ', tostring(properties.essentials.severity)), resource = tostring(properties.essentials.targetResourceName), why = name)`)],
          columns: [column("What", "what", 110), column("Resource", "resource"), column("Why", "why")],
          noValue: "All is well",
          emptyWhenHealthy: "all resources are available and no alert fires",
          width: 8,
        }),
        table({
          title: "Virtual machines",
          about: "All of the subscription.",
          source: graph,
          queries: [resourceGraph(`${machines}\n| project name, resourceGroup, location, size = tostring(properties.hardwareProfile.vmSize), power\n| order by name asc`)],
          columns: [column("Name", "name"), column("Group", "resourceGroup"), column("Region", "location", 100), column("Size", "size", 130), column("State", "power", 110)],
          emptyWhenHealthy: "the subscription has no virtual machines",
          width: 10,
        }),
        table({
          title: "Resources by kind",
          about: "How many of each kind, and in how many regions.",
          source: graph,
          queries: [resourceGraph("resources\n| summarize resources = count(), regions = dcount(location) by type\n| order by resources desc")],
          columns: [column("Kind", "type"), { ...column("Count", "resources", 70), unit: "none" }, { ...column("Regions", "regions", 75), unit: "none" }],
          width: 6,
        }),
      ],
    },
    {
      title: "Virtual machines of the group",
      height: 7,
      panels: [
        lines("vm", "Percentage CPU", "Average", { title: "CPU", about: "As the hypervisor sees it.", unit: "percent", thresholds: percent }),
        lines("vm", "Available Memory Percentage", "Average", { title: "Available memory", about: "Share of the memory that programs could still take.", unit: "percent", thresholds: plenty }),
        lines("vm", "Network Out Total", "Total", { title: "Sent", about: "Bytes sent, in each interval.", unit: "bytes" }),
        lines("vm", "OS Disk Bandwidth Consumed Percentage", "Average", { title: "System disk busy", about: "Share of what the disk may move. At 100 % Azure makes it wait.", unit: "percent", thresholds: percent }),
      ],
    },
    {
      title: "App Service and SQL of the group",
      height: 7,
      panels: [
        lines("app", "Requests", "Total", { title: "Requests", about: "In each interval.", unit: "short" }),
        lines("app", "Http5xx", "Total", { title: "5xx", about: "Answers with 5xx, in each interval.", unit: "short", thresholds: mustBeZero }),
        lines("app", "HttpResponseTime", "Average", { title: "Answers take", about: "On average.", unit: "s", thresholds: ["green", [0.5, "yellow"], [2, "red"]] }),
        lines("sql", "cpu_percent", "Average", { title: "Database CPU", about: "Share of what the database may use.", unit: "percent", thresholds: percent }),
        lines("sql", "storage_percent", "Maximum", { title: "Database storage", about: "Share of the largest size that is used.", unit: "percent", thresholds: percent }),
        lines("sql", "connection_failed", "Total", { title: "Failed connections", about: "By errors of the system, in each interval.", unit: "short", thresholds: mustBeZero }),
        lines("sql", "deadlock", "Total", { title: "Deadlocks", about: "Transactions that were ended because they waited for each other.", unit: "short", thresholds: mustBeZero }),
        lines("app", "AverageMemoryWorkingSet", "Average", { title: "Memory of the app", about: "What the application holds.", unit: "bytes" }),
      ],
    },
    {
      title: "Log Analytics",
      height: 10,
      panels: [
        timeseries({
          title: "Errors by source",
          about: "Exceptions, error lines of applications and of machines: the tables that the workspace has.",
          source: "Azure Monitor Logs tables, Microsoft Learn; query pulumi-lgtm",
          queries: [logAnalytics(`${errorsOf}\n| summarize errors = count() by bin(TimeGenerated, $__interval), Source\n| order by TimeGenerated asc`, "time_series")],
          unit: "short", stacked: true, emptyWhenHealthy: "nothing logs an error", width: 8,
        }),
        logs({
          title: "Error lines",
          about: "The newest hundred of the same. What Basic tables hold is not searched: each search of them costs.",
          source: "Azure Monitor Logs tables, Microsoft Learn; query pulumi-lgtm",
          queries: [logAnalytics(`${errorsOf}\n| order by TimeGenerated desc\n| take 100\n| project TimeGenerated, Message, Source`, "logs")],
          emptyWhenHealthy: "nothing logs an error", width: 16,
        }),
      ],
    },
  ],
};
