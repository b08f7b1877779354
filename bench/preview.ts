/**
 * Time, processor time and memory of a preview's program with a monitoring server, against a program that makes the same resources
 * of the cloud with the bare SDK, each with the outputs of others that it needs. Both talk to an engine that only answers, so that
 * nothing but the programs is measured: each run is a process of its own, from its start to the last registration, and the two take
 * turns. What the bare one puts into its bucket is ready-made; the other renders it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, table, UsageError } from "../tools/cli";
import { median } from "./median";

/** What a preview with the library may take of that without. */
const target = 1.2;

const clouds = ["aws", "azure", "gcp"] as const;
type Cloud = (typeof clouds)[number];

interface Measured {
  milliseconds: number;
  /** Time of processors: on a machine that has other work, it says more than the clock. */
  processor: number;
  mebibytes: number;
  resources: number;
}

command({
  called: "npm run bench",
  help: `Measures what the library adds to a preview: npm run bench [-- --runs 11] [-- aws azure gcp]\nEnds with 1 where it is more than ${target} times as much.\n`,
  options: { runs: { type: "string", default: "11" }, json: { type: "boolean", default: false } },
  async run({ runs, json }, positionals) {
    const chosen = positionals.length ? positionals : [...clouds];
    const wrong = chosen.filter(cloud => !(clouds as readonly string[]).includes(cloud));
    const count = Number(runs);
    if (wrong.length || !(Number.isInteger(count) && count > 0)) throw new UsageError(wrong.length ? `${wrong.join(", ")}: must be of ${clouds.join(", ")}.` : `--runs ${runs}: must be a whole number from 1 up.`);
    const results = (chosen as Cloud[]).map(cloud => compare(cloud, count));
    process.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : shown(results));
    return results.every(({ time, processor, memory }) => Math.max(time, processor, memory) <= target) ? 0 : 1;
  },
});

interface Result {
  cloud: Cloud;
  runs: number;
  ours: Measured;
  bare: Measured;
  time: number;
  processor: number;
  memory: number;
}

function compare(cloud: Cloud, runs: number): Result {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-bench-"));
  try {
    const recorded = join(folder, "resources.json");
    writeFileSync(recorded, child("record.js", cloud));
    const all: Record<"ours" | "bare", Measured[]> = { ours: [], bare: [] };
    // The first run of each warms the disk's cache and does not count.
    for (let run = 0; run <= runs; run++)
      for (const which of run % 2 ? (["ours", "bare"] as const) : (["bare", "ours"] as const)) {
        const measured = JSON.parse(child("measure.js", which, cloud, recorded)) as Measured;
        if (run > 0) all[which].push(measured);
      }
    const [ours, bare] = [middle(all.ours), middle(all.bare)];
    return { cloud, runs, ours, bare, time: ours.milliseconds / bare.milliseconds, processor: ours.processor / bare.processor, memory: ours.mebibytes / bare.mebibytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function child(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, file), ...args], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout;
}

function middle(all: Measured[]): Measured {
  return { milliseconds: median(all.map(each => each.milliseconds)), processor: median(all.map(each => each.processor)), mebibytes: median(all.map(each => each.mebibytes)), resources: all[0]!.resources };
}

function shown(results: Result[]): string {
  const row = (cloud: Cloud, program: string, { resources, milliseconds, processor, mebibytes }: Measured, ...times: number[]) => [
    cloud, program, String(resources), `${Math.round(milliseconds)} ms`, `${Math.round(processor)} ms`, `${Math.round(mebibytes)} MiB`, ...[0, 1, 2].map(i => times[i]?.toFixed(2) ?? ""),
  ];
  const rows = results.flatMap(({ cloud, ours, bare, time, processor, memory }) => [row(cloud, "bare SDK", bare), row(cloud, "pulumi-lgtm", ours, time, processor, memory)]);
  return table(["cloud", "program", "resources", "time", "processor", "memory", "× time", "× processor", "× memory"], rows);
}
