import { parseArgs } from "node:util";
import { ensurePrograms, isFound, programNames, type FoundProgram, type MissingProgram, type ProgramName, type ProgramProgress } from "../../components/local/programs";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import { build } from "./go-build";
import { recipes } from "./recipes";

const usage = `node dist/tools/build-programs/main.js [--only name,name] [--jobs n]
  --only   of ${programNames.join(", ")}; default: all
  --jobs   how many at a time; default 1, for one build already uses all processors`;

/** Cheap and needed first, as in the recipes; what has no recipe can only be downloaded, which is quick. */
const order: ProgramName[] = [...programNames.filter(name => !recipes.some(recipe => recipe.name === name)), ...recipes.map(recipe => recipe.name)];

interface Row {
  program: FoundProgram | MissingProgram;
  seconds: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string" }, jobs: { type: "string", default: "1" }, help: { type: "boolean" } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs ${values.jobs}: must be a whole number from 1.\n${usage}`);
  const only = values.only?.split(",").map(name => name.trim()).filter(Boolean);
  const unknown = only?.find(name => !programNames.some(known => known === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such program.\n${usage}`);

  const waiting = order.filter(name => only === undefined || only.includes(name));
  const rows: Row[] = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const started = Date.now();
      const program = (await ensurePrograms([name], { build, onProgress: print }))[name];
      if (name === "pulumi" && isFound(program)) pulumiRoot(program);
      rows.push({ program, seconds: Math.round((Date.now() - started) / 1000) });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  console.log(`\n${closingTable(rows)}`);
  return rows.every(({ program }) => isFound(program)) ? 0 : 1;
}

const printed = new Map<string, number>();

/** A line for each step, and of a transfer or a build one every five seconds. */
function print({ program, step, detail, doneBytes, totalBytes }: ProgramProgress) {
  const key = `${program} ${step}`;
  const repeated = step === "downloading" ? doneBytes !== undefined : step === "building";
  if (repeated && Date.now() - (printed.get(key) ?? 0) < 4500) return;
  printed.set(key, Date.now());
  const amount = doneBytes === undefined ? "" : ` ${megabytes(doneBytes)}${totalBytes ? ` of ${megabytes(totalBytes)}` : ""} MB`;
  console.log(`${program.padEnd(14)}${step.padEnd(12)}${detail.replaceAll("\n", `\n${" ".repeat(26)}`)}${amount}`);
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

function closingTable(rows: Row[]): string {
  const cells = rows.map(({ program, seconds }) => [
    program.name, isFound(program) ? program.version : "-", isFound(program) ? program.origin : "missing", String(seconds),
  ]);
  const all = [["program", "version", "origin", "seconds"], ...cells];
  const widths = [0, 1, 2, 3].map(column => Math.max(...all.map(row => (row[column] as string).length)));
  return all.map(row => row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ").trimEnd()).join("\n");
}

main().then(
  code => { process.exitCode = code; },
  error => {
    console.error((error as Error).message);
    process.exitCode = 1;
  },
);
