import type { VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import { identity, labels } from "../server/labels";
import { cloudVariables } from "./cloud-variables";
import { datasourceUid } from "./datasources";
import type { Json } from "./json";
import type { Dashboard, ExtraVariable } from "./panels";
import { variableOf } from "./selectors";
import { everyValue, refresh, sort, variable } from "./variable";

/**
 * One of these is there for whatever is watched, by whatever way: scraped (`up`), pushed over OTLP (`target_info`),
 * sending only logs (counted by Loki's rule) or only traces (counted by Tempo).
 */
const everything = ["up", "target_info", "log_lines:count1m", "traces_spanmetrics_calls_total"];

/** environment, cloud, host and service: each offers what exists under the ones before it. */
function identityVariables(): Json<VariableModel>[] {
  return identity.map((label, i) => {
    const before = identity.slice(0, i).map(other => `, ${other}=~"$${variableOf[other]}"`).join("");
    return {
      ...variable("query", variableOf[label], true),
      label: label === labels.service ? "Service" : label[0]!.toUpperCase() + label.slice(1),
      datasource: { type: "prometheus", uid: datasourceUid.prometheus },
      query: { qryType: 1, query: `label_values({__name__=~"${everything.join("|")}"${before}}, ${label})`, refId: "PrometheusVariableQueryEditor-VariableQuery" },
      refresh: refresh.onTimeRangeChanged,
      sort: sort.byName,
      // Not the list of all values: what lacks a label must not vanish, and the query stays short.
      allValue: ".*",
      current: everyValue,
    };
  });
}

function extra({ name, label, about: description, choices, several = false, value }: ExtraVariable): Json<VariableModel> {
  const option = { text: value, value };
  if (!choices) return { ...variable("textbox", name, false), label, description, query: value, current: option, options: [{ selected: true, ...option }] };
  const custom = { ...variable("custom", name, several), label, description, query: choices.join(",") };
  return several ? { ...custom, allValue: ".*", current: everyValue } : { ...custom, current: { selected: true, ...option } };
}

export function variables({ view, variables: more = [] }: Dashboard): Json<VariableModel>[] {
  return [...(view ? cloudVariables(view) : identityVariables()), ...more.map(extra)];
}
