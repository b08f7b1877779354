import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prometheusRuleFiles } from "../../components/alerts";
import { dashboardUid } from "../../components/dashboards/uids";
import { textElsewhere } from "../../components/grafana/rule-text";
import { ofServer, rulesElsewhere } from "../../components/grafana/rules";
import { contractOf } from "../../components/server/contract";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";

const groupsOf = (spec: ServerSpec = {}) => rulesElsewhere(resolveSpec(spec));
const rulesOf = (spec: ServerSpec = {}) => groupsOf(spec).flatMap(group => group.rules);
const rule = (name: string, spec: ServerSpec = {}) => rulesOf(spec).find(each => each.name === name)!;
const models = ({ datas }: ReturnType<typeof rule>) => datas.map(({ model }) => JSON.parse(model) as Record<string, unknown>);
/** Everything that can be in a spec and brings rules. */
const wide: ServerSpec = { cloud: "aws", cloudMetrics: { aws: { services: ["rds", "alb", "lambda", "sqs", "ec2"] } } };

describe("the rules of an existing Grafana", () => {
  it("are all alerts that the server's Prometheus has, one group for each subject, and no recording rule", () => {
    for (const spec of [{}, wide]) {
      const there = Object.values(prometheusRuleFiles(resolveSpec(spec))).flatMap(file => (file as { groups: { name: string; rules: { alert?: string }[] }[] }).groups).filter(({ name }) => name !== "watchdog");
      assert.deepEqual(groupsOf(spec).filter(({ name }) => name !== "watchdog").map(({ name, rules }) => [name, rules.map(each => each.name)]), there.map(({ name, rules }) => [name, rules.flatMap(({ alert }) => alert ?? [])]));
    }
    assert.ok(rulesOf(wide).length > rulesOf().length && rulesOf().length > 40);
  });

  it("ask the server's Prometheus once for the value, and take every answer for an alert and none for none", () => {
    const disk = rule("DiskLow");
    assert.deepEqual([disk.condition, disk.for, disk.noDataState, disk.execErrState, disk.missingSeriesEvalsToResolve], ["C", "30m", "OK", "OK", 1]);
    assert.deepEqual(disk.datas.map(({ refId, datasourceUid, relativeTimeRange }) => [refId, datasourceUid, relativeTimeRange]), [["A", "lgtm-prometheus", { from: 600, to: 0 }], ["B", "__expr__", { from: 0, to: 0 }], ["C", "__expr__", { from: 0, to: 0 }]]);
    const [a, b, c] = models(disk);
    assert.deepEqual([a!.instant, a!.range, a!.datasource], [true, false, { type: "prometheus", uid: "lgtm-prometheus" }]);
    assert.match(a!.expr as string, /node_filesystem_avail_bytes.* < 5$/);
    assert.equal(b!.expression, "is_number($A) || is_nan($A) || is_inf($A)");
    assert.deepEqual([c!.expression, c!.conditions], ["B", [{ evaluator: { type: "gt", params: [0] } }]]);
    assert.deepEqual(disk.labels, { severity: "warning", about: "disk" });
  });

  it("have ids and names that are there once and never change", () => {
    const all = rulesOf(wide);
    for (const key of ["uid", "name"] as const) assert.equal(new Set(all.map(each => each[key])).size, all.length, key);
    for (const { uid } of all) assert.match(uid, /^lgtm-[A-Za-z0-9]{1,35}$/);
    assert.equal(rule("HostSilent").uid, "lgtm-HostSilent");
  });

  it("follow the spec: rules switched off, thresholds by environment, services left out", () => {
    const spec: ServerSpec = { leaveOut: ["tempo"], alerts: { off: ["CpuHigh"], thresholds: { DiskLow: { default: 7, dev: 2 } } } };
    assert.equal(rule("CpuHigh", spec), undefined);
    assert.equal(rule("UnattributedTraces", spec), undefined);
    assert.match(models(rule("DiskLow", spec))[0]!.expr as string, /environment!~"dev"[^]*< 7\)\nor [^]*environment="dev"[^]*< 2\)/);
    assert.match(rule("DiskLow", spec).annotations.description!, /^Less than \{\{ if eq \(index \$labels "environment"\) "dev" \}\}2\{\{ else \}\}7\{\{ end \}\} %/);
  });

  it("are evaluated once a minute, or as seldom as on the server", () => {
    assert.deepEqual([...new Set(groupsOf().map(group => group.intervalSeconds))], [60]);
    const own = (interval: string) => groupsOf({ alerts: { own: [{ name: "mine", interval, rules: [{ alert: "A", expr: "up" }] }] } }).at(-1)!.intervalSeconds;
    assert.deepEqual(["15s", "61s", "1m30s", "1h"].map(own), [60, 70, 90, 3600]);
  });

  it("are the users' own, too, whatever they are called", () => {
    const own = [
      { name: "host", rules: [{ record: "x", expr: "1" }, { alert: "DiskLow", expr: "x > 1", for: "1d", keep_firing_for: "90s", labels: { team: "{{ $labels.team }}" }, annotations: { summary: "{{ $value }} {{ .Value }}" } }, { alert: "Sold out: 재고 없음", expr: "y" }, { alert: "Sold out: 재고 없음", expr: "z" }] },
      { name: "shop/orders: late", rules: [{ alert: "Late", expr: "late" }] },
      { name: "only records", rules: [{ record: "y", expr: "1" }] },
    ];
    const groups = groupsOf({ alerts: { own } }).filter(({ name }) => name.startsWith("own "));
    assert.deepEqual(groups.map(({ name, rules }) => [name, rules.map(each => each.name)]), [["own host", ["DiskLow (2)", "Sold out: 재고 없음", "Sold out: 재고 없음 (2)"]], ["own shop-orders- late", ["Late"]]]);
    const [disk, ...others] = groups.flatMap(({ rules }) => rules);
    assert.deepEqual([disk!.for, disk!.keepFiringFor, disk!.labels, disk!.annotations], ["86400s", "90s", { team: '{{ (index $labels "team") }}' }, { summary: '{{ (index $values "A").Value }} {{ (index $values "A").Value }}' }]);
    const ids = [disk!, ...others].map(({ uid }) => uid);
    assert.equal(new Set(ids).size, 4);
    for (const uid of ids) assert.match(uid, /^lgtm-own-[0-9a-f]{24}$/);
  });

  it("have, in the place of the watchdog, one that fires when it is silent or the server does not answer", () => {
    assert.equal(rule("Watchdog"), undefined);
    const silent = rule("MonitoringSilent");
    assert.deepEqual([silent.noDataState, silent.execErrState, silent.for, silent.labels.severity], ["Alerting", "Alerting", "5m", "critical"]);
    const [a, b] = models(silent);
    assert.match(a!.expr as string, /service_name="heartbeat"/);
    // The watchdog's value is above zero: any that comes is well.
    assert.deepEqual(b!.conditions, [{ evaluator: { type: "lt", params: [0] } }]);
    assert.equal(rule("MonitoringSilent", { alerts: { off: ["Watchdog"] } }), undefined);
  });
});

