import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { allRules } from "../../components/alerts/subjects";
import { dashboardUid } from "../../components/dashboards/uids";
import type { ResolvedSpec } from "../../components/server/spec";
import { eventually } from "./harness/command";
import { Inbox, slackMessage, write, type Posted } from "./harness/alerts";
import { hastened } from "./harness/hastened";
import { memoryGroup, type MemoryGroup } from "./harness/memory-group";
import { dashboardOf, linesOf, linksIn, tracesOf } from "./harness/message-links";
import { specOf, storesOf, type Stores } from "./harness/panels";
import { freePorts } from "./harness/free-ports";
import { startProcesses, type ProcessServer } from "./harness/processes";
import { smallDisk, type SmallDisk } from "./harness/small-disk";
import { agentName, applicationLabels, missingForSpringBoot, startApplications, usersOf, type Application, type RunningApplications } from "./harness/spring-boot";

const { environment, cloud, host } = applicationLabels;

/** What takes seconds while an application starts on a busy machine. */
const whenItStarted = [/^http get \/health$/, /^connection$/];

/** Why things cannot be broken for real on this machine. */
async function missing(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "a file system and a limit of memory of its own need Linux and root";
  return missingForSpringBoot();
}

/**
 * A whole server, a real agent and two Spring Boot applications. Things break and are mended; what is asserted is what arrives at
 * the Slack-shaped webhook. Only time is not the product's: see `hastened`.
 */
