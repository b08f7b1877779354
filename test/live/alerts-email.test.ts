import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { resolveAlertKeys } from "../../components/alerts";
import { resolveSpec } from "../../components/server/spec";
import { startAlertmanager, type RunningAlertmanager } from "./harness/alerts";
import { eventually } from "./harness/command";
import { Mailbox } from "./harness/mailbox";

const base = "https://mon.example.com";
const labels = { alertname: "HttpErrors", severity: "critical", environment: "prod", cloud: "gcp", host: "app-1", service_name: "orders" };
const links = { dashboard_url: `${base}/d/lgtm-services?from=now-1h&to=now&var-environment=prod`, logs_url: `${base}/explore?schemaVersion=1` };
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe("an e-mail from the real Alertmanager", () => {
  let mailbox: Mailbox;
  let alertmanager: RunningAlertmanager;

  const start = (password: string) => {
    const email = [{ to: ["ops@example.com", "boss@example.com"], from: "grafana@example.com", smarthost: mailbox.address, username: "grafana" }];
    const spec = { ...resolveSpec({ domain: "mon.example.com", timezone: "Asia/Seoul" }), ...resolveAlertKeys({ alerts: { email } }) };
    return startAlertmanager(spec, { "alerts-smtp-password": password }, { SSL_CERT_FILE: mailbox.certificate });
  };
  before(async () => {
    mailbox = await Mailbox.open({ username: "grafana", password: "mail-password" });
    alertmanager = await start("mail-password\n");
  });
  after(async () => {
    await alertmanager?.stop();
    await mailbox?.close();
  });

  const subjected = (part: string) => ({ subject }: { subject?: string }) => Boolean(subject?.includes(part));

  it("is sent over TLS with the password of the secret's file, and says as text and as a table what Slack is told", async () => {
    const startsAt = minutesAgo(20);
    await alertmanager.post([{ labels, annotations: { summary: "주문 서비스: 요청의 12 % 실패", error: "결제 #: 카드사 응답 없음 (timeout)", count: "42", ...links }, startsAt }]);
    const mail = await mailbox.first("an e-mail", subjected("HttpErrors"));
    assert.deepEqual(mailbox.tried[0], { username: "grafana", password: "mail-password", secure: true });
    assert.equal(mail.subject, "CRITICAL HttpErrors · prod · gcp · app-1");
    assert.deepEqual([mail.from, mail.to].flat().map(it => it?.text), ["grafana@example.com", "ops@example.com, boss@example.com"]);
    assert.match(mail.text!, /^주문 서비스: 요청의 12 % 실패\ncloud gcp {2}environment prod {2}server app-1 {2}service orders {2}\nsince \d{4}-\d\d-\d\d \d\d:\d\d:\d\d KST, 42 times\n결제 #: 카드사 응답 없음 \(timeout\)\n/);
    const from = Date.parse(startsAt) - 1_800_000;
    const dashboard = `${base}/d/lgtm-services?from=${from}&to=now&var-environment=prod`;
    assert.ok(mail.text!.includes(`Dashboard: ${dashboard}\n`), mail.text);
    const html = mail.html as string;
    assert.ok(html.includes(`<a href="${dashboard.replaceAll("&", "&amp;")}">Dashboard</a>`), html);
    for (const cell of ["gcp", "prod", "app-1", "orders"]) assert.ok(html.includes(`<td>${cell}</td>`), html);
    assert.match(html, /<td>주문 서비스: 요청의 12 % 실패, 42 times<pre>결제 #: 카드사 응답 없음 \(timeout\)<\/pre>/);
  });

  it("cannot be broken or forged by what is in a log line", async () => {
    const evil = "\u001b[31mERROR\u001b[0m\r\nBcc: everyone@evil.example\r\n\r\n</pre><script>alert(1)</script><a href=\"https://evil.example\">Dashboard</a> password=hunter2";
    await alertmanager.post([{ labels: { ...labels, alertname: "Evil", service_name: "a\r\nTo: b<b>" }, annotations: { summary: evil, error: evil, dashboard_url: "javascript:alert(1)" }, startsAt: minutesAgo(1) }]);
    const mail = await mailbox.first("an e-mail", subjected("Evil"));
    assert.deepEqual([mail.bcc, [mail.to].flat()[0]?.text], [undefined, "ops@example.com, boss@example.com"]);
    assert.doesNotMatch(`${mail.text}${mail.html as string}`, /hunter2|\u001b/);
    assert.doesNotMatch(mail.html as string, /<script|<b>|href="(?!https:\/\/mon\.example\.com)[^#]/);
    assert.equal(mail.text!.trimEnd().split("\n").filter(line => /^(Bcc|To): /.test(line)).length, 0, mail.text);
  });

  it("holds twenty of many alerts and says that there are more", async () => {
    await alertmanager.post(Array.from({ length: 50 }, (_, i) => ({ labels: { ...labels, alertname: "Flood", host: `host-${i}` }, annotations: { summary: `number ${i}.` }, startsAt: minutesAgo(0) })));
    const mail = await mailbox.first("an e-mail", subjected("Flood"));
    assert.equal(mail.subject, "CRITICAL Flood · prod · gcp (50)");
    assert.equal(mail.text!.match(/^number \d+\.$/gm)!.length, 20);
    assert.match(mail.text!, new RegExp(`20 of 50 are shown; all of them: ${base}/d/lgtm-overview`));
    assert.equal((mail.html as string).match(/<tr>/g)!.length, 21);
  });

  it("says when it is over", async () => {
    await alertmanager.post([{ labels, annotations: { summary: "s", ...links }, startsAt: minutesAgo(20), endsAt: new Date().toISOString() }]);
    const mail = await mailbox.first("resolved", subjected("RESOLVED HttpErrors"));
    assert.match(mail.text!, /^s \(over\)\n/);
    assert.doesNotMatch(alertmanager.log(), /level=(ERROR|WARN)/);
  });

  it("that the mail server refuses is counted, for the alert about it, and the log says why without the password", async () => {
    await alertmanager.stop();
    alertmanager = await start("wrong-password");
    await alertmanager.post([{ labels: { ...labels, alertname: "Refused" }, annotations: { summary: "s" }, startsAt: minutesAgo(1) }]);
    await eventually("the failure is counted", async () => /alertmanager_notifications_failed_total\{integration="email",[^}]*\} [1-9]/.test(await (await fetch(`${alertmanager.url}/metrics`)).text()), { seconds: 60 });
    await eventually("the log says why", async () => alertmanager.log().includes("535"), { seconds: 30 });
    assert.ok(!alertmanager.log().includes("wrong-password"));
    assert.ok(!mailbox.all.some(subjected("Refused")));
  });
});
