import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alertTable, lokiRuleFiles, prometheusRuleFiles, resolveAlertKeys, type AlertKeys } from "../../components/alerts";
import { dashboardUid } from "../../components/dashboards/uids";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { allRules, subjects } from "../../components/alerts/subjects";
import { assumed, cases } from "./cases";

interface Alert {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
const specOf = (keys: AlertKeys = {}, spec: ServerSpec = {}) => ({ ...resolveSpec(spec), ...resolveAlertKeys(keys) });
const rulesOf = (keys: AlertKeys = {}, spec: ServerSpec = {}): Alert[] => Object.values(prometheusRuleFiles(specOf(keys, spec))).flatMap(file => (file as { groups: { rules: Alert[] }[] }).groups.flatMap(group => group.rules));
const alertOf = (name: string, keys: AlertKeys = {}) => rulesOf(keys).find(rule => rule.alert === name)!;

describe("the alerts", () => {
  it("have names of their own, which are a contract", () => {
    const names = allRules().map(rule => rule.name);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual([...names].sort(), [
      "AlbErrors", "AlbUnhealthyHosts", "AlertsNotDelivered", "AppGatewayErrors", "AppGatewayUnhealthyHosts", "AppServiceErrors", "AzureMysqlCpuHigh", "AzureMysqlStorageHigh",
      "AzurePostgresqlCpuHigh", "AzurePostgresqlDown", "AzurePostgresqlStorageHigh", "AzureSqlCpuHigh", "AzureSqlStorageHigh", "AzureVmUnavailable", "CertificateExpires",
      "CertificateExpiresSoon", "CloudLogsFailing", "CloudMetricsFailing", "CloudMetricsMissing", "CloudRunErrors", "CloudSqlCpuHigh", "CloudSqlStorageHigh", "CloudUnattributed", "CpuHigh",
      "CpuSteal", "DiskAlmostFull", "DiskFillsIn24h", "DiskLow", "Ec2StatusCheckFailed", "ErrorSpike", "GatewayCertificateExpires", "GcpLoadBalancerErrors", "HeartbeatLost",
      "HikariPoolWaiting", "HostMetricsMissing", "HostSilent", "HttpErrors", "HttpSlow", "JvmGcTime", "JvmHeapHigh", "LambdaErrors", "LambdaThrottled", "LogRulesFailing", "LogsRefused",
      "MemoryLow", "MetricRulesFailing", "MetricsRefused", "MonitoringAgentSilent", "MonitoringDiskLow", "MonitoringServiceDown", "MonitoringServiceMemory", "MonitoringServiceRestarts",
      "NewError", "NoLogsFromHost", "NotificationsFailing", "OomKill", "ProbeFailed", "ProbeSlow", "PubsubMessagesOld", "RdsConnectionsHigh", "RdsCpuHigh", "RdsStorageLow",
      "ServiceBusDeadLetters", "SloBurn", "SloBurnFast", "SloBurnSlow", "SqsMessagesOld", "SystemdUnitFailed", "TargetDown", "TracesRefused", "UnattributedLogs", "UnattributedMetrics",
      "UnattributedTraces", "Watchdog",
    ]);
  });

  it("each have a situation in which they fire and one in which they are quiet", () => {
    for (const subject of subjects(specOf({}, assumed)))
      for (const { name } of subject.rules) {
        const own = cases[subject.name]!.filter(it => it.alert === name);
        assert.ok(own.some(it => it.fires) && own.some(it => !it.fires), name);
      }
  });

  it("say where they come from, link to a dashboard that exists, and use a threshold exactly where they have one", () => {
    for (const rule of allRules()) {
      assert.ok(rule.source, rule.name);
      assert.ok(rule.dashboard in dashboardUid, rule.name);
      assert.equal(rule.expr.includes("$T"), Boolean(rule.threshold), rule.name);
    }
    for (const { alert, expr, annotations, labels } of rulesOf({}, assumed).filter(rule => rule.alert)) {
      assert.doesNotMatch(`${expr}${JSON.stringify(annotations)}`, /\$[ET]\b|undefined/, alert);
      assert.ok(labels!.severity && labels!.about && annotations!.summary && annotations!.description, alert);
    }
  });

  it("take a threshold for all environments and for single ones", () => {
    const { expr, annotations } = alertOf("MemoryLow", { alerts: { thresholds: { MemoryLow: { default: 8, dev: 2, "qa.1": 3 } } } });
    assert.match(expr, /^\(.*environment!~"dev\|qa\\\\\.1".* < 8\)\nor \(.*environment="dev".* < 2\)\nor \(.*environment="qa\.1".* < 3\)$/s);
    assert.equal(annotations!.description!.split(" of the memory")[0], 'Less than {{ if eq $labels.environment "dev" }}2{{ else if eq $labels.environment "qa.1" }}3{{ else }}8{{ end }} %');
    assert.match(alertOf("MemoryLow", { alerts: { thresholds: { MemoryLow: { dev: 2 } } } }).expr, / < 10\)\nor .* < 2\)$/s);
  });

  it("are left out by name, and the users' own are added as they are", () => {
    const own = { name: "shop", rules: [{ alert: "NoOrders", expr: "rate(orders_total[1h]) == 0", for: "1h", keep_firing_for: "10m", labels: { severity: "critical" } }] };
    const rules = rulesOf({ alerts: { off: ["CpuHigh", "Watchdog"], own: [own] } });
    assert.deepEqual(rules.filter(rule => ["CpuHigh", "Watchdog"].includes(rule.alert!)), []);
    assert.deepEqual(rules.find(rule => rule.alert === "NoOrders"), own.rules[0]);
  });

