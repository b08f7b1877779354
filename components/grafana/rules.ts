import { createHash } from "node:crypto";
import { prometheusRuleFiles } from "../alerts";
import { watchdogName } from "../alerts/watchdog";
import { datasourceUid } from "../dashboards/datasources";
import { uidElsewhere } from "../dashboards/uids";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import type { ResolvedSpec } from "../server/spec";
import { textElsewhere, valueOf } from "./rule-text";

/** A group of rules as @pulumiverse/grafana takes it. */
export interface RuleGroupElsewhere {
  name: string;
  /** A multiple of 10, which is Grafana's clock. */
  intervalSeconds: number;
  rules: RuleElsewhere[];
}

export interface RuleElsewhere {
  uid: string;
  /** Once in a folder: Grafana before 12 takes no second one. */
  name: string;
  condition: string;
  datas: { refId: string; queryType: string; datasourceUid: string; relativeTimeRange: { from: number; to: number }; model: string }[];
  for?: string;
  keepFiringFor?: string;
  noDataState: string;
  execErrState: string;
  missingSeriesEvalsToResolve: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface PrometheusRule {
  alert?: string;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface PrometheusGroup {
  name: string;
  interval?: string;
  rules: PrometheusRule[];
}

/**
 * The server's rules as Grafana's own, one group for each subject and each group of the users' own, from the very files that its
 * Prometheus has. The form of a rule is that of Grafana's importer of Prometheus rules (pkg/services/ngalert/prom of grafana/grafana:
 * read, not copied: AGPL-3.0). Recording rules stay in Prometheus, where these ask for what they recorded.
 */
export function rulesElsewhere(spec: ResolvedSpec): RuleGroupElsewhere[] {
  const groupName = distinct();
  const title = distinct();
  return Object.entries(prometheusRuleFiles(spec)).flatMap(([path, file]) => {
    const own = path === "rules/own.yml";
    return (file as { groups: PrometheusGroup[] }).groups.flatMap(({ name, interval, rules }) => {
      const alerts = rules.filter(({ alert }) => alert !== undefined);
      if (!alerts.length) return [];
      // Grafana's address of a group has its name in it; ours and the users' may be the same.
      const group = groupName(own ? `own ${name.replace(/[/:]/g, "-")}` : name);
      return [{ name: group, intervalSeconds: intervalOf(interval), rules: alerts.map(rule => (rule.alert === watchdogName && !own ? silence(rule, title("MonitoringSilent")) : ruleElsewhere(rule, title(rule.alert!), own ? group : undefined))) }];
    });
  });
}

/** What only the server knows of itself: its labels, and where its Grafana is. Throws where links in alerts would lead nowhere. */
export function ofServer(spec: ResolvedSpec, { labels, address, endpoints, services }: ServerContract): ResolvedSpec {
  if (spec.alerts.grafana === undefined && !services.includes("grafana"))
    throw new SpecError(["spec.alerts.grafana: missing, and the server has no Grafana to which links in alerts could lead. Give the address of this Grafana, such as \"https://team.grafana.net\"."]);
  return { ...spec, ...labels, addresses: [address], ports: { ...spec.ports, grafana: Number(new URL(endpoints.grafana).port || 443) } };
}

function ruleElsewhere(rule: PrometheusRule, name: string, ownGroup?: string): RuleElsewhere {
  return {
    // At most 40 characters. A rule of ours keeps its name for good; those of users have any.
    uid: ownGroup === undefined ? `lgtm-${name}` : `lgtm-own-${createHash("sha256").update(`${ownGroup}\n${name}`).digest("hex").slice(0, 24)}`,
    name,
    // Any result is an alert, whatever its value, and none is none: as in Prometheus.
    condition: "C",
    datas: [
      query(rule.expr),
      expression("B", { type: "math", expression: `is_number($${valueOf}) || is_nan($${valueOf}) || is_inf($${valueOf})` }),
      expression("C", { type: "threshold", expression: "B", conditions: [{ evaluator: { type: "gt", params: [0] } }] }),
    ],
    ...(rule.for && { for: duration(rule.for) }),
    ...(rule.keep_firing_for && { keepFiringFor: duration(rule.keep_firing_for) }),
    noDataState: "OK",
    // A server that does not answer is one alert, not one for each rule.
    execErrState: "OK",
    missingSeriesEvalsToResolve: 1,
    labels: texts(rule.labels),
    annotations: texts(rule.annotations),
  };
}

/** The watchdog fires as long as all is well, for a heartbeat. Grafana sees by itself that it does not: no answer, or nothing that it counts. */
function silence({ expr }: PrometheusRule, name: string): RuleElsewhere {
  return {
    uid: `lgtm-${name}`,
    name,
    condition: "B",
    datas: [query(expr), expression("B", { type: "threshold", expression: valueOf, conditions: [{ evaluator: { type: "lt", params: [0] } }] })],
    for: "5m",
    noDataState: "Alerting",
    execErrState: "Alerting",
    missingSeriesEvalsToResolve: 1,
    labels: { severity: "critical", about: "watchdog" },
    annotations: {
      summary: "The monitoring server does not answer, or its own heartbeat does not arrive",
      description: "None of its alerts come here until it does. The server is down or cut off, its read token was changed, or its gateway, Loki or Prometheus does not work.",
    },
  };
}

const query = (expr: string) => {
  const uid = uidElsewhere(datasourceUid.prometheus);
  return data(valueOf, uid, "", 600, { datasource: { type: "prometheus", uid }, expr, instant: true, range: false });
};

const expression = (refId: string, model: { type: string; expression: string; conditions?: object[] }) => data(refId, "__expr__", model.type, 0, { ...model, datasource: { type: "__expr__", uid: "__expr__" } });

const data = (refId: string, datasourceUid: string, queryType: string, from: number, model: object) => ({ refId, queryType, datasourceUid, relativeTimeRange: { from, to: 0 }, model: JSON.stringify({ refId, ...model }) });

const texts = (all: Record<string, string> = {}) => Object.fromEntries(Object.entries(all).map(([key, value]) => [key, textElsewhere(value)]));

const unit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
const seconds = (text: string) => Math.ceil([...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce((sum, [, count, name]) => sum + Number(count) * unit[name!]!, 0));

/** Days, weeks and years are written differently there. */
const duration = (text: string) => (/^\d+[smh]$/.test(text) ? text : `${seconds(text)}s`);

/** At least a minute, which is Grafana's own default: each rule is a request over the network. */
const intervalOf = (text = "") => Math.max(60, Math.ceil(seconds(text) / 10) * 10);

/** Gives a name that was there already a number. */
function distinct(): (name: string) => string {
  const seen = new Map<string, number>();
  return name => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
}
