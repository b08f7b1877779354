import type { Options as BarGaugeOptions } from "@grafana/grafana-foundation-sdk/bargauge";
import type { GraphFieldConfig, ReduceDataOptions, TableFieldOptions } from "@grafana/grafana-foundation-sdk/common";
import type { FieldConfig, FieldConfigSource, GridPos, Panel as GrafanaPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Options as HeatmapOptions } from "@grafana/grafana-foundation-sdk/heatmap";
import type { Options as LogsOptions } from "@grafana/grafana-foundation-sdk/logs";
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat";
import type { Options as TableOptions } from "@grafana/grafana-foundation-sdk/table";
import type { Options as TimeseriesOptions } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataLinks, thresholds, valueMappings } from "./fields";
import type { Json } from "./json";
import { noneIsWrong, type Panel, type PanelType } from "./panels";
import type { Surroundings } from "./render";
import { columnOverrides, joined } from "./table";
import { datasourceOf, targets } from "./targets";

const showsNumbers: readonly PanelType[] = ["timeseries", "stat", "bargauge", "heatmap", "table", "traces"];

/** A panel as Grafana wants it. */
export function visualization(panel: Panel, id: number, at: GridPos, around: Surroundings): Json<GrafanaPanel> {
  const { type, options, custom, transformations, overrides = [] } = shape(panel, around);
  const fieldConfig: Json<FieldConfigSource> = {
    defaults: { ...custom, ...fields(panel, around) },
    overrides: [...overrides, ...Object.entries(panel.colors ?? {}).map(([name, color]) => ({ matcher: { id: "byName", options: name }, properties: [{ id: "color", value: { mode: "fixed", fixedColor: color } }] }))],
  };
  const said = Object.keys(fieldConfig.defaults).length + fieldConfig.overrides.length > 0;
  return {
    type,
    transparent: false,
    repeatDirection: "h",
    options,
    ...(custom && { fieldConfig }),
    transformations,
    id,
    gridPos: at,
    title: panel.title,
    description: describe(panel),
    datasource: datasourceOf(panel.queries),
    targets: targets(panel),
    ...(said && !custom && { fieldConfig }),
  };
}

function fields(panel: Panel, around: Surroundings): Json<FieldConfig> {
  return {
    ...(panel.unit && { unit: panel.unit }),
    ...(panel.decimals !== undefined && { decimals: panel.decimals }),
    ...(panel.min !== undefined && { min: panel.min }),
    ...(panel.max !== undefined && { max: panel.max }),
    ...(panel.noValue && { noValue: panel.noValue }),
    // Without any, Grafana takes its own: red from 80 on, whatever the value is.
    ...(showsNumbers.includes(panel.type) && { thresholds: thresholds(panel.thresholds ?? noneIsWrong) }),
    ...(panel.words && { mappings: valueMappings(panel.words) }),
    ...(panel.links && { links: dataLinks(panel.links, around) }),
  };
}

/** What it tells and where it comes from. */
export function describe({ about, source }: Pick<Panel, "about" | "source">): string {
  return `${about}\n\nSource: ${source ?? "pulumi-lgtm"}`;
}

/** What differs from one kind of panel to another. */
interface Shape extends Pick<Json<GrafanaPanel>, "type" | "options" | "transformations"> {
  custom?: { custom: object } & Pick<Json<FieldConfig>, "color">;
  overrides?: Json<FieldConfigSource>["overrides"];
}

function shape(panel: Panel, around: Surroundings): Shape {
  switch (panel.type) {
    case "stat": return { type: "stat", options: stat(panel) };
    case "bargauge": return { type: "bargauge", options: barGauge() };
    case "heatmap": return { type: "heatmap", options: heatmap(), custom: { custom: {} } };
    case "logs": return { type: "logs", options: logs() };
    case "nodegraph": return { type: "nodeGraph", options: {} };
    // Duration is how Grafana's Tempo datasource calls the column, of traces and of spans.
    case "traces": return { type: "table", options: table(panel.sortBy ? highestFirst(panel.sortBy) : []), custom: { custom: cells } };
    case "table": return { type: "table", options: table(panel.sortBy ? highestFirst(panel.sortBy) : undefined), custom: { custom: cells }, transformations: joined(panel), overrides: columnOverrides(panel, around) };
    case "timeseries": return { type: "timeseries", options: timeseries, custom: { custom: lines(panel), color: { mode: "palette-classic-by-name" } } };
  }
}

const calculated = (calculation: "lastNotNull" | "sum"): Json<ReduceDataOptions> => ({ calcs: [calculation], values: false });

const stat = ({ total, thresholds }: Panel): Json<StatOptions> => ({
  graphMode: "none", colorMode: thresholds ? "background" : "value", justifyMode: "auto", textMode: "auto", wideLayout: true, showPercentChange: false,
  reduceOptions: calculated(total ? "sum" : "lastNotNull"), percentChangeColorMode: "standard", orientation: "auto",
});

const barGauge = (): Json<BarGaugeOptions> => ({
  displayMode: "basic", valueMode: "color", namePlacement: "auto", showUnfilled: true, sizing: "auto", minVizWidth: 8, minVizHeight: 16,
  legend: { displayMode: "list", placement: "bottom", showLegend: false, calcs: [] },
  reduceOptions: calculated("lastNotNull"), maxVizHeight: 300, orientation: "horizontal",
});

const heatmap = (): Json<HeatmapOptions> => ({
  calculate: false, color: { scheme: "Oranges", fill: "dark-orange", exponent: 0.5, steps: 64, reverse: false }, filterValues: { le: 1e-9 },
  showValue: "auto", cellGap: 1, yAxis: {}, legend: { show: true }, tooltip: { mode: "single" }, exemplars: { color: "rgba(255,0,255,0.7)" }, selectionMode: "x",
});

const logs = (): Json<LogsOptions> => ({
  showLabels: false, showCommonLabels: false, showTime: true, showLogContextToggle: false, wrapLogMessage: true, prettifyLogMessage: false,
  enableLogDetails: true, sortOrder: "Descending", dedupStrategy: "none",
});

const table = (sortBy: Json<TableOptions>["sortBy"]): Json<Omit<TableOptions, "footer">> => ({ frameIndex: 0, showHeader: true, showTypeIcons: false, cellHeight: "sm", sortBy });
const highestFirst = (displayName: string) => [{ displayName, desc: true }];
const cells: Json<TableFieldOptions> = { align: "auto", inspect: false };

const timeseries: Json<TimeseriesOptions> = {
  legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
  tooltip: { mode: "multi", sort: "desc" },
};

function lines({ stacked, thresholds }: Panel): Json<GraphFieldConfig> {
  return {
    showPoints: "never",
    axisSoftMin: 0,
    fillOpacity: stacked ? 80 : 8,
    ...(stacked && { drawStyle: "bars", stacking: { mode: "normal", group: "A" } }),
    ...(thresholds && { thresholdsStyle: { mode: "dashed" } }),
  };
}
