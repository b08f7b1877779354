import assert from "node:assert/strict";
import { test } from "node:test";
import { allChecks } from "../../components/verify";
import { idOf, runChecks, type Check, type Outcome } from "../../components/verify/check";
import { Client } from "../../components/verify/client";
import type { Context } from "../../components/verify/context";
import { counters } from "../../components/verify/deriving";
import { grpcExport } from "../../components/verify/paths";
import { logs, none, one, rules, standIn, tokens, type Defect } from "./stand-in";

const fast = { timeout: 0.03, pause: 0.01 };

function checksOf(context: Context, requireAll = false): Check[] {
  const before = new Map(Object.values(counters(context)).map(query => [query, 2]));
  return allChecks(context, before, requireAll);
}

/** Runs these checks and what they need. */
async function outcomesOf(context: Context, ids: string[], requireAll = false): Promise<Outcome[]> {
  const all = checksOf(context, requireAll);
  const wanted = new Set<string>();
  const want = (id: string) => {
    const check = all.find(each => idOf(each) === id);
    assert.ok(check, `there is no check "${id}"`);
    check.needs?.forEach(want);
    wanted.add(id);
  };
  ids.forEach(want);
  const outcomes = await runChecks(all.filter(check => wanted.has(idOf(check))), fast);
  return outcomes.filter(outcome => ids.includes(idOf(outcome)));
}

test("a good server passes every check", async () => {
  const { context, close } = await standIn();
  try {
    const outcomes = await runChecks(checksOf(context), { timeout: 5, pause: 0.01 });
    assert.deepEqual(outcomes.filter(outcome => outcome.result !== "passed"), []);
    assert.ok(outcomes.length > 40, `${outcomes.length} checks`);
  } finally {
    close();
  }
});

const query = (pattern: RegExp, body: object): Defect => asked => (asked.client === "read" && asked.path.endsWith("/query") && pattern.test(asked.query) ? { status: 200, body } : undefined);
const path = (wanted: string | RegExp, status: number, body: string | object = ""): Defect => asked =>
  (typeof wanted === "string" ? asked.path === wanted : wanted.test(asked.path)) && asked.client !== undefined ? { status, body } : undefined;
const open = (wanted: string): Defect => asked => (asked.path === wanted ? { status: 200 } : undefined);