  it("know each expected host by name", () => {
    const hosts = rulesOf({ expectedHosts: [{ environment: "prod", cloud: "aws", host: "app-1" }] }).filter(rule => rule.record === "expected_host:info");
    assert.deepEqual(hosts, [{ record: "expected_host:info", expr: "vector(1)", labels: { environment: "prod", cloud: "aws", host: "app-1" } }]);
  });

  it("do not ask for what a server without Alloy or Tempo has not", () => {
    const names = rulesOf({}, { leaveOut: ["alloy", "tempo"] }).map(rule => rule.alert);
    assert.ok(!names.includes("HeartbeatLost") && !names.includes("MonitoringAgentSilent"));
    assert.equal(rulesOf({}, { leaveOut: ["alloy"] }).find(rule => rule.alert === "Watchdog")!.expr, "vector(1)");
    assert.ok(rulesOf({}, { leaveOut: ["tempo"] }).every(rule => !rule.annotations?.traces_url));
  });

  it("about a cloud's resources are there for the services that cloudMetrics asks for, and no others", () => {
    const about = (spec: ServerSpec) => (subjects(specOf({}, spec)).find(subject => subject.name === "cloud")?.rules ?? []).map(rule => rule.name);
    assert.deepEqual(about({}), []);
    assert.equal("rules/cloud.yml" in prometheusRuleFiles(specOf()), false);
    assert.deepEqual(about({ cloudMetrics: { aws: { services: ["sqs"] }, gcp: { services: ["pubsub"] } } }), ["SqsMessagesOld", "PubsubMessagesOld", "CloudMetricsFailing", "CloudMetricsMissing", "CloudUnattributed"]);
    assert.deepEqual(about({ cloudLogs: { gcp: { subscription: "logs" } } }), ["CloudLogsFailing", "CloudUnattributed"]);
  });

  it("about readings look at three of them, however far apart they are", () => {
    const windows = (interval: "1m" | "5m" | "15m") => new Set([...rulesOf({}, { cloudMetrics: { interval, aws: { services: ["sqs"] } } }).find(rule => rule.alert === "SqsMessagesOld")!.expr.matchAll(/\[(\w+)\]/g)].map(match => match[1]));
    assert.deepEqual([windows("1m"), windows("5m"), windows("15m")], [new Set(["15m"]), new Set(["15m"]), new Set(["45m"])]);
  });

  it("wait with the gateway's certificate for an authority's 12 hours as long as it is right", () => {
    const days = (spec: ServerSpec) => Number(/< ([\d.]+)/.exec(rulesOf({}, spec).find(rule => rule.alert === "GatewayCertificateExpires")!.expr)![1]);
    assert.deepEqual([{ tls: "own-ca" }, { tls: "given-ca" }, { tls: "given" }, { domain: "mon.example.com" }].map(spec => days(spec as ServerSpec)), [0.1, 0.1, 14, 14]);
  });

  it("of what is absent name its cloud, so that the links find it", () => {
    for (const name of ["MonitoringAgentSilent", "HeartbeatLost"]) assert.match(rulesOf({}, { cloud: "azure" }).find(rule => rule.alert === name)!.expr, /cloud="azure"/);
  });

  it("are listed for the documentation without template marks", () => {
    const rows = alertTable();
    assert.equal(rows.length, allRules().length);
    for (const row of rows) assert.doesNotMatch(Object.values(row).join(" "), /\{\{|\$[ET]\b/, row.name);
    assert.equal(rows.find(row => row.name === "DiskLow")!.threshold, "5 % free");
  });
});

describe("the counts of log lines", () => {
  const groups = (Object.values(lokiRuleFiles(specOf()))[0] as { groups: { name: string; rules: Alert[] }[] }).groups;
  const exprOf = (record: string) => groups.flatMap(group => group.rules).find(rule => rule.record === record)!.expr;

  it("by service do not depend on the texts of errors, which a storm can make too many", () => {
    assert.deepEqual(groups.map(group => group.rules.map(rule => rule.record)), [["log_lines:count1m", "log_errors:count1m"], ["log_error_texts:count1m"]]);
    assert.doesNotMatch(exprOf("log_errors:count1m"), /error_excerpt|json|label_format/);
  });

  it("keep few texts, and none of the server's own services, whose log holds these very queries", () => {
    assert.match(exprOf("log_error_texts:count1m"), /^topk by \(environment, service_name\) \(20, /);
    assert.match(exprOf("log_error_texts:count1m"), /\(host != "monitoring" or environment != "monitoring" or service_name !~ "prometheus\|loki\|/);
  });
});

describe("the links of alerts", () => {
  const linksOf = (keys: AlertKeys) => alertOf("HttpErrors", keys).annotations!;

  it("lead to the server's own Grafana, or to the one that people use", () => {
    const own = linksOf({});
    assert.match(own.dashboard_url!, /^https:\/\/localhost\/d\/lgtm-services\?/);
    assert.match(own.logs_url!, /"datasource\\":\\"loki\\"/);
    const elsewhere = linksOf({ alerts: { grafana: "https://team.grafana.net/" } });
    assert.match(elsewhere.dashboard_url!, /^https:\/\/team\.grafana\.net\/d\/lgtm-services\?/);
    assert.match(elsewhere.logs_url!, /https:\/\/team\.grafana\.net\/explore.*"datasource\\":\\"lgtm-loki\\"/);
    assert.match(elsewhere.traces_url!, /"datasource\\":\\"lgtm-tempo\\"/);
  });
});
