import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AzureLogsQuery } from "../../components/dashboards/cloud-queries";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { runPanels } from "../live/harness/panels";
import { dashboardsOf, filesOf } from "./rendered";

type Target = Record<string, unknown> & { refId: string; datasource: { type: string; uid: string } };

const everyCloud: ServerSpec = { cloudDatasources: { aws: [{}], azure: [{}], gcp: [{}] } };

/** Targets of the queries of one dashboard, with the panel that asks. */
function asked(uid: string, spec = everyCloud): { where: string; type: string; target: Target }[] {
  const { panels } = dashboardsOf(spec).find(dashboard => dashboard.uid === uid)!;
  return panels.flatMap(({ title, type, targets = [] }) => targets.map(target => ({ where: title, type, target: target as unknown as Target })));
}

describe("the dashboard of a cloud", () => {
  it("is only there with a datasource of that cloud, and can be left out", () => {
    const clouds = (spec: ServerSpec, leaveOut: "gcp"[] = []) => Object.keys(filesOf(spec, { leaveOut })).filter(file => /aws|azure|gcp/.test(file));
    assert.deepEqual(clouds({}), []);
    assert.deepEqual(clouds({ cloudDatasources: { aws: [], azure: [{}] } }), ["lgtm-azure.json"]);
    assert.deepEqual(clouds(everyCloud, ["gcp"]), ["lgtm-aws.json", "lgtm-azure.json"]);
  });

  it("does not refresh by itself, since each question is paid for, and asks for the account first", () => {
    for (const dashboard of dashboardsOf(everyCloud).slice(8)) {
      assert.equal((dashboard as unknown as { refresh: string }).refresh, "", dashboard.title);
      assert.equal(dashboard.templating.list[0]!.name, "account");
      for (const { name, type, ...rest } of dashboard.templating.list) if (type === "query") assert.equal((rest as unknown as { datasource: { uid: string } }).datasource.uid, "${account}", name);
    }
  });

  it("has no panel that the tests on real programs could count as shown: they say that only the cloud answers", async () => {
    const nowhere = { prometheus: "", loki: "", tempo: "" };
    const outcomes = await runPanels(resolveSpec(everyCloud), nowhere, { only: ["aws", "azure", "gcp"] });
    assert.ok(outcomes.length > 50, String(outcomes.length));
    assert.deepEqual(new Set(outcomes.map(({ result }) => result)), new Set(["not run here"]));
  });

  it("adds up what is counted, and shows the newest of what is measured", () => {
    const stats = dashboardsOf(everyCloud).slice(8).flatMap(({ panels }) => panels.filter(({ type }) => type === "stat")) as unknown as { title: string; description: string; options: { reduceOptions: { calcs: string[] } } }[];
    const totals = stats.filter(({ options }) => options.reduceOptions.calcs[0] === "sum");
    assert.deepEqual(totals.map(({ title }) => title), ["5xx", "Lambda errors", "Errors logged", "Cloud Run 5xx"]);
    for (const { title, description } of totals) assert.match(description, /in the time range/, title);
  });

  it("keeps its queries when Prometheus' variables are not there: no label of ours is asked for", () => {
    for (const dashboard of dashboardsOf(everyCloud).slice(8)) assert.doesNotMatch(JSON.stringify(dashboard), /\$(environment|cloud|host|service)\b/);
  });
});

// What follows is what each plugin itself asks of a query before it sends it (filterQuery in its source), and in which form.

