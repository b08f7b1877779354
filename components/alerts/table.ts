import { dashboardUid } from "../dashboards/uids";
import { fill } from "./prometheus-rules";
import { allSubjects } from "./subjects";

/** A row of the documentation's table of alerts. */
export interface AlertRow {
  subject: string;
  name: string;
  severity: string;
  /** "" where it fires at once. */
  for: string;
  /** Default and unit; "" where there is none to change. */
  threshold: string;
  summary: string;
  description: string;
  expr: string;
  dashboard: string;
  source: string;
}

/** Every alert of a server with nothing left out, in the order of the subjects. */
export function alertTable(): AlertRow[] {
  return allSubjects().flatMap(subject =>
    subject.rules.map(rule => {
      const text = (value: string) => fill(value, rule.threshold?.default);
      return {
        subject: subject.name,
        name: rule.name,
        severity: rule.severity,
        for: rule.for ?? "",
        threshold: rule.threshold ? `${rule.threshold.default} ${rule.threshold.unit}` : "",
        summary: text(rule.summary).replace(/\{\{[^}]*\$labels\.(\w+)[^}]*\}\}/g, "<$1>").replace(/\{\{ (?:printf "[^"]*" )?\$value[^}]*\}\}/g, "<value>").replace(/\{\{[^}]*\}\}/g, ""),
        description: text(rule.description),
        expr: text(rule.expr),
        dashboard: dashboardUid[rule.dashboard],
        source: rule.source,
      };
    }),
  );
}
