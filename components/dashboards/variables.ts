import { CustomVariableBuilder, QueryVariableBuilder, TextBoxVariableBuilder, VariableRefresh, VariableSort, type VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { identity, labels } from "../server/labels";
import { datasourceUid } from "./datasources";
import type { Dashboard, ExtraVariable } from "./panels";
import { variableOf } from "./selectors";

/**
 * One of these is there for whatever is watched, by whatever way: scraped (`up`), pushed over OTLP (`target_info`),
 * sending only logs (counted by Loki's rule) or only traces (counted by Tempo).
 */
const everything = ["up", "target_info", "log_lines:count1m", "traces_spanmetrics_calls_total"];

const all = { selected: true, text: "All", value: "$__all" };

/** environment, cloud, host and service: each offers what exists under the ones before it. */
function identityVariables(): Builder<VariableModel>[] {
  return identity.map((label, i) => {
    const before = identity.slice(0, i).map(other => `, ${other}=~"$${variableOf[other]}"`).join("");
    return new QueryVariableBuilder(variableOf[label])
      .label(label === labels.service ? "Service" : label[0]!.toUpperCase() + label.slice(1))
      .datasource({ type: "prometheus", uid: datasourceUid.prometheus })
      .query({ qryType: 1, query: `label_values({__name__=~"${everything.join("|")}"${before}}, ${label})`, refId: "PrometheusVariableQueryEditor-VariableQuery" })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
      .multi(true)
      .includeAll(true)
      // Not the list of all values: what lacks a label must not vanish, and the query stays short.
      .allValue(".*")
      .current(all);
  });
}

function extra({ name, label, about, choices, several, value }: ExtraVariable): Builder<VariableModel> {
  const option = { text: value, value };
  if (!choices) return new TextBoxVariableBuilder(name).label(label).description(about).defaultValue(value).current(option).options([{ selected: true, ...option }]);
  const custom = new CustomVariableBuilder(name).label(label).description(about).values(choices.join(","));
  return several ? custom.multi(true).includeAll(true).allValue(".*").current(all) : custom.current({ selected: true, ...option });
}

export function variables({ view, variables: more = [] }: Dashboard): Builder<VariableModel>[] {
  return [...(view ? (require("./cloud-variables") as typeof import("./cloud-variables")).cloudVariables(view) : identityVariables()), ...more.map(extra)];
}
