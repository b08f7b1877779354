import type { dataquery as LokiQuery } from "@grafana/grafana-foundation-sdk/loki";
import type { Dataquery as PrometheusQuery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Dataquery as TempoQuery } from "@grafana/grafana-foundation-sdk/tempo";
import { cloudDatasource, isOfCloud } from "./cloud-asked";
import { cloudTarget } from "./cloud-targets";
import { datasourceUid } from "./datasources";
import type { Json } from "./json";
import type { Panel } from "./panels";
import { refIdAt, traceLimit, type Query } from "./queries";

const datasource = (source: "prometheus" | "loki" | "tempo") => ({ type: source, uid: datasourceUid[source] });

/** The one datasource of a panel, or Grafana's own name for several. */
export function datasourceOf(queries: Query[]): { type: string; uid: string } {
  const [first, ...others] = queries.map(query => (isOfCloud(query) ? cloudDatasource(query) : datasource(query.source)));
  return others.some(({ type }) => type !== first!.type) ? { type: "datasource", uid: "-- Mixed --" } : first!;
}

export function targets(panel: Panel): object[] {
  return panel.queries.map((query, index) => target(query, query.refId ?? refIdAt(index), panel));
}

function target(query: Query, refId: string, { type }: Panel): object {
  if (isOfCloud(query)) return cloudTarget(query, refId);
  switch (query.source) {
    case "prometheus": return {
      expr: query.expr,
      refId,
      datasource: datasource("prometheus"),
      editorMode: "code",
      format: query.buckets ? "heatmap" : type === "table" ? "table" : "time_series",
      ...(query.exemplars && { exemplar: true }),
      ...(query.legend && { legendFormat: query.legend }),
      ...(query.instant ? { instant: true, range: false } : { range: true, instant: false }),
    } satisfies Json<PrometheusQuery>;
    case "loki": return {
      expr: query.expr,
      refId,
      datasource: datasource("loki"),
      queryType: query.instant ? "instant" : "range",
      ...(query.lines && { maxLines: query.lines }),
      ...(query.legend && { legendFormat: query.legend }),
    } satisfies Json<LokiQuery>;
    case "tempo": return {
      filters: [],
      refId,
      datasource: datasource("tempo"),
      ...(query.serviceGraph
        ? { queryType: "serviceMap", serviceMapQuery: query.expr }
        : { queryType: "traceql", query: query.expr, limit: traceLimit, tableType: query.table === "spans" ? "spans" : "traces" }),
    } satisfies Json<TempoQuery>;
  }
}
