import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Folder } from "@pulumiverse/grafana/oss/folder";
import { Provider } from "@pulumiverse/grafana/provider";
import { GrafanaContent } from "../../components/grafana";
import { readUrl } from "../../components/grafana/datasources";
import { contractOf } from "../../components/server/contract";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { isSecret, open, plainText, run, seen, type Registered } from "../mocks";
import { strings } from "../dashboards/rendered";

const contract = (spec: ServerSpec = {}, ca = "pem of the authority") => contractOf(resolveSpec({ addresses: ["mon.example.com"], ...spec }), "mon.example.com", ca);
const content = (args: Partial<ConstructorParameters<typeof GrafanaContent>[1]> = {}, preview = false) =>
  run(() => new GrafanaContent("mon", { server: contract(args.spec), readToken: pulumi.secret("the-token\n"), ...args }), { preview, outputs: () => ({}) });
const ofType = (registered: Registered[], type: string) => registered.filter(resource => resource.type === type);
const datasources = (registered: Registered[]) => ofType(registered, "grafana:oss/dataSource:DataSource");
const dashboards = (registered: Registered[]) => ofType(registered, "grafana:oss/dashboard:Dashboard");
const parsed = (value: unknown) => JSON.parse(open(value) as string) as Record<string, unknown>;

