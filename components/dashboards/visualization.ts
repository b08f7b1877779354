import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BarGaugeDisplayMode, BigValueColorMode, BigValueGraphMode, GraphDrawStyle, GraphThresholdsStyleMode, LegendDisplayMode,
  LegendPlacement, LogsSortOrder, SortOrder, StackingMode, TooltipDisplayMode, VisibilityMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { GraphThresholdsStyleConfigBuilder, ReduceDataOptionsBuilder, StackingConfigBuilder, VizLegendOptionsBuilder, VizTooltipOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { FieldColorBuilder, FieldColorModeId, type GridPos, type Panel as GrafanaPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { PanelBuilder as HeatmapBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as LogsBuilder } from "@grafana/grafana-foundation-sdk/logs";
import { PanelBuilder as NodeGraphBuilder } from "@grafana/grafana-foundation-sdk/nodegraph";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataLinks, thresholds, valueMappings } from "./fields";
import { noneIsWrong, type Panel, type PanelType } from "./panels";
import type { Surroundings } from "./render";
import { highestFirst, tableFields } from "./table";
import { datasourceOf, targets } from "./targets";

const showsNumbers: readonly PanelType[] = ["timeseries", "stat", "bargauge", "heatmap", "table", "traces"];

/** A panel as Grafana wants it. */
export function visualization(panel: Panel, id: number, at: GridPos, around: Surroundings): Builder<GrafanaPanel> {
  const builder = drawn(panel, around)
    .id(id)
    .gridPos(at)
    .title(panel.title)
    .description(describe(panel))
    .datasource(datasourceOf(panel.queries))
    .targets(targets(panel));
  if (panel.unit) builder.unit(panel.unit);
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.noValue) builder.noValue(panel.noValue);
  // Without any, Grafana takes its own: red from 80 on, whatever the value is.
  if (showsNumbers.includes(panel.type)) builder.thresholds(thresholds(panel.thresholds ?? noneIsWrong));
  if (panel.words) builder.mappings(valueMappings(panel.words));
  if (panel.links) builder.dataLinks(dataLinks(panel.links, around));
  for (const [name, color] of Object.entries(panel.colors ?? {})) builder.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor: color } }]);
  return builder;
}

/** What it tells and where it comes from. */
export function describe({ about, source }: Pick<Panel, "about" | "source">): string {
  return `${about}\n\nSource: ${source ?? "pulumi-lgtm"}`;
}

type AnyBuilder = TimeseriesBuilder | StatBuilder | BarGaugeBuilder | HeatmapBuilder | LogsBuilder | NodeGraphBuilder | TableBuilder;

function drawn(panel: Panel, around: Surroundings): TimeseriesBuilder {
  // The builders share these methods, but the SDK has no type that says so.
  return shape(panel, around) as TimeseriesBuilder;
}

function shape(panel: Panel, around: Surroundings): AnyBuilder {
  switch (panel.type) {
    case "stat": return new StatBuilder().reduceOptions(panel.total ? sum() : last()).graphMode(BigValueGraphMode.None).colorMode(panel.thresholds ? BigValueColorMode.Background : BigValueColorMode.Value);
    case "bargauge": return new BarGaugeBuilder().reduceOptions(last()).orientation(VizOrientation.Horizontal).displayMode(BarGaugeDisplayMode.Basic);
    case "heatmap": return new HeatmapBuilder().calculate(false).showLegend();
    case "logs": return new LogsBuilder().showTime(true).wrapLogMessage(true).enableLogDetails(true).sortOrder(LogsSortOrder.Descending).prettifyLogMessage(false);
    case "nodegraph": return new NodeGraphBuilder();
    // Duration is how Grafana's Tempo datasource calls the column, of traces and of spans.
    case "traces": return new TableBuilder().showHeader(true).sortBy(panel.sortBy ? [highestFirst(panel.sortBy)] : []);
    case "table": return tableFields(new TableBuilder().showHeader(true), panel, around);
    case "timeseries": return lines(panel);
  }
}

const last = () => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false);
const sum = () => new ReduceDataOptionsBuilder().calcs(["sum"]).values(false);

function lines(panel: Panel): TimeseriesBuilder {
  const builder = new TimeseriesBuilder()
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0)
    .fillOpacity(8);
  if (panel.stacked) builder.drawStyle(GraphDrawStyle.Bars).fillOpacity(80).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (panel.thresholds) builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return builder;
}
