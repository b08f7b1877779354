import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { presentLinks, thresholdsValue, valueMappings } from "./fields";
import type { Column, Panel } from "./panels";
import { refIdAt } from "./queries";
import type { Surroundings } from "./render";

export const highestFirst = (column: string) => new TableSortByFieldStateBuilder().displayName(column).desc(true);

/** Rows of the same labels become one row; only the columns that are named are shown, in their order. */
export function tableFields(builder: PanelBuilder, panel: Panel, around: Surroundings): PanelBuilder {
  const queryOf = (column: Column) => panel.queries.find((query, i) => (query.refId ?? refIdAt(i)) === refIdAt(column.query!));
  const columns = (panel.columns ?? []).filter(column => column.query === undefined || queryOf(column));
  // Grafana calls the value of a query "Value #A", or "Value" where a datasource has only one query.
  const alone = (column: Column) => panel.queries.filter(query => query.source === queryOf(column)!.source).length === 1;
  const fields = (column: Column): string[] => (column.label ? [column.label] : [`Value #${refIdAt(column.query!)}`, ...(alone(column) ? ["Value"] : [])]);
  const named = columns.flatMap(column => fields(column).map(field => [field, column.name] as const));
  builder
    // Times of two datasources differ by milliseconds, which would keep the rows apart.
    .withTransformation({ id: "filterFieldsByName", options: { include: { names: named.map(([field]) => field) } } })
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: { renameByName: Object.fromEntries(named), indexByName: Object.fromEntries(named.map(([field], i) => [field, i])), excludeByName: {} },
    });
  if (panel.sortBy) builder.sortBy([highestFirst(panel.sortBy)]);
  for (const column of columns) {
    const properties = propertiesOf(column, around);
    if (properties.length) builder.overrideByName(column.name, properties);
  }
  return builder;
}

function propertiesOf({ unit, decimals, thresholds, words, width, links }: Column, around: Surroundings): { id: string; value: unknown }[] {
  return [
    ...(unit ? [{ id: "unit", value: unit }] : []),
    ...(decimals !== undefined ? [{ id: "decimals", value: decimals }] : []),
    ...(thresholds ? [{ id: "thresholds", value: thresholdsValue(thresholds) }] : []),
    ...(words ? [{ id: "mappings", value: valueMappings(words) }] : []),
    ...(thresholds || words ? [{ id: "custom.cellOptions", value: { type: "color-text" } }] : []),
    ...(width ? [{ id: "custom.width", value: width }] : []),
    ...(links ? [{ id: "links", value: presentLinks(links, around) }] : []),
  ];
}