describe("the content of an existing Grafana", () => {
  it("is four datasources at the server's read endpoints, with the read client's token and the server's authority", async () => {
    const { registered } = await content();
    assert.deepEqual(datasources(registered).map(({ name, inputs }) => [name, inputs.uid, inputs.type, inputs.url, inputs.basicAuthEnabled, inputs.basicAuthUsername]), [
      ["mon-prometheus", "lgtm-prometheus", "prometheus", "https://mon.example.com/read/prometheus", true, "default"],
      ["mon-loki", "lgtm-loki", "loki", "https://mon.example.com/read/loki", true, "default"],
      ["mon-tempo", "lgtm-tempo", "tempo", "https://mon.example.com/read/tempo", true, "default"],
      ["mon-alertmanager", "lgtm-alertmanager", "alertmanager", "https://mon.example.com/read/alertmanager", true, "default"],
    ]);
    for (const { name, inputs } of datasources(registered)) {
      assert.ok(isSecret(inputs.secureJsonDataEncoded), name);
      assert.deepEqual(parsed(inputs.secureJsonDataEncoded), { basicAuthPassword: "the-token", tlsCACert: "pem of the authority" });
      assert.equal(parsed(inputs.jsonDataEncoded).tlsAuthWithCACert, true);
    }
  });

  it("asks for no authority where the public ones vouch for the server", async () => {
    const { registered } = await content({ server: contract({}, "") });
    for (const { inputs } of datasources(registered)) {
      assert.deepEqual(Object.keys(parsed(inputs.secureJsonDataEncoded)), ["basicAuthPassword"]);
      assert.equal(parsed(inputs.jsonDataEncoded).tlsAuthWithCACert, undefined);
    }
  });

  it("has datasources that lead to each other: log to trace, trace to log, exemplar to trace, rules to their alerts", async () => {
    const { registered } = await content();
    const json = Object.fromEntries(datasources(registered).map(({ inputs }) => [inputs.uid as string, parsed(inputs.jsonDataEncoded)]));
    const uids = strings(json).filter(([path]) => /[uU]id$/.test(path)).map(([path, uid]) => `${path.split("/")[1]} ${uid}`);
    assert.deepEqual([...new Set(uids)].sort(), ["lgtm-loki lgtm-tempo", "lgtm-prometheus lgtm-alertmanager", "lgtm-prometheus lgtm-tempo", "lgtm-tempo lgtm-loki", "lgtm-tempo lgtm-prometheus"]);
    // What is doubled in a provisioning file is not in a request.
    assert.deepEqual(strings(json).filter(([, text]) => text.includes("$$")), []);
    assert.match(JSON.stringify(json["lgtm-tempo"]), /\{\$\{__tags\}\} \| trace_id=/);
  });

  it("is all dashboards of the server in one folder, asking these datasources, under the ids that links name", async () => {
    const { registered } = await content();
    const [folder] = ofType(registered, "grafana:oss/folder:Folder");
    assert.deepEqual([folder!.inputs.uid, folder!.inputs.title], ["lgtm", "Monitoring"]);
    assert.deepEqual(dashboards(registered).map(({ name }) => name), ["overview", "host", "spring-boot", "services", "logs", "errors", "traces", "server"].map(each => `mon-${each}`));
    for (const { name, inputs } of dashboards(registered)) {
      assert.deepEqual([inputs.folder, inputs.overwrite], ["lgtm", true], name);
      const dashboard = parsed(inputs.configJson);
      assert.equal(dashboard.uid, name.replace("mon-", "lgtm-"));
      const asked = new Set(strings(dashboard).filter(([path]) => /\/datasource\/uid$/.test(path)).map(([, uid]) => uid));
      assert.ok(asked.size > 0, name);
      for (const uid of asked) assert.match(uid, /^(lgtm-(prometheus|loki|tempo|alertmanager)|-- \w+ --)$/, name);
    }
  });

  it("follows the spec: what the server leaves out, dashboards that are not wanted, and the users' own", async () => {
    const own = JSON.stringify({ uid: "orders", title: "Orders", panels: [{ datasource: { type: "loki", uid: "loki" }, targets: [{ datasource: { type: "prometheus", uid: "mimir" } }] }, { datasource: "prometheus" }] });
    const { registered } = await content({ folder: "Servers", spec: { leaveOut: ["tempo", "grafana"], dashboards: { leaveOut: ["host"], own: { "orders.json": own } } } });
    assert.deepEqual(datasources(registered).map(({ inputs }) => inputs.uid), ["lgtm-prometheus", "lgtm-loki", "lgtm-alertmanager"]);
    assert.equal(ofType(registered, "grafana:oss/folder:Folder")[0]!.inputs.title, "Servers");
    assert.deepEqual(dashboards(registered).map(({ name }) => name), ["mon-overview", "mon-spring-boot", "mon-logs", "mon-errors", "mon-server", "mon-orders"]);
    assert.deepEqual(parsed(dashboards(registered).at(-1)!.inputs.configJson).panels, [{ datasource: { type: "loki", uid: "lgtm-loki" }, targets: [{ datasource: { type: "prometheus", uid: "mimir" } }] }, { datasource: "lgtm-prometheus" }]);
  });

  it("has no alert rules of its own unless it is asked: the server's would be sent twice", async () => {
    assert.deepEqual(ofType((await content()).registered, "grafana:alerting/ruleGroup:RuleGroup"), []);
    assert.deepEqual(ofType((await content({ alertRules: false })).registered, "grafana:alerting/ruleGroup:RuleGroup"), []);
  });

  it("has the server's alert rules when asked, in the folder of the dashboards, with the labels and links of the contract", async () => {
    const { registered } = await content({ alertRules: true });
    const groups = ofType(registered, "grafana:alerting/ruleGroup:RuleGroup");
    const subjects = ["availability", "certificates", "host", "http", "jvm", "logs", "server", "unattributed", "watchdog"];
    assert.deepEqual(groups.map(({ name, inputs }) => [name, inputs.name, inputs.folderUid]).sort(), subjects.map(each => [`mon-rules-${each}`, each, "lgtm"]));
    const disk = (groups.find(({ name }) => name === "mon-rules-host")!.inputs.rules as { uid: string; annotations: Record<string, string> }[]).find(({ uid }) => uid === "lgtm-DiskLow")!;
    assert.match(disk.annotations.dashboard_url!, /^https:\/\/mon\.example\.com\/d\/lgtm-host\?/);
    assert.doesNotMatch(plainText(groups), /the-token/);
  });

  it("shows the token nowhere but in secrets", async () => {
    const { made, registered } = await content();
    assert.doesNotMatch(plainText(registered), /the-token/);
    assert.deepEqual((await seen(made.datasources)).value, { prometheus: "lgtm-prometheus", loki: "lgtm-loki", tempo: "lgtm-tempo", alertmanager: "lgtm-alertmanager" });
    assert.equal((await seen(made.folder)).value, "lgtm");
  });

  it("is planned in full by a preview in which the server is not there yet", async () => {
    const { registered } = await run(() => {
      // What a resource that is still to be made gives.
      const server = new Folder("other", { title: "x" }).url.apply(() => contract());
      return new GrafanaContent("mon", { server, readToken: server.apply(() => "t"), alertRules: true });
    }, { preview: true });
    assert.equal(datasources(registered).length, 4);
    assert.equal(dashboards(registered).length, 8);
    assert.equal(ofType(registered, "grafana:alerting/ruleGroup:RuleGroup").length, 9);
    assert.doesNotMatch(plainText(datasources(registered)), /mon\.example\.com/);
  });

  it("goes where the provider says, that of the option", async () => {
    const { registered } = await run(() => {
      const provider = new Provider("team", { url: "https://team.grafana.net" });
      return new GrafanaContent("mon", { server: contract(), readToken: "t" }, { provider });
    });
    for (const { name, provider } of [...datasources(registered), ...dashboards(registered)]) assert.match(provider ?? "", /grafana::team/, name);
  });
});

describe("the arguments of the content", () => {
  const refusal = (args: object) => {
    try {
      new GrafanaContent("mon", args as never);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };

  it("are refused with everything that is wrong with them", () => {
    assert.match(refusal({ readClients: "a", readClient: " ", alertRules: "yes" }), /readClients: not an argument[^]*server: missing[^]*readToken: missing[^]*readClient: ""[^]*alertRules: "yes" is not allowed/);
    assert.match(refusal({ server: contract(), readToken: "t", spec: { retenton: {} } }), /retenton/);
  });

  it("are refused where the spec or the client is not that of the server", () => {
    const url = (spec: ServerSpec) => readUrl(contract(spec), "tempo", "default");
    assert.throws(() => url({ leaveOut: ["tempo"] }), /spec: not that of this server, which has no tempo/);
    assert.throws(() => url({ readClients: ["team"] }), /readClient: "default" is not known to this server. Allowed: team/);
    assert.equal(url({ ports: { read: 8443 } }), "https://mon.example.com:8443/read/tempo");
  });
});
