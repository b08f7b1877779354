import type { VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Json } from "./json";

/** How Grafana numbers when a variable's values are asked for, and their order. */
export const refresh = { onDashboardLoad: 1, onTimeRangeChanged: 2 } as const;
export const sort = { byName: 5 } as const;

/** The choice of all values. */
export const everyValue = { selected: true, text: "All", value: "$__all" };

/** What every variable of a dashboard has. `several` of its values can be chosen at once, and all of them. */
export function variable(type: Json<VariableModel>["type"], name: string, several = false): Json<VariableModel> {
  return { type, name, skipUrlSync: false, multi: several, allowCustomValue: true, includeAll: several };
}
