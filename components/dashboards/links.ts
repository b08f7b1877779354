import { labels } from "../server/labels";
import { variableOf } from "./selectors";
import { dashboardUid, type DashboardName } from "./uids";

/** A link on a value: `url` holds Grafana's own variables. */
export interface Link {
  title: string;
  url: string;
  /** The link is only there with this dashboard. @default always */
  dashboard?: DashboardName;
}

/** Where a linked value comes from: a label of the series, or a column of the table's row. */
export const fromLabel = (label: string) => `\${__field.labels.${label}}`;
export const fromColumn = (column: string) => `\${__data.fields["${column}"]}`;

const kept = Object.values(variableOf);

/**
 * Leads to another of our dashboards at the same time, with the same variables except those in `values`.
 * Values are percent-encoded by Grafana: they may hold any character.
 */
export function toDashboard(name: DashboardName, title: string, values: Record<string, string> = {}): Link {
  const encoded = (value: string) => (value.startsWith("${") ? value.replace(/\}$/, ":percentencode}") : encodeURIComponent(value));
  const set = Object.entries(values).map(([variable, value]) => `var-${variable}=${encoded(value)}`);
  const same = kept.filter(variable => !(variable in values)).map(variable => `\${${variable}:queryparam}`);
  return { title, dashboard: name, url: `/d/${dashboardUid[name]}?\${__url_time_range}&${[...same, ...set].join("&")}` };
}

/** Grafana's list of alert rules, of those that this finds, such as `state:firing`. */
export const toAlertRules = (title: string, search: string): Link => ({ title, url: `/alerting/list?search=${search}` });

/** The machine behind a series or a row. */
export const toHost = (host: string) => toDashboard("host", "Host", { host });

type From = (name: string) => string;

/** Everything there is about the service behind a series: its log lines, its errors, its traces. */
export function aboutService(from: From, names: { host: string; service: string } = { host: labels.host, service: labels.service }): Link[] {
  const values = { service: from(names.service) };
  const onHost = { ...values, host: from(names.host) };
  return [
    toDashboard("logs", "Log lines", onHost),
    toDashboard("errors", "Errors", onHost),
    toDashboard("traces", "Traces", values),
    toDashboard("services", "Requests", values),
    toDashboard("springBoot", "JVM", onHost),
  ];
}
