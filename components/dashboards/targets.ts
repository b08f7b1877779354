import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { DataqueryBuilder as LokiBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder as PrometheusBuilder, PromQueryFormat, QueryEditorMode } from "@grafana/grafana-foundation-sdk/prometheus";
import { DataqueryBuilder as TempoBuilder, SearchTableType } from "@grafana/grafana-foundation-sdk/tempo";
import { cloudDatasource, isOfCloud } from "./cloud-asked";
import { datasourceUid } from "./datasources";
import type { Panel } from "./panels";
import { refIdAt, traceLimit, type Query } from "./queries";

const datasource = (source: "prometheus" | "loki" | "tempo") => ({ type: source, uid: datasourceUid[source] });

/** The one datasource of a panel, or Grafana's own name for several. */
export function datasourceOf(queries: Query[]): { type: string; uid: string } {
  const [first, ...others] = queries.map(query => (isOfCloud(query) ? cloudDatasource(query) : datasource(query.source)));
  return others.some(({ type }) => type !== first!.type) ? { type: "datasource", uid: "-- Mixed --" } : first!;
}

export function targets(panel: Panel): Builder<Dataquery>[] {
  return panel.queries.map((query, index) => target(query, query.refId ?? refIdAt(index), panel));
}

function target(query: Query, id: string, { type }: Panel): Builder<Dataquery> {
  // Loaded only where a cloud is asked, see all.ts.
  if (isOfCloud(query)) return (require("./cloud-targets") as typeof import("./cloud-targets")).cloudTarget(query, id);
  switch (query.source) {
    case "prometheus": {
      const builder = new PrometheusBuilder().refId(id).datasource(datasource("prometheus")).editorMode(QueryEditorMode.Code).expr(query.expr);
      builder.format(query.buckets ? PromQueryFormat.Heatmap : type === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
      if (query.exemplars) builder.exemplar(true);
      if (query.legend) builder.legendFormat(query.legend);
      return query.instant ? builder.instant() : builder.range();
    }
    case "loki": {
      const builder = new LokiBuilder().refId(id).datasource(datasource("loki")).expr(query.expr).queryType(query.instant ? "instant" : "range");
      if (query.lines) builder.maxLines(query.lines);
      if (query.legend) builder.legendFormat(query.legend);
      return builder;
    }
    case "tempo": {
      const builder = new TempoBuilder().refId(id).datasource(datasource("tempo"));
      if (query.serviceGraph) return builder.queryType("serviceMap").serviceMapQuery(query.expr);
      return builder.queryType("traceql").query(query.expr).limit(traceLimit).tableType(query.table === "spans" ? SearchTableType.Spans : SearchTableType.Traces);
    }
  }
}
