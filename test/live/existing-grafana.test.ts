import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GrafanaContent } from "../../components/grafana";
import type { ServerSpec } from "../../components/server/spec";
import { open, run } from "../mocks";
import { eventually } from "./harness/command";
import { startProcesses, type ProcessServer } from "./harness/processes";

/** What the provider is handed for a datasource; Grafana asks with exactly this. */
interface Datasource {
  type: string;
  url: string;
  user: string;
  password: string;
  ca: string;
}

/** What the provider is handed for a rule: Grafana asks the first of its queries of the datasource, and works out the others itself. */
interface Rule {
  name: string;
  datas: { datasourceUid: string; model: string }[];
}

/** A Grafana with these datasources and rules cannot be had here: what it would ask, by the same address, name, token and authority, is asked of a real server. */
describe("the datasources and rules of an existing Grafana", () => {
  let server: ProcessServer;
  let sources: Record<string, Datasource>;
  let rules: Rule[];

  before(async () => {
    const spec: ServerSpec = { leaveOut: ["grafana"], alerts: { grafana: "https://team.grafana.net" }, expectedHosts: [{ environment: "prod", cloud: "aws", host: "never-heard-of" }] };
    server = await startProcesses(spec);
    const readToken = readFileSync(join(server.folder, "secrets/read-default"), "utf8");
    const { registered } = await run(() => new GrafanaContent("mon", { server: server.contract, readToken, spec, alertRules: true }));
    rules = registered.filter(({ type }) => type === "grafana:alerting/ruleGroup:RuleGroup").flatMap(({ inputs }) => inputs.rules as Rule[]);
    sources = Object.fromEntries(
      registered.filter(({ type }) => type === "grafana:oss/dataSource:DataSource").map(({ inputs }) => {
        const secure = JSON.parse(open(inputs.secureJsonDataEncoded) as string) as { basicAuthPassword: string; tlsCACert: string };
        return [inputs.uid as string, { type: inputs.type as string, url: inputs.url as string, user: inputs.basicAuthUsername as string, password: secure.basicAuthPassword, ca: secure.tlsCACert }];
      }),
    );
  });
  after(() => server?.stop());

  const ask = (uid: string, path: string, { form, password = sources[uid]!.password }: { form?: string; password?: string } = {}) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const { url, user, ca } = sources[uid]!;
      const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`, ...(form && { "content-type": "application/x-www-form-urlencoded" }) };
      request(`${url}${path}`, { ca, headers, method: form ? "POST" : "GET" }, response => {
        let body = "";
        response.on("data", chunk => (body += chunk)).on("end", () => resolve({ status: response.statusCode!, body }));
      }).on("error", reject).end(form);
    });

  // The first is what Grafana's "Save & test" asks, as its plugins do; then what its panels, rules and links ask.
  const questions: [uid: string, path: string, form?: string][] = [
    ["lgtm-prometheus", "/api/v1/query", "query=1%2B1"],
    ["lgtm-prometheus", "/api/v1/query_range", `query=up&start=${Math.floor(Date.now() / 1000) - 60}&end=${Math.floor(Date.now() / 1000)}&step=15`],
    ["lgtm-prometheus", "/api/v1/rules"],
    ["lgtm-prometheus", "/api/v1/status/buildinfo"],
    ["lgtm-prometheus", "/api/v1/query_exemplars?query=up&start=0&end=1"],
    ["lgtm-prometheus", "/api/v1/label/host/values"],
    ["lgtm-loki", "/loki/api/v1/query?query=vector(1)%2Bvector(1)"],
    ["lgtm-loki", `/loki/api/v1/query_range?query=${encodeURIComponent('{service_name=~".+"}')}`],
    ["lgtm-loki", "/loki/api/v1/labels"],
    ["lgtm-tempo", "/api/echo"],
    ["lgtm-tempo", "/api/search?q=%7B%7D"],
    ["lgtm-alertmanager", "/api/v2/status"],
    ["lgtm-alertmanager", "/api/v2/alerts/groups"],
    ["lgtm-alertmanager", "/api/v2/silences"],
  ];
  for (const [uid, path, form] of questions)
    it(`${uid} is answered ${form ? "POST" : "GET"} ${path.split("?")[0]}`, async () => {
      await eventually("an answer", async () => (await ask(uid, path, { form })).status === 200, { seconds: 30 });
    });

  const alertsOf = async (): Promise<string[]> => {
    const { data } = JSON.parse((await ask("lgtm-prometheus", "/api/v1/rules")).body) as { data: { groups: { rules: { name: string; type: string }[] }[] } };
    return data.groups.flatMap(group => group.rules).filter(rule => rule.type === "alerting").map(rule => rule.name);
  };

  it("have the server's alert rules, which that Grafana shows", async () => {
    const alerts = await alertsOf();
    assert.ok(alerts.includes("DiskLow") && alerts.length > 40, String(alerts.length));
  });

  it("have rules of that Grafana's own for all of the server's, whose queries are answered", async () => {
    assert.deepEqual(rules.map(({ name }) => name).sort(), (await alertsOf()).map(name => (name === "Watchdog" ? "MonitoringSilent" : name)).sort());
    for (const { name, datas } of rules) {
      const { expr } = JSON.parse(datas[0]!.model) as { expr: string };
      const { status, body } = await ask(datas[0]!.datasourceUid, "/api/v1/query", { form: `query=${encodeURIComponent(expr)}` });
      assert.equal(status, 200, `${name}: ${body}`);
    }
  });

  it("have rules that find what the server finds: a host that is silent, by its labels", async () => {
    const { expr } = JSON.parse(rules.find(({ name }) => name === "HostSilent")!.datas[0]!.model) as { expr: string };
    await eventually("the silent host", async () => {
      const { data } = JSON.parse((await ask("lgtm-prometheus", "/api/v1/query", { form: `query=${encodeURIComponent(expr)}` })).body) as { data: { result: { metric: Record<string, string> }[] } };
      return data.result.some(({ metric }) => metric.host === "never-heard-of" && metric.environment === "prod" && metric.cloud === "aws");
    }, { seconds: 60 });
  });

  it("may not be changed, nor asked with another token", async () => {
    assert.equal((await ask("lgtm-prometheus", "/api/v1/query?query=1", { password: "0".repeat(64) })).status, 401);
    assert.equal((await ask("lgtm-alertmanager", "/api/v2/silences", { form: "x=1" })).status, 404);
  });
});
