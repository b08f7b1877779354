/** Runs the live tests and shows a table. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { command, UsageError } from "../../tools/cli";

/** They take longest, so they start first: a long one at the end would run alone. */
const first = ["move-in", "agent-loss", "engine-aws", "ssh", "alerts-logs", "engine-gcp", "engine-azure", "local", "alerts-faults", "promtail-takeover", "agent-systems", "panels", "panels-spring-boot", "guest-cloudinit"];

/** About what changes seldom: they come last, where there may be no time for them. */
const last = ["local-containers", "guest-failures", "guest-disk", "ssh-bare", "verify", "limits", "processes"];

/** No file takes longer, in minutes, unless it hangs. */
const longest = 15;

const help = `Runs the live tests and shows a table: npm run test:live [-- guest agent]. What a file prints appears when it ends.
  --at-once <N>   so many files beside each other; most of their time is waiting (default: 1)
  --minutes <N>   no file is started after that time; those that were not are named (default: no end)
  --again         a file that failed is run once more, by itself, when all others have ended; the table says so
`;

interface Result {
  file: string;
  result: string;
  seconds: number | string;
}

command({
  called: "npm run test:live",
  help,
  options: { minutes: { type: "string" }, "at-once": { type: "string", default: "1" }, again: { type: "boolean", default: false } },
  async run({ minutes, "at-once": atOnce, again }, positionals) {
    const until = minutes === undefined ? Infinity : Date.now() + number("--minutes", minutes) * 60_000;
    const lanes = number("--at-once", atOnce);
    const all = readdirSync(__dirname).filter(name => name.endsWith(".test.js")).map(name => name.slice(0, -".test.js".length));
    const unknown = positionals.filter(name => !all.includes(name));
    if (unknown.length) throw new UsageError(`No such live test: ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
    const rank = (name: string) => (first.includes(name) ? first.indexOf(name) - first.length : last.indexOf(name) + 1);
    const waiting = (positionals.length ? positionals : all).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const results: Result[] = [];
    const lane = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        results.push(Date.now() > until ? { file, result: "not run: no time", seconds: "" } : await runFile(file));
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
    // On a machine with other work a limit of time is missed at times; a fault is there again.
    for (const failed of again ? results.filter(isBad) : []) {
      const { result, seconds } = await runFile(failed.file);
      Object.assign(failed, { result: result === "passed" ? "passed when run again" : result, seconds });
    }
    console.table(results.sort((a, b) => (a.file < b.file ? -1 : 1)));
    return results.some(isBad) ? 1 : 0;
  },
});

const isBad = ({ result }: Result) => result === "failed" || result === "hung";

function number(option: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new UsageError(`${option}: "${given}" is not a whole number.`);
  return Number(given);
}

function runFile(file: string): Promise<Result> {
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
