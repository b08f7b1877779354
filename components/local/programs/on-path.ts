import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isExecutable, type Located } from "./cache";
import type { Program } from "./table";

/** The version a program prints about itself, from the first line: later lines tell of compilers and updates. */
export function parseVersion(printed: string): string | undefined {
  const line = printed.split("\n").find(text => text.trim() !== "") ?? "";
  return /(?:^|[^\w.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)/.exec(line)?.[1];
}

/** Negative, zero or positive. A pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [coreA = "", preA] = split(a);
  const [coreB = "", preB] = split(b);
  const [numbersA, numbersB] = [coreA.split(".").map(Number), coreB.split(".").map(Number)];
  for (let i = 0; i < 3; i++) {
    const difference = (numbersA[i] ?? 0) - (numbersB[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (preA === preB) return 0;
  if (preA === undefined) return 1;
  if (preB === undefined) return -1;
  return preA < preB ? -1 : 1;
}

function split(version: string): [string, string?] {
  const dash = version.indexOf("-");
  return dash < 0 ? [version] : [version.slice(0, dash), version.slice(dash + 1)];
}

export function fits(version: string, range: Program["installed"]): boolean {
  return compareVersions(version, range.atLeast) >= 0 && compareVersions(version, range.below) < 0;
}

/** An installed program that our configuration fits, or why the installed one is left alone. */
export async function findInstalled(program: Program, env: NodeJS.ProcessEnv = process.env): Promise<Located | { skipped: string }> {
  const folders = [...(env.PATH ?? "").split(delimiter).filter(Boolean), ...(program.alsoIn ?? [])];
  const paths: Record<string, string> = {};
  for (const binary of program.binaries) {
    const path = folders.map(folder => join(folder, binary)).find(isExecutable);
    if (path === undefined) return { skipped: `${binary} is not on PATH` };
    paths[binary] = path;
  }
  const path = paths[program.binaries[0]] as string;
  const version = parseVersion(await printedBy(path, program.versionArgs, env));
  const wanted = `at least ${program.installed.atLeast} and below ${program.installed.below}`;
  if (version === undefined) return { skipped: `${path} does not say its version (needed: ${wanted})` };
  if (!fits(version, program.installed)) return { skipped: `${path} is ${version} (needed: ${wanted})` };
  if (!program.needsHome) return { version, paths };
  const home = [dirname(dirname(realpathSync(path))), `/usr/share/${program.name}`].find(folder => existsSync(join(folder, "conf", "defaults.ini")));
  return home === undefined ? { skipped: `${path}: the folder with its conf/defaults.ini was not found` } : { version, paths, home };
}

function printedBy(path: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise(resolve => {
    // Some programs look for updates when asked for their version.
    const options = { timeout: 10_000, env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } };
    execFile(path, args, options, (_error, stdout, stderr) => resolve(stdout.trim() === "" ? stderr : stdout));
  });
}
