import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  LogsQueryBuilder as AzureLogsBuilder, MetricQueryBuilder as AzureMetricBuilder, MonitorQueryBuilder, MonitorResourceBuilder,
  QueryType as AzureQueryType, ResourceGraphQueryBuilder, ResultFormat,
} from "@grafana/grafana-foundation-sdk/azuremonitor";
import { LogGroupBuilder, LogsQueryBuilder, LogsQueryLanguage, MetricEditorMode, MetricQueryType, MetricsQueryBuilder, QueryMode } from "@grafana/grafana-foundation-sdk/cloudwatch";
import { CloudMonitoringQueryBuilder, QueryType as GoogleQueryType, TimeSeriesListBuilder } from "@grafana/grafana-foundation-sdk/googlecloudmonitoring";
import type { AzureLogsQuery, CloudQuery, GoogleLogsQuery } from "./cloud-queries";
import { cloudDatasource } from "./cloud-asked";

/** A query as the cloud's plugin wants it. */
export function cloudTarget(query: CloudQuery, id: string): Builder<Dataquery> {
  const datasource = cloudDatasource(query);
  switch (query.source) {
    case "cloudwatch":
      return new MetricsQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryMode(QueryMode.Metrics)
        .metricQueryType(MetricQueryType.Search)
        .metricEditorMode(MetricEditorMode.Code)
        .id("")
        .region("default")
        .expression(query.expr)
        .statistic("Average")
        .period("300")
        .label(query.legend ?? "");
    case "cloudwatch-logs":
      return new LogsQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryMode(QueryMode.Logs)
        .queryLanguage(LogsQueryLanguage.CWLI)
        .id("")
        .region("default")
        .logGroups([new LogGroupBuilder().arn("$loggroups").name("$loggroups")])
        .expression(query.expr);
    case "azure-metrics":
      return new MonitorQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryType(AzureQueryType.Monitor)
        .subscription("$subscription")
        .azureMonitor(
          new AzureMetricBuilder()
            .metricNamespace(query.namespace.toLowerCase())
            .metricName(query.metric)
            .aggregation(query.aggregation)
            .timeGrain("auto")
            // Five minutes at least: what every kind of resource has.
            .allowedTimeGrainsMs([300_000, 900_000, 1_800_000, 3_600_000, 21_600_000, 43_200_000, 86_400_000])
            .dimensionFilters([])
            .region(query.region ?? "")
            .alias(query.legend ?? "{{ resourcename }}")
            .resources([new MonitorResourceBuilder().subscription("$subscription").resourceGroup("$group").resourceName(query.resource).metricNamespace(query.namespace.toLowerCase()).region(query.region ?? "")]),
        );
    case "azure-resources":
      return new MonitorQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryType(AzureQueryType.ResourceGraph)
        .subscriptions(["$subscription"])
        .azureResourceGraph(new ResourceGraphQueryBuilder().query(query.expr).resultFormat("table"));
    case "azure-logs":
      return new MonitorQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryType(AzureQueryType.LogAnalytics)
        .azureLogAnalytics(new AzureLogsBuilder().query(query.expr).resources(["$workspace"]).resultFormat(resultFormat[query.format]).dashboardTime(true).timeColumn("TimeGenerated"));
    case "google-metrics":
      return new CloudMonitoringQueryBuilder()
        .refId(id)
        .datasource(datasource)
        .queryType(GoogleQueryType.TIMESERIESLIST)
        .aliasBy(query.legend ?? "")
        .timeSeriesList(
          new TimeSeriesListBuilder()
            .projectName("$project")
            .filters(query.filters)
            .perSeriesAligner(query.aligner)
            .crossSeriesReducer(query.reducer)
            .groupBys(query.by)
            .alignmentPeriod("cloud-monitoring-auto")
            .view("FULL"),
        );
    case "google-logs":
      return { build: () => googleLogs(query, id, datasource) };
  }
}

const resultFormat: Record<AzureLogsQuery["format"], ResultFormat> = { logs: ResultFormat.Logs, time_series: ResultFormat.TimeSeries, table: ResultFormat.Table };

/** Google's own plugin, of which the SDK knows nothing: its query has these fields (src/types.ts of its repository). */
interface GoogleLogsTarget extends Dataquery {
  refId: string;
  datasource: { type: string; uid: string };
  projectId: string;
  queryText: string;
}

function googleLogs({ expr }: GoogleLogsQuery, refId: string, datasource: GoogleLogsTarget["datasource"]): GoogleLogsTarget {
  // The method only marks the type; JSON leaves it out.
  return { refId, datasource, projectId: "$project", queryText: expr, _implementsDataqueryVariant: () => {} };
}
