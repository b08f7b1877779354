/**
 * Runs the live tests one file after the other. `--minutes N`: no file is started after that time; those that were not are named.
 * Names of files, without folder and ending, choose some: `npm run test:live -- guest agent`.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Long ones about what changes seldom: they come last, where there may be no time for them. */
const last = ["limits", "guest-disk", "guest-failures", "local-containers", "ssh-bare", "local", "ssh", "processes", "verify"];

/** No file takes longer, in minutes, unless it hangs. */
const longest = 15;

const { values, positionals } = parseArgs({ options: { minutes: { type: "string" } }, allowPositionals: true });
const until = values.minutes === undefined ? Infinity : Date.now() + Number(values.minutes) * 60_000;

void main();

async function main(): Promise<void> {
  const all = readdirSync(__dirname).filter(name => name.endsWith(".test.js")).map(name => name.slice(0, -".test.js".length));
  const unknown = positionals.filter(name => !all.includes(name));
  if (unknown.length || Number.isNaN(until)) {
    console.error(`${unknown.length ? `No such live test: ${unknown.join(", ")}. There are: ${all.join(", ")}.` : `--minutes: "${values.minutes}" is not a number.`}`);
    process.exit(2);
  }
  const rank = (name: string) => last.indexOf(name);
  const wanted = (positionals.length ? positionals : all).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const results: { file: string; result: string; seconds: number | string }[] = [];
  for (const file of wanted) {
    if (Date.now() > until) {
      results.push({ file, result: "not run: no time", seconds: "" });
      continue;
    }
    const started = Date.now();
    console.log(`\n# ${file}`);
    const result = await run(file);
    results.push({ file, result, seconds: Math.round((Date.now() - started) / 1000) });
  }
  console.table(results);
  process.exitCode = results.some(({ result }) => result === "failed" || result === "hung") ? 1 : 0;
}

function run(file: string): Promise<"passed" | "failed" | "hung"> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ["--test", "--test-reporter=spec", join(__dirname, `${file}.test.js`)], { stdio: "inherit", detached: true });
    const timer = setTimeout(() => {
      process.kill(-child.pid!, "SIGKILL");
      resolve("hung");
    }, longest * 60_000);
    child.on("exit", code => {
      clearTimeout(timer);
      resolve(code === 0 ? "passed" : "failed");
    });
  });
}