describe("queries of CloudWatch", () => {
  const metrics = asked("lgtm-aws").filter(({ target }) => target.queryMode === "Metrics");

  it("are searches in CloudWatch's language with a schema, a statistic and five minutes", () => {
    assert.ok(metrics.length > 20);
    for (const { where, target } of metrics) {
      assert.deepEqual([target.metricQueryType, target.metricEditorMode, target.region], [0, 1, "default"], where);
      assert.match(String(target.expression), /^(\w+\()?SEARCH\('\{AWS\/\w+(,\w+)+\} MetricName=("\w+"|\("\w+" OR "\w+"\))', '(Average|Sum|Minimum|Maximum|p95)', 300\)\)?$/, where);
    }
  });

  it("name each line by the dimension that the search groups by", () => {
    for (const { where, type, target } of metrics.filter(each => each.type === "timeseries")) {
      const [, dimensions] = /\{AWS\/\w+,([\w,]+)\}/.exec(String(target.expression))!;
      const [, name] = /^\$\{PROP\('Dim\.(\w+)'\)\}$/.exec(String(target.label))!;
      assert.ok(dimensions!.split(",").includes(name!), `${where} ${type}`);
    }
    for (const { where, target } of metrics.filter(each => each.type === "stat")) assert.match(String(target.expression), /^(SUM|MIN|MAX)\(/, where);
  });

  it("search the log lines of chosen groups only", () => {
    const [insights, ...others] = asked("lgtm-aws").filter(({ target }) => target.queryMode === "Logs");
    assert.equal(others.length, 0);
    assert.deepEqual([insights!.target.queryLanguage, insights!.target.logGroups], ["CWLI", [{ arn: "$loggroups", name: "$loggroups" }]]);
    assert.match(String(insights!.target.expression), /\| limit 100$/);
  });
});

describe("queries of Azure", () => {
  const of = (queryType: string) => asked("lgtm-azure").filter(({ target }) => target.queryType === queryType);

  it("are metrics of resources by group and name, several at once only in one region", () => {
    const metrics = of("Azure Monitor");
    assert.equal(metrics.length, 12);
    for (const { where, target } of metrics) {
      const { resources, metricNamespace, metricName, aggregation, region } = target.azureMonitor as { resources: Record<string, string>[]; metricNamespace: string; metricName: string; aggregation: string; region: string };
      assert.ok(metricName && aggregation && /^microsoft\.\w+\/\w+/.test(metricNamespace), where);
      assert.deepEqual([resources.length, resources[0]!.resourceGroup, resources[0]!.subscription], [1, "$group", "$subscription"], where);
      assert.equal(region, resources[0]!.resourceName === "$vm" ? "$region" : "", where);
    }
  });

  it("ask Resource Graph about the chosen subscription, in columns that the tables show", () => {
    const graph = of("Azure Resource Graph");
    assert.equal(graph.length, 7);
    for (const { where, target } of graph) assert.deepEqual(target.subscriptions, ["$subscription"], where);
  });

  it("ask one workspace within the dashboard's time", () => {
    const logs = of("Azure Log Analytics");
    assert.deepEqual(logs.map(({ target }) => (target.azureLogAnalytics as { resultFormat: AzureLogsQuery["format"] }).resultFormat), ["time_series", "logs"]);
    for (const { target } of logs) {
      const { resources, dashboardTime, timeColumn, query } = target.azureLogAnalytics as { resources: string[]; dashboardTime: boolean; timeColumn: string; query: string };
      assert.deepEqual([resources, dashboardTime, timeColumn], [["$workspace"], true, "TimeGenerated"]);
      // Every leg gives the three columns that the first, empty one declares.
      const legs = query.split("\n").filter(line => line.startsWith("  ("));
      assert.equal(legs.length, 5);
      for (const leg of legs) assert.match(leg, /\| project TimeGenerated, Source = .+, Message/);
    }
  });
});

describe("queries of Google Cloud", () => {
  it("are one metric each, filters joined in fours, by labels that its legend names", () => {
    const metrics = asked("lgtm-gcp").filter(({ target }) => target.queryType === "timeSeriesList");
    assert.ok(metrics.length > 15);
    for (const { where, target } of metrics) {
      const { projectName, filters, groupBys, perSeriesAligner, crossSeriesReducer } = target.timeSeriesList as { projectName: string; filters: string[]; groupBys: string[]; perSeriesAligner: string; crossSeriesReducer: string };
      assert.equal(projectName, "$project");
      assert.deepEqual(filters.slice(0, 2), ["metric.type", "="], where);
      assert.match(filters[2]!, /^[a-z]+\.googleapis\.com\//, where);
      for (let i = 3; i < filters.length; i += 4) assert.equal(filters[i], "AND", where);
      assert.match(perSeriesAligner, /^ALIGN_/);
      assert.match(crossSeriesReducer, /^REDUCE_/);
      assert.equal(String(target.aliasBy), groupBys.map(by => `{{${by}}}`).join(" "), where);
    }
  });

  it("read log lines with Google's plugin of the chosen project, and not where it is left out", () => {
    const ofLogs = (spec: ServerSpec) => asked("lgtm-gcp", spec).filter(({ target }) => target.datasource.type === "googlecloud-logging-datasource");
    assert.deepEqual(ofLogs(everyCloud).map(({ target }) => [target.datasource.uid, target.projectId, target.queryText]), [["${logs}", "$project", "severity>=ERROR"]]);
    const without = { cloudDatasources: { gcp: [{ logs: false }] } };
    assert.deepEqual(ofLogs(without), []);
    assert.doesNotMatch(filesOf(without)["lgtm-gcp.json"]!, /googlecloud-logging|\$\{logs\}/);
  });

  it("show the server's own project first, or the one that is named", () => {
    const first = (gcp: object) => dashboardsOf({ cloudDatasources: { gcp: [gcp] } }).at(-1)!.templating.list.find(({ name }) => name === "project") as unknown as { current: { value: string } };
    assert.equal(first({}).current.value, "@@project@@");
    assert.equal(first({ project: "shop-prod" }).current.value, "shop-prod");
  });
});
