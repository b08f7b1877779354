import type { DataTransformerConfig, FieldConfigSource } from "@grafana/grafana-foundation-sdk/dashboard";
import { presentLinks, thresholds, valueMappings } from "./fields";
import type { Json } from "./json";
import type { Column, Panel } from "./panels";
import { refIdAt } from "./queries";
import type { Surroundings } from "./render";

/** Rows of the same labels become one row; only the columns that are named are shown, in their order. */
export function joined(panel: Panel): Json<DataTransformerConfig>[] {
  // Grafana calls the value of a query "Value #A", or "Value" where a datasource has only one query.
  const alone = (column: Column) => panel.queries.filter(query => query.source === queryOf(panel, column)!.source).length === 1;
  const fields = (column: Column): string[] => (column.label ? [column.label] : [`Value #${refIdAt(column.query!)}`, ...(alone(column) ? ["Value"] : [])]);
  const named = presentColumns(panel).flatMap(column => fields(column).map(field => [field, column.name] as const));
  return [
    // Times of two datasources differ by milliseconds, which would keep the rows apart.
    { id: "filterFieldsByName", options: { include: { names: named.map(([field]) => field) } } },
    { id: "merge", options: {} },
    { id: "organize", options: { renameByName: Object.fromEntries(named), indexByName: Object.fromEntries(named.map(([field], i) => [field, i])), excludeByName: {} } },
  ];
}

export function columnOverrides(panel: Panel, around: Surroundings): Json<FieldConfigSource>["overrides"] {
  return presentColumns(panel).map(column => ({ matcher: { id: "byName", options: column.name }, properties: propertiesOf(column, around) })).filter(({ properties }) => properties.length);
}

const queryOf = (panel: Panel, column: Column) => panel.queries.find((query, i) => (query.refId ?? refIdAt(i)) === refIdAt(column.query!));

const presentColumns = (panel: Panel) => (panel.columns ?? []).filter(column => column.query === undefined || queryOf(panel, column));

function propertiesOf(column: Column, around: Surroundings): { id: string; value: unknown }[] {
  const { unit, decimals, words, width, links } = column;
  return [
    ...(unit ? [{ id: "unit", value: unit }] : []),
    ...(decimals !== undefined ? [{ id: "decimals", value: decimals }] : []),
    ...(column.thresholds ? [{ id: "thresholds", value: thresholds(column.thresholds) }] : []),
    ...(words ? [{ id: "mappings", value: valueMappings(words) }] : []),
    ...(column.thresholds || words ? [{ id: "custom.cellOptions", value: { type: "color-text" } }] : []),
    ...(width ? [{ id: "custom.width", value: width }] : []),
    ...(links ? [{ id: "links", value: presentLinks(links, around) }] : []),
  ];
}
