/**
 * Runs the live tests and shows a table. What a file prints appears when it ends.
 * `--at-once N`: so many files beside each other; most of their time is waiting.
 * `--minutes N`: no file is started after that time; those that were not are named.
 * `--again`: a file that failed is run once more, by itself, when all others have ended; the table says so.
 * Names of files, without folder and ending, choose some: `npm run test:live -- guest agent`.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** They take longest, so they start first: a long one at the end would run alone. */
const first = ["move-in", "agent-loss", "engine-aws", "ssh", "alerts-logs", "engine-gcp", "engine-azure", "local", "alerts-faults", "promtail-takeover", "panels", "panels-spring-boot", "guest-cloudinit"];

/** About what changes seldom: they come last, where there may be no time for them. */
const last = ["local-containers", "guest-failures", "guest-disk", "ssh-bare", "verify", "limits", "processes"];

/** No file takes longer, in minutes, unless it hangs. */
const longest = 15;

const { values, positionals } = parseArgs({ options: { minutes: { type: "string" }, "at-once": { type: "string", default: "1" }, again: { type: "boolean", default: false } }, allowPositionals: true });
const number = (option: "minutes" | "at-once", otherwise: number) => {
  const given = values[option];
  if (given === undefined) return otherwise;
  if (!/^\d+$/.test(given)) stop(`--${option}: "${given}" is not a whole number.`);
  return Number(given);
};

interface Result {
  file: string;
  result: string;
  seconds: number | string;
}

void main();

async function main(): Promise<void> {
  const until = Date.now() + number("minutes", Infinity) * 60_000;
  const lanes = number("at-once", 1);
  const all = readdirSync(__dirname).filter(name => name.endsWith(".test.js")).map(name => name.slice(0, -".test.js".length));
  const unknown = positionals.filter(name => !all.includes(name));
  if (unknown.length) stop(`No such live test: ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) - first.length : last.indexOf(name) + 1);
  const waiting = (positionals.length ? positionals : all).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const results: Result[] = [];
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      results.push(Date.now() > until ? { file, result: "not run: no time", seconds: "" } : await run(file));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
  // On a machine with other work a limit of time is missed at times; a fault is there again.
  for (const failed of values.again ? results.filter(({ result }) => result === "failed" || result === "hung") : []) {
    const { result, seconds } = await run(failed.file);
    Object.assign(failed, { result: result === "passed" ? "passed when run again" : result, seconds });
  }
  console.table(results.sort((a, b) => (a.file < b.file ? -1 : 1)));
  process.exitCode = results.some(({ result }) => result === "failed" || result === "hung") ? 1 : 0;
}

function run(file: string): Promise<Result> {
  const started = Date.now();
  return new Promise(resolve => {
    const child = spawn(process.execPath, ["--test", "--test-reporter=spec", join(__dirname, `${file}.test.js`)], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => printed.push(chunk));
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      process.kill(-child.pid!, "SIGKILL");
    }, longest * 60_000);
    child.on("exit", code => {
      clearTimeout(timer);
      const seconds = Math.round((Date.now() - started) / 1000);
      const result = hung ? "hung" : code === 0 ? "passed" : "failed";
      process.stdout.write(`\n# ${file}: ${result} after ${seconds} s\n${Buffer.concat(printed).toString()}`);
      resolve({ file, result, seconds });
    });
  });
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