describe("the texts of the rules of an existing Grafana", () => {
  it("take the number and the labels from where Grafana has them, and leave everything else as it is", () => {
    const same = ["{{ $values.A }}", '{{ printf "$value $labels.host .Value" }}', "{{ `$value` }}", "$value of $labels.host", "{{ $x.Value }}", "{{/* don't: $value */}}", '{{ printf "}} $value" }}', "{{ range $labels }}{{ . }}{{ end }}"];
    for (const text of same) assert.equal(textElsewhere(text), text);
    assert.equal(textElsewhere('{{ printf "%.0f" $value }} %'), '{{ printf "%.0f" (index $values "A").Value }} %');
    assert.equal(textElsewhere("{{ $.Value | humanize }}{{$labels.a}}{{ .Labels.b }}"), '{{ (index $values "A").Value | humanize }}{{(index $labels "a")}}{{ (index $labels "b") }}');
    assert.equal(textElsewhere('{{ printf "a\\"}} $value" $value }}'), '{{ printf "a\\"}} $value" (index $values "A").Value }}');
  });

  it("use no function and no variable that Grafana's expander does not have", () => {
    // Functions of Go's templates and of Prometheus' expander, which is Grafana's, too: github.com/prometheus/prometheus, template/template.go.
    const there = new Set(["and", "eq", "index", "printf", "urlquery", "with", "if", "else", "end", "range", "or", "not", "reReplaceAll", "humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "title", "toUpper", "toLower", "match"]);
    for (const { name, labels, annotations } of rulesOf(wide)) {
      for (const text of [...Object.values(labels), ...Object.values(annotations)]) {
        const actions = [...text.matchAll(/\{\{((?:"(?:\\.|[^"\\])*"|[^"])*?)\}\}/g)].map(([, inner]) => inner!.replace(/"(?:\\.|[^"\\])*"/g, '""'));
        const words = actions.flatMap(inner => [...inner.matchAll(/(?<![\w$.])[A-Za-z]\w*/g)].map(([word]) => word));
        const variables = actions.flatMap(inner => [...inner.matchAll(/\$\w+/g)].map(([word]) => word));
        assert.deepEqual(words.filter(word => !there.has(word)), [], `${name}: ${text}`);
        assert.deepEqual(variables.filter(word => !["$labels", "$values", "$q", "$near"].includes(word)), [], `${name}: ${text}`);
        assert.doesNotMatch(actions.join(), /\$labels\.|(?<!\)\s*)\.Value\b/, `${name}: ${text}`);
      }
    }
  });
});

