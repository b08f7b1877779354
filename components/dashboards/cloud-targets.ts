import type { MonitorQuery } from "@grafana/grafana-foundation-sdk/azuremonitor";
import type { LogsQuery, MetricsQuery } from "@grafana/grafana-foundation-sdk/cloudwatch";
import type { CloudMonitoringQuery } from "@grafana/grafana-foundation-sdk/googlecloudmonitoring";
import { cloudDatasource } from "./cloud-asked";
import type { CloudQuery } from "./cloud-queries";
import type { Json } from "./json";

/** How Grafana's CloudWatch datasource numbers them. */
const metricQueryType = { search: 0, query: 1 } as const;
const metricEditorMode = { builder: 0, code: 1 } as const;

/** A query as the cloud's plugin wants it. */
export function cloudTarget(query: CloudQuery, refId: string): object {
  const datasource = cloudDatasource(query);
  switch (query.source) {
    case "cloudwatch": return {
      queryMode: "Metrics",
      id: "",
      region: "default",
      namespace: "",
      refId,
      datasource,
      metricQueryType: metricQueryType.search,
      metricEditorMode: metricEditorMode.code,
      expression: query.expr,
      statistic: "Average",
      period: "300",
      label: query.legend ?? "",
    } satisfies Json<MetricsQuery>;
    case "cloudwatch-logs": return {
      queryMode: "Logs",
      id: "",
      region: "default",
      refId,
      datasource,
      queryLanguage: "CWLI",
      logGroups: [{ arn: "$loggroups", name: "$loggroups" }],
      expression: query.expr,
    } satisfies Json<LogsQuery>;
    case "azure-metrics": {
      const metricNamespace = query.namespace.toLowerCase();
      const region = query.region ?? "";
      return {
        refId,
        datasource,
        queryType: "Azure Monitor",
        subscription: "$subscription",
        azureMonitor: {
          metricNamespace,
          metricName: query.metric,
          aggregation: query.aggregation,
          timeGrain: "auto",
          // Five minutes at least: what every kind of resource has.
          allowedTimeGrainsMs: [300_000, 900_000, 1_800_000, 3_600_000, 21_600_000, 43_200_000, 86_400_000],
          dimensionFilters: [],
          region,
          alias: query.legend ?? "{{ resourcename }}",
          resources: [{ subscription: "$subscription", resourceGroup: "$group", resourceName: query.resource, metricNamespace, region }],
        },
      } satisfies Json<MonitorQuery>;
    }
    case "azure-resources": return {
      refId,
      datasource,
      queryType: "Azure Resource Graph",
      subscriptions: ["$subscription"],
      azureResourceGraph: { query: query.expr, resultFormat: "table" },
    } satisfies Json<MonitorQuery>;
    case "azure-logs": return {
      refId,
      datasource,
      queryType: "Azure Log Analytics",
      azureLogAnalytics: { query: query.expr, resources: ["$workspace"], resultFormat: query.format, dashboardTime: true, timeColumn: "TimeGenerated" },
    } satisfies Json<MonitorQuery>;
    case "google-metrics": return {
      refId,
      datasource,
      queryType: "timeSeriesList",
      aliasBy: query.legend ?? "",
      timeSeriesList: {
        projectName: "$project",
        crossSeriesReducer: query.reducer,
        filters: query.filters,
        perSeriesAligner: query.aligner,
        groupBys: query.by,
        alignmentPeriod: "cloud-monitoring-auto",
        view: "FULL",
      },
    } satisfies Json<CloudMonitoringQuery>;
    // Google's own plugin, of which the SDK knows nothing: its query has these fields (src/types.ts of its repository).
    case "google-logs": return { refId, datasource, projectId: "$project", queryText: query.expr };
  }
}
