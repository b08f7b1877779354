import { dashboardUid } from "../dashboards/uids";
import { labels } from "../server/labels";
import { dashboardUrl, logsUrl, tracesUrl } from "./links";
import type { Rule, Subject } from "./rule";
import type { ResolvedSpec } from "../server/spec";
import { subjects } from "./subjects";

/** Prometheus' rule files by path in its configuration folder, as values to be written as YAML. */
export function prometheusRuleFiles(spec: ResolvedSpec): Record<string, object> {
  const files = subjects(spec).map(subject => [`rules/${subject.name}.yml`, { groups: [group(spec, subject)] }] as const);
  const own = spec.alerts.own?.length ? [["rules/own.yml", { groups: spec.alerts.own }] as const] : [];
  return Object.fromEntries([...files, ...own]);
}

function group(spec: ResolvedSpec, { name, interval, records = [], rules }: Subject): object {
  const wanted = rules.filter(rule => (!rule.needs || spec.services.includes(rule.needs)) && !spec.alerts.off?.includes(rule.name));
  return { name, ...(interval && { interval }), rules: [...records, ...wanted.map(rule => alert(spec, rule))] };
}

/** Fills a threshold and the matcher of the environments that it is for into an expression; without a matcher it is for all. */
export function fill(text: string, threshold?: number, where?: string): string {
  const selected = where ? text.replaceAll("$E", where) : text.replaceAll("{$E, ", "{").replaceAll("{$E}", "");
  return selected.replaceAll("$T", String(threshold));
}

/** The threshold of all environments, and those of single ones. */
function thresholds(spec: ResolvedSpec, rule: Rule): { everywhere?: number; single: [environment: string, threshold: number][] } {
  const { default: everywhere = rule.threshold?.default, ...single } = spec.alerts.thresholds?.[rule.name] ?? {};
  return { everywhere, single: Object.entries(single).sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/** One expression for all thresholds: an environment is in exactly one of its parts. */
function expression(spec: ResolvedSpec, rule: Rule): string {
  const { everywhere, single } = thresholds(spec, rule);
  if (!single.length) return fill(rule.expr, everywhere);
  const others = single.map(([environment]) => environment.replaceAll(".", "\\\\.")).join("|");
  const parts = [fill(rule.expr, everywhere, `${labels.environment}!~"${others}"`), ...single.map(([environment, threshold]) => fill(rule.expr, threshold, `${labels.environment}="${environment}"`))];
  return parts.map(part => `(${part})`).join("\nor ");
}

/** The threshold of the alert's environment in a text. */
function withThreshold(spec: ResolvedSpec, rule: Rule, text: string): string {
  const { everywhere, single } = thresholds(spec, rule);
  const choice = single.map(([environment, threshold], i) => `{{ ${i ? "else if" : "if"} eq $labels.${labels.environment} "${environment}" }}${threshold}`).join("");
  return text.replaceAll("$T", choice ? `${choice}{{ else }}${everywhere}{{ end }}` : String(everywhere));
}

function alert(spec: ResolvedSpec, rule: Rule): object {
  const text = (value: string) => withThreshold(spec, rule, value);
  const url = (value: string) => fill(value, thresholds(spec, rule).everywhere);
  // What a rule over absent_over_time() or vector() has no labels for is the server's own.
  const isServer = /^(absent_over_time|vector)\(/.test(rule.expr);
  return {
    alert: rule.name,
    expr: expression(spec, rule),
    ...(rule.for && { for: rule.for }),
    labels: {
      severity: rule.severity,
      about: rule.about,
      ...(rule.event && { event: "true" }),
      ...(isServer && { [labels.environment]: spec.environment, [labels.cloud]: spec.cloud, [labels.host]: spec.host }),
    },
    annotations: {
      summary: text(rule.summary),
      description: text(rule.description),
      ...(rule.error && { error: rule.error }),
      ...(rule.count && { count: rule.count }),
      dashboard: dashboardUid[rule.dashboard],
      dashboard_url: dashboardUrl(spec, rule),
      ...(rule.logs !== undefined && { logs_url: url(logsUrl(spec, rule)) }),
      ...(rule.traces !== undefined && spec.services.includes("tempo") && { traces_url: url(tracesUrl(spec, rule)) }),
    },
  };
}
