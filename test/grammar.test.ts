import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lokiRuleFiles, prometheusRuleFiles } from "../components/alerts";
import { allRules } from "../components/alerts/subjects";
import { asked } from "../components/dashboards/asked";
import { datasources } from "../components/dashboards/datasources";
import { processLayout } from "../components/server/layout";
import { resolveSpec } from "../components/server/spec";
import { assumed } from "./alerts/cases";
import { servers } from "./dashboards/rendered";
import { misread } from "./grammar";

describe("every query of every panel is of its language", () => {
  for (const [name, keys] of Object.entries(servers))
    it(`on a server with ${name}`, () => {
      const queries = asked(resolveSpec(keys), 1_800_000_000).filter(({ request }) => request);
      for (const { dashboard, panel, refId, request } of queries) {
        const query = String(request!.parameters.query ?? request!.parameters.q);
        assert.doesNotMatch(query, /\$\{?[a-z_]/i, `${dashboard} / ${panel} ${refId}: no variable is left`);
        assert.deepEqual(misread(request!.program, query), [], `${dashboard} / ${panel} ${refId}: ${query}`);
      }
      assert.ok(queries.length > 50, String(queries.length));
    });
});

describe("every rule is of its language", () => {
  const spec = resolveSpec(assumed);
  const expressions = (files: Record<string, object>) => Object.values(files).flatMap(file => (file as { groups: { rules: { alert?: string; record?: string; expr: string }[] }[] }).groups.flatMap(group => group.rules));

  it("of Prometheus: alerts and recorded series", () => {
    const rules = expressions(prometheusRuleFiles(spec));
    for (const { alert, record, expr } of rules) assert.deepEqual(misread("prometheus", expr), [], `${alert ?? record}: ${expr}`);
    assert.ok(rules.length > allRules().length, String(rules.length));
  });

  it("of Loki: the counts of lines", () => {
    const rules = expressions(lokiRuleFiles(spec));
    for (const { record, expr } of rules) assert.deepEqual(misread("loki", expr), [], `${record}: ${expr}`);
    assert.equal(rules.length, 3);
  });

  it("and so are the log lines and traces that its link leads to", () => {
    for (const { name, logs, traces } of allRules()) {
      if (logs !== undefined) assert.deepEqual(misread("loki", `{service_name="orders"} ${logs}`), [], name);
      if (traces !== undefined) assert.deepEqual(misread("tempo", `{ ${['resource.service.name = "orders"', ...(traces ? [traces] : [])].join(" && ").replaceAll("$T", "1")} }`), [], name);
    }
  });
});

it("the queries of links from traces are of their language", () => {
  const { datasources: list } = datasources({ spec: resolveSpec(), layout: processLayout }) as { datasources: { uid: string; jsonData: { tracesToLogsV2?: { query: string }; tracesToMetrics?: { queries: { query: string }[] } } }[] };
  const { tracesToLogsV2, tracesToMetrics } = list.find(({ uid }) => uid === "tempo")!.jsonData;
  const fill = (query: string) => query.replace(/\$\$(\{__tags\}|__tags)/g, "@").replaceAll("{@}", '{host="a"}').replaceAll("$${__trace.traceId}", "0af7651916cd43dd8448eb211c80319c");
  assert.deepEqual(misread("loki", fill(tracesToLogsV2!.query)), []);
  for (const { query } of tracesToMetrics!.queries) assert.deepEqual(misread("prometheus", fill(query)), [], query);
});

describe("a grammar finds", () => {
  const broken: [Parameters<typeof misread>[0], string, string][] = [
    ["prometheus", "sum by (host) (rate(node_cpu_seconds_total[5m]))", "sum by (host (rate(node_cpu_seconds_total[5m]))"],
    ["prometheus", "up == 0 and on (host) vector(1)", "up == 0 and on host vector(1)"],
    ["prometheus", "rate(a[5m] offset 1h)", "rate(a[$__rate_interval])"],
    ["prometheus", "rate(a[5m])", "rates(a[5m])"],
    ["loki", '{host="a"} |= `x` | json | level="error"', '{host="a"} |= `x` | jsons | level="error"'],
    ["loki", 'sum(count_over_time({host=~".+"} [5m]))', 'sum(count_over_time({host=~".+} [5m]))'],
    ["loki", '{host="a"} | line_format "x"', '{host="a"} | line_format'],
    ["tempo", '{ resource.service.name =~ "a" && duration > 1s } | select(span.b)', '{ resource.service.name =~ && duration > 1s } | select(span.b)'],
    ["tempo", "{ status = error || span.x >= 500 }", "{ status = error || span.x >= 500"],
  ];
  for (const [language, right, wrong] of broken)
    it(`${language}: ${wrong}`, () => {
      assert.deepEqual(misread(language, right), []);
      assert.notDeepEqual(misread(language, wrong), []);
    });
});
