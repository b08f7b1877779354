import assert from "node:assert/strict";
import { test } from "node:test";
import { judgePanels, type Shown } from "../../components/verify/panels";
import { judgeLimit, judgeRules, judgeTargets, type Expected, type RuleGroup } from "../../components/verify/judge";

const own: Expected = { environment: "monitoring", host: "here", services: ["prometheus", "loki"], missing: ["grafana"] };
const up = (service_name: string, value = "1", labels = {}) => ({ metric: { environment: "monitoring", host: "here", service_name, ...labels }, value: [0, value] as [number, string] });

test("all targets up and each own service among them passes", () => {
  assert.deepEqual(judgeTargets([up("prometheus"), up("loki"), up("shop", "1", { environment: "prod", host: "web-1" })], own), { result: "passed", seen: "3 up: prometheus on here, loki on here, shop on web-1" });
});

test("a target that is down fails, also one of an application server", () => {
  const answer = judgeTargets([up("prometheus"), up("loki"), up("shop", "0", { environment: "prod", host: "web-1" })], own);
  assert.deepEqual([answer.result, answer.seen], ["failed", "down: shop on web-1"]);
});

test("an own service without a target fails, even where another host has one of its name", () => {
  const answer = judgeTargets([up("prometheus"), up("loki", "1", { host: "there" })], own);
  assert.deepEqual([answer.result, answer.seen], ["failed", "no target: loki"]);
});

test("the dead target of a service that is known to be missing is shown and no failure; of another host it is one", () => {
  assert.deepEqual(judgeTargets([up("prometheus"), up("loki"), up("grafana", "0")], own), { result: "passed", seen: "2 up: prometheus on here, loki on here; missing, as known: grafana on here" });
  assert.equal(judgeTargets([up("prometheus"), up("loki"), up("grafana", "0", { host: "there" })], own).result, "failed");
});

test("no targets at all fails", () => {
  assert.equal(judgeTargets([], own).result, "failed");
});

const now = Date.parse("2026-11-22T12:00:00Z");
const group = (changes: Partial<RuleGroup["rules"][number]>): RuleGroup[] => [{ name: "g", interval: 30, rules: [{ name: "Rule", health: "ok", lastEvaluation: "2026-11-22T11:59:40.123456789Z", type: "alerting", ...changes }] }];

test("rules that were evaluated lately pass, and firing ones are named", () => {
  assert.deepEqual(judgeRules(group({ state: "firing" }), now), { result: "passed", seen: "1 evaluated, 1 of them alerts: Rule; firing: Rule" });
});

test("an alert of the release that is not loaded fails", () => {
  assert.equal(judgeRules(group({}), now, ["Rule"]).result, "passed");
  const answer = judgeRules(group({}), now, ["Rule", "DiskLow"]);
  assert.deepEqual([answer.result, answer.seen], ["failed", "DiskLow is not loaded"]);
});

const panel = (title: string, answer: Shown["answer"], reasons: Partial<Shown> = {}): Shown => ({ panel: title, refId: "A", answer, ...reasons });

test("panels pass with data, or empty for a reason, which is said", () => {
  const shown = [panel("CPU", 3), panel("Failed units", 0, { emptyWhenHealthy: "no unit has failed" }), panel("Heap", 0, { emptyWhenUnused: "no application" }), panel("Threads", 0, { emptyWhenUnused: "no application" })];
  assert.deepEqual(judgePanels(shown), { result: "passed", seen: "1 of 4 queries have data; no unit has failed: Failed units; no application: Heap, Threads" });
  assert.equal(judgePanels([panel("CPU", 0)], "alloy is left out").seen, "0 of 1 queries have data; alloy is left out: CPU");
});

test("a panel that is refused fails, and so does one that is empty without a reason", () => {
  const answer = judgePanels([panel("CPU", new Error("422 parse error")), panel("Memory", 0), panel("Disk", 1)]);
  assert.deepEqual([answer.result, answer.seen], ["failed", "CPU A: 422 parse error; no data, and no reason for it: Memory"]);
});

test("no rules, a rule with an error, one never evaluated and one not evaluated lately fail", () => {
  const failed = (groups: RuleGroup[]) => {
    const answer = judgeRules(groups, now);
    assert.equal(answer.result, "failed");
    return answer.seen;
  };
  assert.equal(failed([]), "no rules are loaded");
  assert.equal(failed(group({ health: "err", lastError: "many-to-many matching" })), "Rule: many-to-many matching");
  assert.equal(failed(group({ health: "unknown", lastEvaluation: "0001-01-01T00:00:00Z" })), "Rule was never evaluated");
  assert.equal(failed(group({ lastEvaluation: "2026-11-22T11:58:00Z" })), "Rule was last evaluated 120 s ago, every 30 s is right");
});

const MiB = 1024 * 1024;
const planned = { limitMiB: 200, env: { GOMEMLIMIT: "140MiB" } };

test("a service within its share passes; pages of the program do not count", () => {
  assert.deepEqual(judgeLimit({ resident: 250 * MiB, held: 90 * MiB, soft: 140 * MiB, planned }), { result: "passed", seen: "90 of 200 MiB (45 %), 250 MiB with program pages, collector holds to 140 MiB" });
});

test("a service above its limit fails", () => {
  assert.equal(judgeLimit({ resident: 250 * MiB, held: 201 * MiB, soft: 140 * MiB, planned }).result, "failed");
  assert.equal(judgeLimit({ resident: 201 * MiB, planned }).result, "failed", "without numbers of the Go runtime the resident size counts");
});

test("a collector that was not told its share fails", () => {
  const unlimited = judgeLimit({ resident: 9 * MiB, held: 9 * MiB, soft: 2 ** 63 });
  assert.deepEqual([unlimited.result, unlimited.seen], ["failed", "9 MiB, its limit is not known from here, 9 MiB with program pages, collector has no limit"]);
  const other = judgeLimit({ resident: 9 * MiB, held: 9 * MiB, soft: 150 * MiB, planned });
  assert.match(other.seen, /collector holds to 150 MiB, should hold to 140 MiB/);
  assert.equal(other.result, "failed");
});

test("a service that shows no memory fails, and without a plan the limit is said to be unknown", () => {
  assert.equal(judgeLimit({ planned }).result, "failed");
  assert.deepEqual(judgeLimit({ resident: 9 * MiB, soft: 32 * MiB }), { result: "passed", seen: "9 MiB, its limit is not known from here, collector holds to 32 MiB" });
});