describe("the links in the rules of an existing Grafana", () => {
  const linked = (spec: ServerSpec, leaveOut: ServerSpec["leaveOut"] = []) =>
    rulesElsewhere(ofServer(resolveSpec(spec), contractOf(resolveSpec({ addresses: ["mon.example.com"], ports: { grafana: 8443 }, environment: "ops", cloud: "gcp", host: "watch", leaveOut }), "mon.example.com", "")));
  const annotations = (groups: ReturnType<typeof linked>, name: string) => groups.flatMap(({ rules }) => rules).find(each => each.name === name)!.annotations;

  it("lead to the Grafana that the server's spec names, with the ids that datasources and dashboards have there", () => {
    const { dashboard_url: dashboard, logs_url: logs, traces_url: traces } = annotations(linked({ alerts: { grafana: "https://team.grafana.net/" } }), "HttpErrors");
    assert.ok(dashboard!.startsWith(`https://team.grafana.net/d/${dashboardUid.services}?`), dashboard);
    assert.match(logs!, /https:\/\/team\.grafana\.net\/explore[^]*\\"datasource\\":\\"lgtm-loki\\"/);
    assert.match(traces!, /https:\/\/team\.grafana\.net\/explore[^]*\\"datasource\\":\\"lgtm-tempo\\"/);
  });

  it("lead to the server's own Grafana otherwise, where the contract says it is", () => {
    const { dashboard_url: dashboard, logs_url: logs } = annotations(linked({}), "HttpErrors");
    assert.ok(dashboard!.startsWith("https://mon.example.com:8443/d/lgtm-services?"), dashboard);
    assert.match(logs!, /\\"datasource\\":\\"loki\\"/);
  });

  it("are refused where they would lead nowhere", () => {
    assert.throws(() => linked({}, ["grafana"]), /spec.alerts.grafana: missing, and the server has no Grafana/);
    assert.doesNotThrow(() => linked({ alerts: { grafana: "https://team.grafana.net" } }, ["grafana"]));
  });

  it("know the server by the labels in its contract", () => {
    const down = linked({}).flatMap(({ rules }) => rules).find(each => each.name === "MonitoringServiceDown")!;
    assert.match(models(down)[0]!.expr as string, /environment="ops", host="watch"/);
  });
});
