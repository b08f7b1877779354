import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Outcome } from "../../components/verify";
import { table } from "../../components/verify";
import { standIn, tokens, type Defect } from "./stand-in";

const folder = mkdtempSync(join(tmpdir(), "verify-command-"));
after(() => rmSync(folder, { recursive: true }));

function run(args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [join(__dirname, "../../tools/verify.js"), ...args], { env: { ...process.env, PULUMI_LGTM_HOME: folder } });
    const said = { out: "", err: "" };
    child.stdout.on("data", part => (said.out += part));
    child.stderr.on("data", part => (said.err += part));
    child.on("close", code => resolve({ code, ...said }));
  });
}

/** Runs the command against a stand-in; whatever it counts from before never moves there. */
async function against(defect: Defect, args: string[]) {
  const { context, close } = await standIn(defect);
  try {
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const files = ["--contract", put("contract.json", JSON.stringify(context.target.contract)), "--push-token-file", put("push", tokens.push), "--read-token-file", put("read", tokens.read)];
    return await run([...files, "--timeout", "1", ...args]);
  } finally {
    close();
  }
}

/** The stand-in makes its answers from a mark of its own; the command has another. */
test("a server that loses what it is sent ends with 1, a table, and what to do about each failure", async () => {
  const { code, out } = await against(() => undefined, []);
  assert.equal(code, 1, out);
  assert.match(out, /^✓ gateway: answers over TLS/m);
  assert.match(out, /^✗ find: metric, OTLP .* no sample of/m);
  assert.match(out, /What to do:\n {2}find: log line/);
  assert.doesNotMatch(out, new RegExp(`${tokens.push}|${tokens.read}`));
});

test("--json gives the same as data", async () => {
  const { code, out } = await against(() => undefined, ["--json"]);
  const { server, outcomes } = JSON.parse(out) as { server: string; outcomes: Outcome[] };
  assert.equal(code, 1);
  assert.match(server, /^https:\/\/127\.0\.0\.1:/);
  assert.ok(outcomes.some(outcome => outcome.result === "passed") && outcomes.some(outcome => outcome.result === "failed" && outcome.todo));
});

test("a wrong call ends with 2 and says what is right", async () => {
  const wrong = async (args: string[], words: RegExp) => {
    const { code, out, err } = await run(args);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, words);
    assert.match(err, /--help/);
  };
  await wrong([], /pulumi-lgtm\/local\/contract\.json: the contract of the server cannot be read/);
  await wrong(["--bogus"], /--bogus/);
  await wrong(["--contract", "x"], /--contract needs --push-token-file and --read-token-file/);
  await wrong(["--contract", "x", "--folder", "y"], /mutually exclusive/);
  await wrong(["--push-token-file", "x"], /--push-token-file belongs to --contract/);
  await wrong(["--folder", "x", "--timeout", "soon"], /cannot be read|soon is no number/);
});

test("--help ends with 0", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const option of ["--folder", "--contract", "--push-token-file", "--read-token-file", "--ca", "--timeout", "--require-all", "--json"]) assert.ok(out.includes(option), option);
});

test("the table cuts what passed to the terminal's width, and never a failure", () => {
  const outcomes: Outcome[] = [
    { group: "g", name: "good", result: "passed", seen: "x".repeat(100), seconds: 1.25 },
    { group: "g", name: "bad", result: "failed", seen: `${"y".repeat(100)} end`, todo: "repair it", seconds: 60 },
    { group: "g", name: "absent", result: "skipped", seen: "left out", seconds: 0 },
  ];
  const lines = table(outcomes, 60).split("\n");
  assert.equal(lines[1]!.length, 60);
  assert.match(lines[1]!, /^✓ g: good .* {2}1\.\d s {2}x+…$/);
  assert.match(lines[2]!, /^✗ g: bad .* 60\.0 s {2}y+ end$/);
  assert.match(lines[3]!, /^– g: absent +left out$/);
  assert.ok(lines.includes("1 passed, 1 failed, 1 not asked."));
  assert.match(lines.slice(-4).join("\n"), /What to do:\n {2}g: bad\n {4}repair it/);
});
