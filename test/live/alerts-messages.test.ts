import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { resolveAlertKeys } from "../../components/alerts";
import { slackLimits } from "../../components/alerts/message-slack";
import { resolveSpec, type ResolvedSpec } from "../../components/server/spec";
import { Inbox, slackMessage, startAlertmanager, type Posted, type RunningAlertmanager } from "./harness/alerts";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const labels = { alertname: "NewError", severity: "warning", environment: "prod", cloud: "aws", host: "app-1", service_name: "orders" };
const base = "https://mon.example.com";
const links = {
  dashboard_url: `${base}/d/lgtm-errors?from=now-1h&to=now&var-environment=prod`,
  logs_url: `${base}/explore?schemaVersion=1&panes=${encodeURIComponent('{"a":{"range":{"from":"now-1h","to":"now"}}}')}`,
};

/** Slack's way of reading: links out of the text, entities back. */
const linksIn = (text: string) => [...text.matchAll(/<([^|>]+)\|([^>]+)>/g)].map(match => ({ url: match[1]!.replaceAll("&amp;", "&"), title: match[2] }));

describe("a message from the real Alertmanager", () => {
  let inbox: Inbox;
  let alertmanager: RunningAlertmanager;
  let spec: ResolvedSpec;

  before(async () => {
    inbox = await Inbox.open({ "/jira/rest/api/2/search": () => ({ issues: [] }), "/jira/rest/api/2/issue": () => ({ id: "1", key: "OPS-1" }) });
    spec = {
      ...resolveSpec({ domain: "mon.example.com", timezone: "Asia/Seoul" }),
      ...resolveAlertKeys({ alerts: { slack: [{}], mute: [{ environments: ["muted"], severities: ["critical", "warning", "info"] }], webhook: [{ environments: ["staging"] }], jira: [{ url: `${inbox.url}/jira`, project: "OPS", user: "ops@example.com", environments: ["prod"], severities: ["critical"] }], heartbeat: true } }),
    };
    alertmanager = await startAlertmanager(spec, {
      "alerts-slack-webhook": `${inbox.url}/slack\n`,
      "alerts-webhook": `${inbox.url}/webhook`,
      "alerts-jira-token": "jira-token-value",
      "alerts-heartbeat": `${inbox.url}/heartbeat`,
    });
  });
  after(async () => {
    await alertmanager?.stop();
    await inbox?.close();
  });

  const about = (name: string, status?: string) => (posted: Posted) => posted.path === "/slack" && slackMessage(posted).title.includes(name) && (!status || slackMessage(posted).title.startsWith(status));

  it("says cloud, environment, server, service, what, since when, the error and how many, with links at that time", async () => {
    const startsAt = minutesAgo(20);
    await alertmanager.post([{ labels: { ...labels, alertname: "Plain", error: "x" }, annotations: { summary: "주문 서비스: 결제 오류", error: "결제 #: 카드사 응답 없음 (timeout)", count: "42", ...links }, startsAt }]);
    const { title, text, color, title_link } = slackMessage(await inbox.first("message", about("Plain")));
    assert.equal(title, "WARNING Plain · prod · aws · app-1");
    assert.equal(color, "warning");
    assert.match(text, /^주문 서비스: 결제 오류\ncloud `aws` {2}environment `prod` {2}server `app-1` {2}service `orders` {2}\nsince \d{4}-\d\d-\d\d \d\d:\d\d:\d\d KST, 42 times\n```결제 #: 카드사 응답 없음 \(timeout\)```\n</);
    const from = Date.parse(startsAt) - 1_800_000;
    const [dashboard, logs] = linksIn(text);
    assert.deepEqual(dashboard, { title: "Dashboard", url: `${base}/d/lgtm-errors?from=${from}&to=now&var-environment=prod` });
    assert.equal(new URL(logs!.url).searchParams.get("panes"), `{"a":{"range":{"from":"${from}","to":"now"}}}`);
    assert.equal(title_link, links.dashboard_url);
  });

  it("cannot be broken or forged by what is in a log line", async () => {
    const evil = [
      "\u001b[31mERROR\u001b[0m <!channel> <https://evil.example|Dashboard> & ```\n*RESOLVED all is well*\r\nserver `db-1`",
      "password=hunter2 Authorization: Bearer abcdef123456789 {\"api_key\": \"k-123456\", \"token\":\"t0ps3cret\"}",
      "jdbc:postgresql://admin:s3cr3t@db/orders eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl AKIAIOSFODNN7EXAMPLE \u202egnp.exe\u0000\u2028",
    ];
    for (const [i, error] of evil.entries())
      await alertmanager.post([{ labels: { ...labels, alertname: `Evil${i}`, service_name: "a`b<!here>\n*c*" }, annotations: { summary: `${error} ${"긴".repeat(300)}`, error }, startsAt: minutesAgo(1) }]);
    const texts = await Promise.all(evil.map(async (_, i) => slackMessage(await inbox.first("message", about(`Evil${i}`))).text));
    for (const text of texts) {
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f\u2028\u202e]/, text);
      assert.doesNotMatch(text, /<(?!https:\/\/mon\.example\.com)/, "no mention or link but ours");
      assert.doesNotMatch(text, /hunter2|abcdef123456789|k-123456|t0ps3cret|s3cr3t|eyJhb|AKIA/, "no secret");
      assert.equal(text.split("```").length, 3, "one piece of code");
      assert.equal(text.split("\n").length, 4, "our own lines only: summary, who, since, error");
      assert.match(text, /service `aˋb&lt;!here&gt; ∗c∗`/);
      assert.match(text, /긴…\n/, "cut by characters");
    }
    assert.match(texts[1]!, /```password=∗∗∗ Authorization: ∗∗∗/);
  });

  it("stays within Slack's limits for a hundred alerts with long labels, and says how many it shows", async () => {
    const long = "가나다라마바사아자차카타파하".repeat(20);
    await alertmanager.post(Array.from({ length: 100 }, (_, i) => ({ labels: { ...labels, alertname: "Flood", host: `host-${i}`, service_name: `${i}${long}` }, annotations: { summary: long, error: `${long}${i}`, logs_url: `${base}/${"x".repeat(990)}`, traces_url: `${base}/${"x".repeat(5000)}`, dashboard_url: `${base}/${"y".repeat(980)}` }, startsAt: minutesAgo(0) })));
    const { title, text } = slackMessage(await inbox.first("message", about("Flood")));
    assert.equal(title, "WARNING Flood · prod · aws (100)");
    assert.ok(text.length <= slackLimits.text, `${text.length}`);
    const shown = text.match(/^since /gm)!.length;
    assert.ok(shown >= 1 && shown < 100, `${shown}`);
    assert.ok(text.endsWith(`100 firing, 0 over, ${shown} shown. <${base}/d/lgtm-overview|All of them>`), text.slice(-120));
    assert.equal(inbox.all.filter(about("Flood")).length, 1, "one message for all");
  });

  it("says when it is over, with links until then, but nothing for an event", async () => {
    const state = { labels: { ...labels, alertname: "State" }, annotations: { summary: "s", ...links }, startsAt: minutesAgo(5) };
    const event = { labels: { ...labels, alertname: "Event", event: "true" }, annotations: { summary: "e" }, startsAt: minutesAgo(5) };
    await alertmanager.post([state, event]);
    await inbox.first("message", about("State", "WARNING"));
    await inbox.first("message", about("Event", "WARNING"));
    const endsAt = new Date().toISOString();
    await alertmanager.post([state, event].map(it => ({ ...it, endsAt })));
    const { title, text, color } = slackMessage(await inbox.first("resolved", about("State", "RESOLVED")));
    assert.equal(title, "RESOLVED State · prod · aws · app-1");
    assert.equal(color, "good");
    assert.match(text, /since .* KST, over\n/);
    assert.match(linksIn(text)[0]!.url, new RegExp(`&to=${Date.parse(endsAt) + 1_800_000}&`));
    await new Promise(resolve => setTimeout(resolve, 2_500));
    assert.equal(inbox.all.filter(about("Event")).length, 1);
  });

  it("is silenced for what runs on a silent host, and for warnings about what is critical already", async () => {
    const here = { environment: "prod", cloud: "azure", host: "db-1" };
    await alertmanager.post([{ labels: { ...here, alertname: "HostSilent", severity: "critical", about: "host" }, annotations: { summary: "silent" } }, { labels: { environment: "prod", cloud: "gcp", host: "web-1", mountpoint: "/", alertname: "DiskAlmostFull", severity: "critical", about: "disk" }, annotations: { summary: "full" } }]);
    await inbox.first("message", about("HostSilent"));
    await alertmanager.post([
      { labels: { ...here, alertname: "TargetDown", severity: "warning", about: "target", service_name: "orders" }, annotations: { summary: "down" } },
      { labels: { environment: "prod", cloud: "gcp", host: "web-1", mountpoint: "/", alertname: "DiskLow", severity: "warning", about: "disk" }, annotations: { summary: "low" } },
      { labels: { ...here, alertname: "LastWords", severity: "warning", about: "new-error", event: "true", service_name: "orders" }, annotations: { summary: "panic" } },
      { labels: { ...here, host: "db-2", alertname: "CpuHigh", severity: "warning", about: "cpu" }, annotations: { summary: "elsewhere" } },
    ]);
    await inbox.first("message of another host", about("CpuHigh"));
    await inbox.first("the last words of the silent one", about("LastWords"));
    assert.deepEqual(inbox.all.filter(posted => about("TargetDown")(posted) || about("DiskLow")(posted)), []);
  });

  it("does not come in a muted time, while others do", async () => {
    await alertmanager.post(["muted", "prod"].map(environment => ({ labels: { ...labels, alertname: "AtNight", environment }, annotations: { summary: environment } })));
    await inbox.first("message of another environment", about("AtNight · prod"));
    await new Promise(resolve => setTimeout(resolve, 2_500));
    assert.deepEqual(inbox.all.filter(about("AtNight · muted")), []);
  });

  it("goes to the webhook and to Jira as well where the spec says so, and the heartbeat to its own address only", async () => {
    await alertmanager.post([{ labels: { ...labels, alertname: "Staged", environment: "staging" }, annotations: { summary: "s" } }, { labels: { ...labels, alertname: "Watchdog", severity: "info", about: "watchdog", environment: "monitoring" }, annotations: { summary: "works" } }]);
    const webhook = await inbox.first("webhook", ({ path }) => path === "/webhook");
    assert.equal((JSON.parse(webhook.body) as { alerts: { labels: { alertname: string } }[] }).alerts[0]!.labels.alertname, "Staged");
    await inbox.first("heartbeat", ({ path }) => path === "/heartbeat");
    assert.deepEqual(inbox.all.filter(about("Watchdog")), []);

    const issue = await inbox.first("issue", ({ path, body }) => path === "/jira/rest/api/2/issue" && body.includes("HostSilent"));
    assert.equal(issue.headers.authorization, `Basic ${Buffer.from("ops@example.com:jira-token-value").toString("base64")}`);
    const { fields } = JSON.parse(issue.body) as { fields: { project: { key: string }; summary: string; description: string } };
    assert.equal(fields.project.key, "OPS");
    assert.equal(fields.summary, "CRITICAL HostSilent · prod · azure · db-1");
    assert.match(fields.description, /^silent\ncloud azure {2}environment prod {2}server db-1/);
    assert.doesNotMatch(alertmanager.log(), /level=(ERROR|WARN)/);
  });
});
