import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { alertmanagerFiles, prometheusRuleFiles, type AlertSpec } from "../../components/alerts";
import { processLayout } from "../../components/server/layout";
import { resolveSpec } from "../../components/server/spec";
import { yaml } from "../../components/server/yaml";
import { assumed, cases, promtoolPrints, promtoolTests } from "../alerts/cases";
import { program, write } from "./harness/alerts";
import { run, tryRun } from "./harness/command";

const folder = mkdtempSync(join(tmpdir(), "lgtm-rules-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const spec = resolveSpec(assumed);

describe("promtool", () => {
  let promtool: string;
  before(async () => {
    promtool = await program("prometheus", "promtool");
    write(folder, Object.fromEntries(Object.entries(prometheusRuleFiles(spec)).map(([path, value]) => [path, yaml(value)])));
  });

  it("accepts the rules, with every lint of its own", async () => {
    await run(promtool, ["check", "rules", "--lint=all", "--lint-fatal", ...Object.keys(prometheusRuleFiles(spec)).map(path => join(folder, path))]);
  });

  for (const [subject, list] of Object.entries(cases)) {
    it(`sees every alert about ${subject} fire and be quiet as it should (${list.length} situations)`, async () => {
      write(folder, { [`${subject}.test.yml`]: yaml(promtoolTests(`rules/${subject}.yml`, list)) });
      await run(promtool, ["test", "rules", join(folder, `${subject}.test.yml`)]);
    });

    it(`prints texts and links of alerts about ${subject} that are whole`, async () => {
      const firing = list.filter(it => it.fires && it.at < 120);
      write(folder, { [`${subject}.print.yml`]: yaml(promtoolPrints(`rules/${subject}.yml`, firing)) });
      const { stdout, stderr } = await tryRun(promtool, ["test", "rules", join(folder, `${subject}.print.yml`)]);
      const printed = [...`${stdout}${stderr}`.matchAll(/Annotations:\{(.*)\}/g)].map((match): Record<string, string> => Object.fromEntries([...match[1]!.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, key, value]) => [key!, JSON.parse(value!) as string])));
      assert.ok(printed.length >= firing.length, `${printed.length} of ${firing.length}:\n${stdout}${stderr}`);
      for (const annotations of printed) {
        for (const text of Object.values(annotations)) assert.doesNotMatch(text, /<error|<no value>|\$T|\{\{|undefined|NaN/);
        assert.equal(new URL(annotations.dashboard_url!).pathname, `/d/${annotations.dashboard}`);
        for (const [key, datasource] of [["logs_url", "loki"], ["traces_url", "tempo"]] as const) {
          if (!annotations[key]) continue;
          const { a } = JSON.parse(new URL(annotations[key]).searchParams.get("panes")!) as { a: { datasource: string; queries: [{ expr?: string; query?: string }] } };
          assert.equal(a.datasource, datasource);
          assert.match(a.queries[0].expr ?? a.queries[0].query!, /^\{.*\}/);
        }
      }
    });
  }
});

describe("amtool", () => {
  const alerts: AlertSpec = {
    slack: [{}, { name: "dev", environments: ["dev"] }],
    email: [{ to: ["ops@example.com"], from: "mon@example.com", smarthost: "smtp.example.com:587", username: "mon", environments: ["prod"] }],
    webhook: [{ severities: ["info"] }],
    jira: [{ url: "https://team.atlassian.net", project: "OPS", severities: ["critical"] }],
    heartbeat: true,
    mute: [{ from: "22:00", to: "08:00" }, { environments: ["dev"], days: ["saturday", "sunday"], severities: ["critical", "warning", "info"] }],
  };
  let amtool: string;
  let config: string;
  before(async () => {
    amtool = await program("alertmanager", "amtool");
    const files = alertmanagerFiles({ ...spec, alerts }, processLayout);
    write(join(folder, "alertmanager"), Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll("@@root@@", folder)])));
    config = join(folder, "alertmanager/alertmanager.yml");
  });

  it("accepts the configuration with every kind of receiver", async () => {
    assert.match(await run(amtool, ["check-config", config]), /SUCCESS[\s\S]*SUCCESS/);
  });

  const routes: Record<string, string[]> = {
    "severity=critical environment=prod alertname=HostSilent": ["slack", "email", "jira"],
    "severity=warning environment=prod alertname=CpuHigh": ["slack", "email"],
    "severity=warning environment=dev alertname=CpuHigh": ["slack", "slack-dev"],
    "severity=info environment=dev alertname=SloBurnSlow": ["slack", "slack-dev", "webhook"],
    "severity=warning environment=prod alertname=NewError event=true": ["slack-events", "email-events"],
    "environment=prod alertname=OfTheUsersOwn": ["slack", "email"],
    "severity=info environment=monitoring alertname=Watchdog": ["heartbeat"],
  };
  for (const [labels, receivers] of Object.entries(routes))
    it(`sends ${labels} to ${receivers.join(", ")}`, async () => {
      assert.equal(await run(amtool, ["config", "routes", "test", `--config.file=${config}`, ...labels.split(" ")]), receivers.join(","));
    });

  it("renders the e-mail as text and as HTML that escapes what it is given", async () => {
    const alert = { status: "firing", labels: { alertname: "NewError", environment: "prod", host: "app-1" }, annotations: { summary: "주문 <script>alert(1)</script> password=hunter2", error: "a\nb", description: "What to <do>", dashboard_url: "https://mon.example.com/d/lgtm-errors?from=now-1h&to=now" }, startsAt: "2026-11-22T08:00:00Z", endsAt: "0001-01-01T00:00:00Z" };
    write(folder, { "data.json": JSON.stringify({ receiver: "email", status: "firing", alerts: [alert], groupLabels: { alertname: "NewError" }, commonLabels: alert.labels, commonAnnotations: alert.annotations, externalURL: "https://mon.example.com/alerting" }) });
    const render = (type: string, name: string) => run(amtool, ["template", "render", `--template.glob=${join(folder, "alertmanager/templates/*.tmpl")}`, `--template.type=${type}`, `--template.data=${join(folder, "data.json")}`, `--template.text={{ template "${name}" . }}`]);
    const [html, text, subject] = await Promise.all([render("html", "lgtm.html"), render("text", "lgtm.text"), render("text", "lgtm.title")]);
    assert.match(html, /주문 &lt;script&gt;/);
    assert.match(html, /<pre>a b<\/pre><br><small>What to &lt;do&gt;<\/small>/);
    assert.match(html, /<a href="https:\/\/mon\.example\.com\/d\/lgtm-errors\?from=\d+&amp;to=now">Dashboard<\/a>/);
    assert.match(text, /^주문 <script>alert\(1\)<\/script> password=\*\*\*\nenvironment prod {2}server app-1 {2}\nsince 2026-11-22 08:00:00 UTC\na b\nWhat to <do>\nDashboard: https/);
    assert.match(subject, /^FIRING NewError · prod · app-1$/);
    assert.doesNotMatch(html + text + subject, /hunter2/);
  });
});