/** What is wrong with a server, the checks that must say so, and words that they must use. */
const defects: [what: string, defect: Defect, fails: string[], words: RegExp][] = [
  ["a service that is not ready", path("/read/tempo/ready", 503, "starting"), ["services: tempo is ready"], /503 starting/],
  ["a push that is refused", path("/loki/api/v1/push", 400, "bad labels"), ["send: log line, Loki push"], /400 bad labels/],
  ["a token that is not known", asked => (asked.path === "/otlp/v1/logs" ? { status: 401 } : undefined), ["send: log line, OTLP"], /401/],
  ["OTLP that drops a part", path("/otlp/v1/metrics", 200, { partialSuccess: { rejectedDataPoints: "1" } }), ["send: metric, OTLP"], /rejectedDataPoints/],
  ["a service that is away", path("/api/v1/write", 502), ["send: metric, remote write"], /502/],
  ["limits that are reached", path("/otlp/v1/traces", 429, "too many"), ["send: trace, OTLP HTTP"], /429 too many/],
  ["gRPC that refuses", asked => (asked.path === grpcExport && asked.client === "push" ? { status: 200, grpc: 8 } : undefined), ["send: trace, OTLP gRPC"], /gRPC status 8/],
  ["gRPC that is not proxied", path(grpcExport, 404, "nothing"), ["send: trace, OTLP gRPC"], /404/],
  ["Zipkin that is not served", path("/api/v2/spans", 404), ["send: trace, Zipkin"], /404/],
  ["a log line that is lost", path("/read/loki/loki/api/v1/query_range", 200, none), ["find: log line, Loki push", "find: log line, OTLP", "links: log line to trace", "links: trace to log lines"], /no line|not there|neither way/],
  ["a metric that is lost", query(/\[60m\]$/, none), ["find: metric, OTLP", "find: metric, remote write"], /no sample/],
  ["a metric of an earlier run only", query(/\[60m\]$/, { data: { result: [{ metric: {}, values: [[1, "1"]] }] } }), ["find: metric, OTLP", "find: metric, remote write"], /no sample/],
  ["a trace that is lost", path(/^\/read\/tempo\/api\/v2\/traces/, 404), ["find: trace, OTLP HTTP", "find: trace, OTLP gRPC", "find: trace, Zipkin", "links: log line to trace"], /404/],
  ["half a trace", (asked, mark) => (/traces\/[0-9a-f]{32}$/.test(asked.path) ? { status: 200, body: mark.id } : undefined), ["find: trace, Zipkin"], /1 of 2 spans/],
  ["a search that finds others", path("/read/tempo/api/search", 200, { traces: [{ traceID: "1" }] }), ["find: trace, by search"], /only 0{31}1/],
  [
    "a log line without its trace",
    (asked, mark) => (asked.path.endsWith("/query_range") ? { status: 200, body: JSON.parse(JSON.stringify(logs(mark, { labels: {} } as never, asked.query)).replace("trace_id", "other")) as object } : undefined),
    ["links: log line to trace"],
    /no trace_id/,
  ],
  ["span metrics that stand still", query(/spanmetrics/, one(2)), ["derived: span metrics"], /still 2/],
  ["no span metrics", query(/spanmetrics/, none), ["derived: span metrics"], /is not there/],
  ["no service graph", query(/service_graph/, none), ["derived: service graph"], /is not there/],
  ["exemplars of other traces", path(/query_exemplars$/, 200, { data: [{ exemplars: [{ labels: { trace_id: "1" } }] }] }), ["derived: exemplar to trace"], /1 exemplars .* none of this run/],
  ["log counts of an earlier run", query(/log_lines/, one(1000)), ["derived: log counts"], /before the line was sent/],
  ["no log counts", query(/log_lines/, none), ["derived: log counts"], /no series/],
  ["an open read path", open("/read/loki/loki/api/v1/rules"), ["refused: no token", "refused: wrong token", "refused: token of the other kind"], /GET \/read\/loki\/loki\/api\/v1\/rules answered 200/],
  ["an open push path", asked => (asked.path === "/v1/metrics" ? { status: 204 } : undefined), ["refused: no token", "refused: wrong token"], /POST \/v1\/metrics answered 204/],
  ["any client on any path", asked => (asked.client !== undefined && asked.path === "/v1/logs" ? { status: 204 } : undefined), ["refused: token of the other kind"], /\/v1\/logs answered 204/],
  ["a path that nobody listed", open("/read/prometheus/-/reload"), ["refused: paths not listed"], /reload answered 200/],
  ["a crooked path", asked => (asked.path.includes("%2e%2e") ? { status: 200 } : undefined), ["refused: paths not listed"], /status\/config answered 200/],
  ["Grafana's metrics for all", open("/metrics"), ["refused: paths not listed"], /\/metrics answered 200/],
  ["a target that is down", query(/^last_over_time\(up/, { data: { result: [{ metric: { service_name: "loki", host: "here" }, value: [1, "0"] }] } }), ["watch: scrape targets"], /down: loki on here; no target: prometheus/],
  ["a rule that fails", path("/read/prometheus/api/v1/rules", 200, rules("Broken", { health: "err", lastError: "no such function" })), ["watch: rules of Prometheus"], /Broken: no such function/],
  ["a ruler that is off", path("/read/loki/prometheus/api/v1/rules", 200, { data: { groups: [] } }), ["watch: rules of Loki"], /no rules are loaded/],
  ["an alert path that is cut", query(/discovered/, one(0)), ["watch: Prometheus knows Alertmanager"], /0 discovered/],
  ["a panel whose query is refused", (asked) => (asked.client === "read" && /deriv\(/.test(asked.query) ? { status: 422, body: { error: "query processing would load too many samples" } } : undefined), ["panels: Host"], /First disk full in A: .*422.*too many samples/],
  ["a panel that is empty without a reason", query(/^max\(.*go_memstats_sys_bytes/s, none), ["panels: Monitoring server"], /no data, and no reason for it: Fullest share/],
  ["a search of traces that fails", path("/read/tempo/api/search", 500, "no frontend"), ["panels: Traces"], /Failing A: .*500 no frontend/],
  ["a service without a memory limit", query(/gomemlimit/, one(2 ** 63)), ["memory: loki"], /no limit/],
  ["a service that shows no memory", query(/process_resident/, none), ["memory: tempo"], /is not there/],
  ["a Grafana whose database is gone", asked => (asked.path === "/api/health" ? { status: 503, body: { database: "failing" } } : undefined), ["grafana: answers"], /failing/],
  ["a Grafana for everybody", open("/api/org"), ["grafana: asks to sign in"], /\/api\/org answered 200/],
];

for (const [what, defect, fails, words] of defects) {
  test(`${what} is found by ${fails.join(", ")}`, async () => {
    const { context, close } = await standIn(defect);
    try {
      const outcomes = await outcomesOf(context, fails);
      assert.deepEqual(outcomes.map(outcome => [idOf(outcome), outcome.result]), fails.map(id => [id, "failed"]), JSON.stringify(outcomes));
      for (const { seen, todo } of outcomes) {
        assert.match(seen, words);
        assert.ok(todo, "it says what to do");
        assert.doesNotMatch(`${seen}${todo}`, new RegExp(`${tokens.push}|${tokens.read}`), "no token is shown");
      }
    } finally {
      close();
    }
  });
}

test("plain HTTP on a port of the gateway is found", async () => {
  const { context, close } = await standIn(undefined, true);
  try {
    const [outcome] = await outcomesOf(context, ["gateway: speaks no plain HTTP"]);
    assert.equal(outcome!.result, "failed");
    assert.match(outcome!.seen, /answered 200 to plain HTTP/);
  } finally {
    close();
  }
});

test("a certificate that the contract's authority does not vouch for is refused, and nothing else is asked", async () => {
  const { context, close } = await standIn();
  const strict = new Client("");
  try {
    const outcomes = await runChecks(checksOf({ ...context, client: strict }), fast);
    assert.match(outcomes[0]!.seen, /the certificate is not of the authority in the contract/);
    assert.deepEqual([...new Set(outcomes.map(outcome => outcome.result))], ["failed", "skipped"]);
    assert.deepEqual(outcomes.filter(outcome => outcome.result === "failed").map(idOf), ["gateway: answers over TLS"]);
  } finally {
    strict.close();
    close();
  }
});

test("a service that its machine cannot run is shown with the reason, and fails only where everything is required", async () => {
  const { context, close } = await standIn();
  context.target.missing = { grafana: "no release\nno network" };
  try {
    const ids = ["services: grafana is there", "grafana: answers"];
    const seen = (outcomes: Outcome[]) => outcomes.map(outcome => [outcome.result, outcome.seen]);
    assert.deepEqual(seen(await outcomesOf(context, ids)), [["skipped", "missing: no release; no network"], ["skipped", "grafana is missing"]]);
    assert.deepEqual(seen(await outcomesOf(context, ids, true)), [["failed", "missing: no release; no network"], ["skipped", "grafana is missing"]]);
  } finally {
    close();
  }
});

test("a service that the spec leaves out is no failure even where everything is required, and its paths are not tried", async () => {
  const { context, close } = await standIn(asked => (/tempo|traces|spans|Trace/.test(asked.path) ? { status: 404 } : undefined));
  context.target.contract.services = context.target.contract.services.filter(service => service !== "tempo");
  try {
    const outcomes = await runChecks(checksOf(context, true), { timeout: 5, pause: 0.01 });
    assert.deepEqual(outcomes.filter(outcome => outcome.result === "failed"), []);
    assert.deepEqual(outcomes.find(outcome => outcome.name === "tempo is there")?.seen, "left out of the spec");
    assert.equal(outcomes.find(outcome => outcome.name === "span metrics")?.result, "skipped");
  } finally {
    close();
  }
});
