import type { DashboardName } from "../dashboards/uids";
import { labels } from "../server/labels";
import type { ServiceName } from "../server/versions";

/** critical: somebody is woken. warning: somebody looks today. info: to know. */
export const severities = ["critical", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** What one alert of a rule is about; decides its labels, and what its links select. */
export const subjectLabels = {
  host: [labels.environment, labels.cloud, labels.host],
  service: [labels.environment, labels.cloud, labels.host, labels.service],
  /** A service on all its hosts together. */
  software: [labels.environment, labels.cloud, labels.service],
} as const;
export type Of = keyof typeof subjectLabels;

/** An alert as data: rule files, their tests and the documentation are made of it. */
export interface Rule {
  /** Contract: silences, routes and `alerts.off` refer to it. */
  name: string;
  severity: Severity;
  of: Of;
  /** Alerts with the same value here and the same labels are about the same thing: critical silences warning. */
  about: string;
  /** PromQL. `$T` stands for the threshold; `$E` in a selector for the environments that the threshold holds for. */
  expr: string;
  threshold?: { default: number; unit: string };
  /** How long it must hold. @default at once */
  for?: string;
  /** One line; Prometheus fills in `{{ $labels.x }}` and `$T` is the threshold. */
  summary: string;
  /** What it means and what to look at. */
  description: string;
  dashboard: DashboardName;
  /** LogQL after the selector, for the link to the log lines. Without it there is no such link. */
  logs?: string;
  /** Condition of TraceQL besides the service, for the link to the traces. Without it there is no such link. */
  traces?: string;
  /** Text of the log line that the alert is about, as a template. */
  error?: string;
  /** How many, as a template. */
  count?: string;
  /** The rule is there only on a server with this service. */
  needs?: ServiceName;
  /** Something that happened rather than a state: nothing is sent when it is over. */
  event?: true;
  /** Where expression or threshold come from, with the licence; "own" where they were written for this project. */
  source: string;
}

/** A series that is worked out once and asked for often. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

/** The rules of one subject: one file on the server. */
export interface Subject {
  /** File and group. */
  name: string;
  /** How often it is evaluated. @default Prometheus' own */
  interval?: string;
  records?: RecordingRule[];
  rules: Rule[];
}

/** Labels of an alert, for `by (…)`. */
export const by = (of: Of, ...more: string[]) => [...subjectLabels[of], ...more].join(", ");
