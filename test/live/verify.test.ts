import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fromFolder, type Outcome } from "../../components/verify";
import { isFound, locatePrograms } from "../../components/local/programs";
import { bearer } from "../../components/verify/context";
import { Client } from "../../components/verify/client";
import { startProcesses, type ProcessServer } from "./harness/processes";

const needed = ["prometheus", "loki", "tempo", "alertmanager", "caddy"] as const;
let server: ProcessServer;

before(async () => {
  const programs = await locatePrograms(needed);
  const absent = needed.filter(name => !isFound(programs[name]));
  assert.deepEqual(absent, [], "these programs are not on this machine: npm start fetches or builds them");
  server = await startProcesses();
});
after(() => server?.stop());

/** The command itself, as people call it. */
function verify(...args: string[]): Promise<{ code: number | null; outcomes: Outcome[]; text: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [join(__dirname, "../../tools/verify.js"), "--folder", server.folder, "--json", ...args]);
    let text = "";
    child.stdout.on("data", part => (text += part));
    child.stderr.on("data", part => (text += part));
    child.on("close", code => resolve({ code, text, outcomes: code === 2 ? [] : (JSON.parse(text) as { outcomes: Outcome[] }).outcomes }));
  });
}

const failedOf = (outcomes: Outcome[]) => outcomes.filter(outcome => outcome.result === "failed");
const resultOf = (outcomes: Outcome[], group: string, name: string) => outcomes.find(outcome => outcome.group === group && outcome.name === name)?.result;

test("a rendered server of real programs passes; what this machine lacks is shown, not failed", { timeout: 300_000 }, async t => {
  const { code, outcomes } = await verify();
  for (const { group, name, result, seconds, seen } of outcomes) t.diagnostic(`${result} ${group}: ${name} (${seconds.toFixed(1)} s) ${seen}`);
  assert.deepEqual(failedOf(outcomes), []);
  assert.equal(code, 0);
  for (const group of ["send", "find", "links", "derived", "refused"]) assert.ok(outcomes.filter(outcome => outcome.group === group).every(outcome => outcome.result === "passed"), group);
  for (const service of Object.keys(server.missing)) assert.equal(resultOf(outcomes, "services", `${service} is there`), "skipped");
});

test("a second run counts only what it sent itself", { timeout: 300_000 }, async () => {
  const { code, outcomes } = await verify();
  assert.equal(code, 0, JSON.stringify(failedOf(outcomes)));
});

test("runs leave no series behind but the first one's", async () => {
  const { contract, read } = fromFolder(server.folder);
  const client = new Client(contract.ca);
  try {
    const query = encodeURIComponent('count({__name__="pulumi_lgtm_verify_sent_at"})');
    const reply = await client.call(contract.endpoints.read, { path: `/read/prometheus/api/v1/query?query=${query}`, headers: { authorization: bearer(read) } });
    assert.equal(JSON.parse(reply.body).data.result[0].value[1], "2", "one for each way");
  } finally {
    client.close();
  }
});

test("a wrong push token fails what is sent, and only that", async () => {
  const file = join(server.folder, "secrets/push-default");
  const { push } = fromFolder(server.folder);
  writeFileSync(file, "0".repeat(64));
  try {
    const { code, outcomes } = await verify("--timeout", "10");
    assert.equal(code, 1);
    assert.deepEqual([...new Set(failedOf(outcomes).map(outcome => outcome.group))], ["send"]);
    assert.ok(failedOf(outcomes).every(outcome => outcome.seen.includes("401") && outcome.todo!.includes("--push-token-file")));
    assert.equal(resultOf(outcomes, "find", "trace, OTLP gRPC"), "skipped");
  } finally {
    writeFileSync(file, push.token);
    chmodSync(file, 0o600);
  }
});

test("--require-all fails for what this machine lacks", async t => {
  if (!Object.keys(server.missing).length) return t.skip("this machine has every program");
  const { code, outcomes } = await verify("--require-all", "--timeout", "1");
  assert.equal(code, 1);
  for (const service of Object.keys(server.missing)) assert.equal(resultOf(outcomes, "services", `${service} is there`), "failed");
});

test("a dead Tempo is found: its readiness, its push paths", async () => {
  await server.kill("tempo");
  const { code, outcomes } = await verify("--timeout", "3");
  assert.equal(code, 1);
  assert.equal(resultOf(outcomes, "services", "tempo is ready"), "failed");
  for (const way of ["OTLP HTTP", "OTLP gRPC", "Zipkin"]) assert.equal(resultOf(outcomes, "send", `trace, ${way}`), "failed", way);
  assert.equal(resultOf(outcomes, "find", "trace, Zipkin"), "skipped");
  assert.equal(resultOf(outcomes, "send", "log line, OTLP"), "passed", "the others go on");
});

test("a gateway that is away fails once, and nothing else is asked", async () => {
  await server.kill("caddy");
  const { code, outcomes } = await verify("--timeout", "3");
  assert.equal(code, 1);
  assert.deepEqual(failedOf(outcomes).map(outcome => `${outcome.group}: ${outcome.name}`), ["gateway: answers over TLS"]);
  assert.match(failedOf(outcomes)[0]!.seen, /nobody listens there/);
});
