import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ServerSpec } from "../../components/server/spec";
import { hurried, Inbox, slackMessage, write, type Posted } from "./harness/alerts";
import { eventually } from "./harness/command";
import { linesOf, linksIn } from "./harness/message-links";
import { startProcesses, type ProcessServer } from "./harness/processes";

/** A whole server on which things break: what is asserted is what arrives at the Slack-shaped webhook. */
describe("on a real server", () => {
  let server: ProcessServer;
  let inbox: Inbox;
  const ports = (): Record<string, string> => Object.fromEntries(["prometheus", "loki", "alertmanager"].map(name => [name, /127\.0\.0\.1:(\d+)/.exec(JSON.stringify(healthOf(name)))![1]!]));
  const healthOf = (name: string) => plan().services.find(service => service.name === name)!.health;
  const plan = () => {
    const { release } = JSON.parse(readFileSync(join(server.folder, "applied.json"), "utf8")) as { release: string };
    return JSON.parse(readFileSync(join(server.folder, "releases", release, "plan.json"), "utf8")) as { services: { name: string; health: string }[] };
  };
  const at = (name: string, path: string) => `http://127.0.0.1:${ports()[name]}${path}`;
  const query = async (expr: string) => ((await (await fetch(at("prometheus", `/api/v1/query?query=${encodeURIComponent(expr)}`))).json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
  const about = (name: string, state = "") => (posted: Posted) => posted.path === "/slack" && slackMessage(posted).title.startsWith(state) && slackMessage(posted).title.includes(` ${name} `);

  const spec = (): ServerSpec => ({
    leaveOut: ["tempo", "grafana"],
    timezone: "Asia/Seoul",
    alerts: { slack: [{}], heartbeat: true },
    expectedHosts: [{ environment: "prod", cloud: "aws", host: "app-1" }],
    probes: [{ name: "shop", url: `${inbox.url}/health`, environment: "prod" }, { name: "moved", url: `${inbox.url}/health`, environment: "prod", expectedStatus: 301 }],
  });

  /** The rules as rendered but for their patience, which would make the test last for many minutes. */
  const impatient = (rules: string) => rules.replace(/^( +for:) \S+$/gm, "$1 5s").replace(/^( +interval:) \S+$/gm, "$1 5s").replaceAll("up[3m]", "up[20s]").replaceAll("[3m]", "[80s]").replaceAll("log_lines:count1m[5m]", "log_lines:count1m[20s]");

  /** Plain text, JSON and logfmt. */
  const newErrors = [
    "2026-11-22 17:03:11.123 ERROR 4711 --- [nio-8080] o.Orders : 주문 12345 처리 실패: 카드사 응답 없음 password=hunter2\n\tat com.example.Orders.pay(Orders.java:42)",
    JSON.stringify({ level: "ERROR", message: 'Cart 77 of user 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is "broken"' }),
    'level=error msg="stock 9 is negative"',
  ];
  /** Numbers would become the same text. */
  const word = (n: number) => [...String(n)].map(digit => "abcdefghij"[Number(digit)]).join("");

  before(async () => {
    inbox = await Inbox.open();
    server = await startProcesses(spec());
    write(server.folder, {
      "run/secrets/alertmanager/alerts-slack-webhook": `${inbox.url}/slack`,
      "run/secrets/alertmanager/alerts-heartbeat": `${inbox.url}/heartbeat`,
      "config/alertmanager/alertmanager.yml": hurried(readFileSync(join(server.folder, "config/alertmanager/alertmanager.yml"), "utf8")),
      ...Object.fromEntries(["availability", "server", "logs", "unattributed", "watchdog"].map(name => [`config/prometheus/rules/${name}.yml`, impatient(readFileSync(join(server.folder, `config/prometheus/rules/${name}.yml`), "utf8"))])),
    });
    for (const name of ["alertmanager", "prometheus"]) assert.equal((await fetch(at(name, "/-/reload"), { method: "POST" })).status, 200, name);
  });
  after(async () => {
    await server?.stop();
    await inbox?.close();
  });

  const push = async (host: string, service: string, messages: string[]) => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const streams = [{ stream: { environment: "prod", cloud: "aws", host, service_name: service }, values: messages.map((line, i) => [String(now + BigInt(i)), line]) }];
    const answer = await fetch(at("loki", "/loki/api/v1/push"), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ streams }) });
    assert.equal(answer.status, 204, await answer.text());
  };

  /** A line and a metric without an environment, as an SDK sends them that nobody told where it is. */
  const pushOfNobody = async () => {
    const post = async (url: string, body: object) => assert.ok((await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).ok, url);
    const now = `${Date.now()}000000`;
    const attributes = Object.entries({ "service.name": "nobody", "telemetry.sdk.language": "java" }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    await post(at("loki", "/loki/api/v1/push"), { streams: [{ stream: { service_name: "nobody" }, values: [[now, "INFO where am I"]] }] });
    await post(at("prometheus", "/api/v1/otlp/v1/metrics"), { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics: [{ name: "orders", gauge: { dataPoints: [{ timeUnixNano: now, asDouble: 1 }] } }] }] }] });
  };

  it("takes errors of plain text, JSON and Korean, a storm of 700 different ones and a flood of 1,500", async () => {
    await push("app-1", "orders", newErrors);
    await push("app-1", "storm", Array.from({ length: 700 }, (_, i) => `ERROR 결제 실패 ${word(i)} ${"x".repeat(100)}`));
    await push("app-2", "flood", Array.from({ length: 1_500 }, (_, i) => `ERROR ${word(i)} refused`));
    await pushOfNobody();
    const old = { streams: [{ stream: { service_name: "old" }, values: [[String((Date.now() - 30 * 86_400_000) * 1e6), "too old"]] }] };
    assert.equal((await fetch(at("loki", "/loki/api/v1/push"), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(old) })).status, 400);
  });

  const newOnes = (posted: Posted) => about("NewError")(posted) && posted.body.includes("orders on app-1");

  it("names a new error without its numbers and secrets, with a link that finds its line", { timeout: 200_000 }, async () => {
    const { text } = slackMessage(await inbox.first("message of new errors", newOnes, 150));
    assert.ok(text.includes("server `app-1`  service `orders`"), text);
    // Which of the errors of the time are in the message is Alertmanager's choice; what each says and finds is ours.
    const alerts = (await (await fetch(at("alertmanager", "/api/v2/alerts?filter=service_name%3Dorders&filter=alertname%3DNewError"))).json()) as { annotations: Record<string, string> }[];
    assert.deepEqual(alerts.map(({ annotations }) => annotations.error).sort(), ['Cart # of user # is "broken"', "ERROR # --- [nio-#] o.Orders : 주문 # 처리 실패: 카드사 응답 없음 password=***", 'level=error msg="stock # is negative"']);
    const found = await Promise.all(
      alerts.map(async ({ annotations }) => {
        const panes = JSON.parse(new URL(annotations.logs_url!).searchParams.get("panes")!) as { a: { queries: [{ expr: string }] } };
        const { data } = (await (await fetch(at("loki", `/loki/api/v1/query_range?since=1h&query=${encodeURIComponent(panes.a.queries[0].expr)}`))).json()) as { data: { result: { values: [string, string][] }[] } };
        return data.result.flatMap(stream => stream.values.map(([, line]) => line));
      }),
    );
    assert.ok(found.every(lines => lines.length === 1), JSON.stringify(found));
    assert.deepEqual(found.flat().sort(), [...newErrors].sort());
  });

  it("tells a spike in the storm and in the flood with the true number, of whose texts it keeps a few", { timeout: 200_000 }, async () => {
    for (const [service, number] of [["storm", 700], ["flood", 1_500]] as const) {
      const { text } = slackMessage(await inbox.first(`message of the ${service}`, posted => about("ErrorSpike")(posted) && posted.body.includes(`service \`${service}\``), 120));
      assert.match(text, new RegExp(`service \`${service}\` {2}\nsince .*, ${number} times`));
      const kept = await eventually("its texts", async () => (await query(`count(max_over_time(log_error_texts:count1m{service_name="${service}"}[5m]))`))[0]?.value[1], { seconds: 60 });
      assert.equal(Number(kept), 20);
    }
  });

  it("beats through gateway, Loki, its rules, Prometheus and Alertmanager, and feeds on nothing of its own", { timeout: 100_000 }, async () => {
    const beat = await inbox.first("heartbeat", ({ path }) => path === "/heartbeat", 90);
    assert.equal((JSON.parse(beat.body) as { commonLabels: { alertname: string } }).commonLabels.alertname, "Watchdog");
    assert.ok(Number((await query('log_lines:count1m{service_name="heartbeat"}'))[0]?.value[1]) > 0);
    assert.equal((await query('probe_ssl_earliest_cert_expiry{job="heartbeat"}')).length, 1);
    assert.deepEqual(await query('log_error_texts:count1m{host="monitoring"}'), []);
  });

  const metrics = [
    "loki_prometheus_rule_evaluation_failures_total{rule_group!=\"\"}", 'loki_discarded_samples_total{reason="greater_than_max_sample_age"}', "prometheus_rule_evaluation_failures_total", "prometheus_notifications_dropped_total", "prometheus_tsdb_out_of_order_samples_total",
    "prometheus_tsdb_too_old_samples_total", "prometheus_tsdb_out_of_bound_samples_total", "prometheus_target_scrapes_sample_out_of_order_total", "prometheus_target_scrapes_exceeded_sample_limit_total", 'alertmanager_notifications_failed_total{integration="slack"}',
    "node_filesystem_avail_bytes", "node_memory_MemAvailable_bytes", "node_vmstat_oom_kill", "node_cpu_seconds_total", "service_memory_limit:bytes",
    ...["prometheus", "loki", "alertmanager", "caddy", "alloy"].flatMap(service => ["process_start_time_seconds", "go_memstats_sys_bytes", "go_memstats_heap_released_bytes"].map(name => `${name}{service_name="${service}"}`)),
  ];
  it("has every metric by which it watches itself, and no rule fails", async () => {
    const none = (await Promise.all(metrics.map(async name => ((await query(name)).length ? [] : name)))).flat();
    assert.deepEqual(none, []);
    const { data } = (await (await fetch(at("prometheus", "/api/v1/rules"))).json()) as { data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] } };
    assert.deepEqual(data.groups.flatMap(group => group.rules).filter(rule => rule.health === "err").map(rule => `${rule.name}: ${rule.lastError}`), []);
  });

  it("tells that a probed address does not answer as it should, and nothing of one that does", { timeout: 120_000 }, async () => {
    const { text } = slackMessage(await inbox.first("probe", about("ProbeFailed", "CRITICAL"), 90));
    assert.match(text, new RegExp(`^${inbox.url}/health does not answer as it should\n.*environment \`prod\`.*service \`moved\``));
    assert.deepEqual((await query('probe_success{service_name="shop", environment="prod", host="127.0.0.1"}')).map(({ value }) => value[1]), ["1"]);
  });

  it("tells when an expected host is silent, and when it is heard of", { timeout: 120_000 }, async () => {
    await inbox.first("silent", about("HostSilent", "CRITICAL"), 30);
    await inbox.first("heard of", about("HostSilent", "RESOLVED"), 90);
  });

  it("tells of log lines and metrics that come without an environment, whose they are", { timeout: 150_000 }, async () => {
    for (const [name, text] of [["UnattributedLogs", /(^|\n)Log lines of nobody come without an environment\n/], ["UnattributedMetrics", /(^|\n)Metrics of nobody \(job nobody\) come without an environment\n/]] as const)
      await inbox.first(name, posted => posted.path === "/slack" && slackMessage(posted).title === `WARNING ${name}` && text.test(slackMessage(posted).text), 120);
    const lines = inbox.all.find(posted => posted.path === "/slack" && slackMessage(posted).title === "WARNING UnattributedLogs")!;
    assert.deepEqual(await linesOf(linksIn(slackMessage(lines).text)["Log lines"]!, { loki: at("loki", "") }), ["INFO where am I"]);
  });

  it("loses the beat when the gateway is dead though all else lives, tells so, and beats no more", { timeout: 300_000 }, async () => {
    await server.kill("caddy");
    const before = inbox.all.length;
    await eventually("no watchdog", async () => !(await query('ALERTS{alertname="Watchdog", alertstate="firing"}')).length, { seconds: 150 });
    await inbox.first("the lost beat", posted => about("HeartbeatLost", "CRITICAL")(posted) && inbox.all.indexOf(posted) >= before, 60);
    const beats = () => inbox.all.filter(({ path }) => path === "/heartbeat").length;
    const last = beats();
    // Alive, it beats every minute.
    await new Promise(wake => setTimeout(wake, 70_000));
    assert.equal(beats(), last);
  });

  it("tells that a service of its own is down", { timeout: 100_000 }, async () => {
    await server.kill("loki");
    const down = await inbox.first("Loki down", posted => about("MonitoringServiceDown", "CRITICAL")(posted) && posted.body.includes("loki on the"), 60);
    assert.match(slackMessage(down).text, /(^|\n)loki on the monitoring server does not answer\ncloud `local` {2}environment `monitoring` {2}server `monitoring` {2}service `loki`/);
  });
});
