import { dashboardUid, uidElsewhere } from "../dashboards/uids";
import { variableOf } from "../dashboards/selectors";
import { labels } from "../server/labels";
import { subjectLabels, type Rule } from "./rule";
import type { ResolvedSpec } from "../server/spec";

/** The time range in the links as rules write them; a message puts its own in this place. */
export const linkRange = { dashboard: "from=now-1h&to=now", explore: '"from":"now-1h","to":"now"' };

/** Address of Grafana, without a slash at the end. */
export function grafanaUrl({ addresses, ports }: ResolvedSpec): string {
  const [name] = addresses;
  return `https://${name!.includes(":") ? `[${name}]` : name}${ports.grafana === 443 ? "" : `:${ports.grafana}`}`;
}

/** Address of the Grafana that links lead to, without a slash at the end. */
export const linkedGrafana = (spec: ResolvedSpec) => spec.alerts.grafana?.replace(/\/+$/, "") ?? grafanaUrl(spec);

type Identity = keyof typeof variableOf;

/** Dashboard with the variables that the alert's labels give. */
export function dashboardUrl(spec: ResolvedSpec, rule: Rule): string {
  const variables = subjectLabels[rule.of].map(label => `{{ with $labels.${label} }}&var-${variableOf[label as Identity]}={{ . | urlquery }}{{ end }}`);
  return `${linkedGrafana(spec)}/d/${dashboardUid[rule.dashboard]}?${linkRange.dashboard}${variables.join("")}`;
}

/** Explore on the log lines of the alert's service or host. */
export function logsUrl(spec: ResolvedSpec, rule: Rule): string {
  const of = subjectLabels[rule.of];
  // A label that the alert has not, its streams have not either; but all lines of a host are wanted, whatever their service.
  const selector = of.includes(labels.service as never) ? of.map(label => `${label}=%q`).join(", ") : [`${labels.service}=~".+"`, ...of.map(label => `${label}=%q`)].join(", ");
  const values = of.map(label => `$labels.${label}`).join(" ");
  const filter = rule.error ? `{{ $near := $labels.error | reReplaceAll "^(.{40}).+$" "$1" | reReplaceAll "[^\\\\p{L}\\\\p{N}]+" ".*" }}{{ $q = printf "%s |~ %q" $q $near }}` : "";
  const query = `{{ $q := printf ${goString(`{${selector}}${rule.logs ? ` ${rule.logs}` : ""}`)} ${values} }}${filter.replaceAll("\\\\\\\\", "\\\\")}`;
  return `${query}${explore(spec, "loki", "expr")}`;
}

/** Explore on the traces of the alert's service. */
export function tracesUrl(spec: ResolvedSpec, rule: Rule): string {
  const condition = [`resource.service.name = %q && resource.${labels.environment} = %q`, ...(rule.traces ? [rule.traces] : [])].join(" && ");
  const query = `{{ $q := printf ${goString(`{ ${condition} }`)} $labels.${labels.service} $labels.${labels.environment} }}`;
  return `${query}${explore(spec, "tempo", "query", ',"queryType":"traceql"')}`;
}

function explore(spec: ResolvedSpec, source: "loki" | "tempo", key: string, more = ""): string {
  const datasource = spec.alerts.grafana === undefined ? source : uidElsewhere(source);
  const panes = `{"a":{"datasource":"${datasource}","queries":[{"refId":"A","${key}":%q${more}}],"range":{${linkRange.explore}}}}`;
  return `${linkedGrafana(spec)}/explore?schemaVersion=1&panes={{ printf ${goString(panes)} $q | urlquery }}`;
}

/** A string in a Go template. */
const goString = (text: string) => JSON.stringify(text);