describe("what really breaks", async () => {
  const reason = await missing();
  if (reason && process.env.CI === "true") throw new Error(`These tests must run in CI, but: ${reason}.`);
  const options = { ...(reason && { skip: reason }), timeout: 240_000 };

  let inbox: Inbox;
  let server: ProcessServer;
  let spec: ResolvedSpec;
  let stores: Stores;
  let disk: SmallDisk;
  let memory: MemoryGroup;
  let orders: Application;
  let billing: Application;
  let running: RunningApplications;
  let users: { ask(paths: string[]): void; stop(): Promise<void> };
  const ends: (() => Promise<unknown>)[] = [];
  const table: string[] = [];
  /** Of what is waited for now: when it began, and how many messages there were. */
  let begun = { at: Date.now(), told: 0 };
  const begin = () => void (begun = { at: Date.now(), told: inbox.all.length });
  const news = () => inbox.all.slice(begun.told).filter(({ path }) => path === "/slack").map(slackMessage);

  before(async () => {
    if (reason) return;
    inbox = await Inbox.open();
    ends.push(() => inbox.close());
    server = await startProcesses({ leaveOut: ["grafana"], timezone: "Asia/Seoul", alerts: { slack: [{}] }, expectedHosts: [{ environment, cloud, host }] }, hastened);
    ends.push(() => server.stop());
    write(server.folder, { "run/secrets/alertmanager/alerts-slack-webhook": `${inbox.url}/slack` });
    spec = specOf(server);
    stores = storesOf(spec);
    disk = await smallDisk(64);
    ends.push(() => disk.remove());
    memory = memoryGroup(`pulumi-lgtm-test-billing-${process.pid}`, 640);
    ends.push(() => memory.remove());
    const [ordersPort, billingPort, agentPort] = await freePorts(3);
    orders = { service: "orders", port: ordersPort!, metrics: "scraped" };
    billing = { service: "billing", port: billingPort!, metrics: "scraped", memory };
    running = await startApplications(spec, [orders, billing], { port: agentPort!, every: "5s" });
    ends.push(() => running.stop());
    users = usersOf(orders);
    ends.push(() => users.stop());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
    const told = (word: string) => new Set(table.filter(line => line.includes(word)).map(line => line.split(" ")[0])).size;
    const states = [...new Set(table.map(line => line.split(" ")[0]!))].filter(name => !allRules().find(rule => rule.name === name)!.event);
    console.log([`alerts: ${told("fired")} of ${told("")} fired, ${told("resolved")} of ${states.length} that can be over were resolved`, ...table].join("\n"));
  });

  /** A new message about it. Others of the same name may be about this machine's own disks. */
  const about = (state: string, name: string, words = /^/) => (posted: Posted) => inbox.all.indexOf(posted) >= begun.told && slackMessage(posted).title.startsWith(`${state} ${name} `) && words.test(slackMessage(posted).text);
  const waited = () => `${Math.round((Date.now() - begun.at) / 1000)} s`;

  /** The message that it fires, complete as every message must be; gives its links. */
  async function fires(name: string, words: RegExp, labels: string): Promise<Record<string, string>> {
    const rule = allRules().find(each => each.name === name)!;
    const severity = rule.severity.toUpperCase();
    const { title, text, title_link } = slackMessage(await inbox.first(`${name} fires`, about(severity, name, words), 120));
    table.push(`${name} fired after ${waited()}`);
    assert.match(title, new RegExp(`^${severity} ${name} · prod · aws`));
    assert.ok(text.includes(labels), `${labels}\n${text}`);
    assert.match(text, /\nsince \d{4}-\d\d-\d\d \d\d:\d\d:\d\d KST/);
    const links = linksIn(text);
    assert.equal(new URL(links.Dashboard!).pathname, `/d/${dashboardUid[rule.dashboard]}`);
    dashboardOf(title_link, spec);
    const { chosen } = dashboardOf(links.Dashboard!, spec);
    for (const [variable, value] of Object.entries(chosen)) assert.ok(labels.includes(`\`${value}\``), `${variable}=${value} of ${labels}`);
    assert.equal("Log lines" in links, rule.logs !== undefined, JSON.stringify(links));
    assert.equal("Traces" in links, rule.traces !== undefined, JSON.stringify(links));
    return links;
  }

  const count = async (query: string) => ((await (await fetch(`${stores.prometheus}/api/v1/query?${new URLSearchParams({ query })}`)).json()) as { data: { result: unknown[] } }).data.result.length;

  /** A link shows each of these, as soon as the store has it, and nothing but these and `others`. */
  async function shows(ask: () => Promise<string[]>, each: RegExp[], others: RegExp[] = []): Promise<void> {
    await eventually(`${each.join(" and ")} behind the link`, async () => {
      const found = await ask();
      assert.deepEqual(found.filter(text => ![...each, ...others].some(one => one.test(text))), []);
      return each.every(one => found.some(text => one.test(text)));
    }, { seconds: 60 });
  }

  async function resolves(...names: string[]): Promise<void> {
    for (const name of names) {
      await inbox.first(`${name} is over`, about("RESOLVED", name), 120);
      table.push(`${name} resolved after ${waited()}`);
    }
  }

  const ofHost = "cloud `aws`  environment `prod`  server `orders-1`";
  const ofOrders = `${ofHost}  service \`orders\``;

  it("is quiet while all is well", options, async () => {
    users.ask(["GET /orders/1", "GET /orders/2"]);
    // Until here applications and agent were not there, and the first requests wait for the application's start, which is told rightly.
    await eventually("both applications are scraped, nothing is down, and requests are answered fast", async () => (await count('up{job=~"orders|billing"} == 1')) === 2 && (await count('http_latency_seconds:p95{service_name="orders"} < 1')) > 0 && (await count('ALERTS{alertname=~"TargetDown|HostSilent|HttpSlow"}')) === 0, { seconds: 90 });
    await new Promise(wake => setTimeout(wake, 4_000));
    begin();
    await new Promise(wake => setTimeout(wake, 15_000));
    assert.deepEqual(news().map(({ title }) => title).filter(title => /orders|billing/.test(title) && /Http|Slo|NewError|ErrorSpike|TargetDown|HostSilent/.test(title) && !title.startsWith("RESOLVED")), []);
  });

  it("is told of requests that fail and of requests that are slow, with links to the very lines and traces", options, async () => {
    // All at once: each takes its time to be noticed.
    begin();
    users.ask(["GET /orders/1", "POST /orders/7/pay", "POST /orders/8/cancel", "GET /late/2500"]);
    disk.leave(35);
    const killed = await fetch(`http://127.0.0.1:${billing.port}/leak/2048`, { method: "POST" }).then(answer => answer.status, () => "the connection ended");
    assert.equal(killed, "the connection ended");
    disk.leave(25);
    const failing = await fires("HttpErrors", /^orders on orders-1: \d+\.\d % of the requests fail\n/, ofOrders);
    await shows(() => linesOf(failing["Log lines"]!, stores), [/결제 실패: card declined/, /is already sent/]);
    await shows(() => tracesOf(failing.Traces!, stores), [/^http post \/orders\/\{id\}\/pay$/, /^http post \/orders\/\{id\}\/cancel$/]);
    await fires("SloBurnFast", /^orders: \d+(\.\d+)?% of the requests of the last hour failed\n/, "cloud `aws`  environment `prod`  service `orders`");
    const slow = await fires("HttpSlow", /^orders on orders-1: 95 % of the requests take up to [23]\.\d\d s\n/, ofOrders);
    await shows(() => tracesOf(slow.Traces!, stores), [/^http get \/late\/\{milliseconds\}$/], whenItStarted);
  });

  it("is told of the exceptions behind it: each new one by its text, and that there are many", options, async () => {
    const declined = await fires("NewError", /```주문 # 결제 실패: card declined```/, ofOrders);
    await shows(() => linesOf(declined["Log lines"]!, stores), [/주문 7 결제 실패: card declined.*PaymentFailed.*\\tat /]);
    await fires("ErrorSpike", /^orders on orders-1: more errors than usual\n[^]*, \d+ times\n/, ofOrders);
  });

  it("is told of a disk that fills, before it is full and when it nearly is", options, async () => {
    await fires("DiskFillsIn24h", new RegExp(`(^|\n)orders-1: ${disk.path} is full within 24 hours, \\d\\d % left\n`), ofHost);
    disk.leave(1);
    await fires("DiskAlmostFull", new RegExp(`(^|\n)orders-1: ${disk.path} has only [0-2]\\.\\d % left\n`), ofHost);
  });

  it("is told of a service that the kernel kills for its memory, and that it does not answer", options, async () => {
    await fires("OomKill", /^orders-1: the kernel killed a program for lack of memory\n/, ofHost);
    await fires("TargetDown", new RegExp(`^billing on orders-1 does not answer the scrape of 127\\.0\\.0\\.1:${billing.port}\n`), `${ofHost}  service \`billing\``);
  });

  it("is told that it is over once all is mended, and of an event no second time", options, async () => {
    begin();
    users.ask(["GET /orders/1", "GET /orders/2"]);
    disk.leave(90);
    await running.restart(billing.service);
    // Of disks that fill this machine may have another, which is in the same message.
    await resolves("TargetDown", "DiskAlmostFull", "HttpErrors", "HttpSlow", "SloBurnFast", "ErrorSpike");
    assert.deepEqual(inbox.all.map(slackMessage).filter(({ title }) => /^RESOLVED (NewError|OomKill)/.test(title)), []);
  });

  it("is told that a host is silent whose agent stops, in place of all that its silence would say, and that it is back", options, async () => {
    begin();
    await running.kill(agentName);
    await fires("HostSilent", /^orders-1 is silent: neither metrics nor logs come from it\n/, ofHost);
    await new Promise(wake => setTimeout(wake, 5_000));
    const titles = news().map(({ title }) => title);
    const later = titles.slice(titles.findIndex(title => title.includes("HostSilent")) + 1);
    assert.deepEqual(later.filter(title => title.includes("orders-1") && !title.startsWith("RESOLVED")), []);
    begin();
    await running.restart(agentName);
    await resolves("HostSilent");
  });
});
