import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Runtime } from "../server/layout";
import type { ServiceName } from "../server/versions";
import { inFolder } from "./folder";
import { ensurePrograms, isFound, locatePrograms, type EnsureOptions, type FoundProgram, type MissingProgram, type Programs } from "./programs";

/** Programs by service; none where containers bring their own. */
export type Found = Partial<Programs<ServiceName>>;

/** Programs of services as they are on this machine now, without network. */
export const programsHere: (services: ServiceName[]) => Promise<Found> = locatePrograms;

/**
 * The same, and what is not here is downloaded where it can be. `npm start` has sought them a moment before, and says in
 * `PULUMI_LGTM_MISSING` which it could not have, for which reasons.
 */
export async function programsFetched(services: ServiceName[], options: EnsureOptions): Promise<Found> {
  const told = soughtInVain();
  if (!told) return ensurePrograms(services, options);
  const here = Object.entries(await programsHere(services));
  return Object.fromEntries(here.map(([name, program]) => [name, isFound(program) ? program : { ...program, missing: told[name] ?? program.missing }]));
}

/** Services that cannot run in this folder as far as is known: what `npm start` has just found, else what the last roll-out found. */
export function knownMissing(folder: string): Record<string, string> {
  const { machine } = inFolder(folder);
  return soughtInVain() ?? (existsSync(machine) ? (JSON.parse(readFileSync(machine, "utf8")) as { missing?: Record<string, string> }).missing : undefined) ?? {};
}

function soughtInVain(): Record<string, string> | undefined {
  return process.env.PULUMI_LGTM_MISSING ? (JSON.parse(process.env.PULUMI_LGTM_MISSING) as Record<string, string>) : undefined;
}

/** Why each program that cannot be had cannot be had, by service. */
export function missingOf(programs: Found): Record<string, string> {
  return Object.fromEntries(all(programs).filter(program => !isFound(program)).map(program => [program.name, (program as MissingProgram).missing]));
}

/** machine.json: tells `apply` what it runs on. */
export function machineDocument(folder: string, runtime: Runtime, programs: Found): object {
  const { store, secrets } = inFolder(folder);
  const found = all(programs).filter(isFound);
  return {
    format: 1,
    local: true,
    runtime,
    root: folder,
    store: { kind: "folder", path: store },
    secrets: { kind: "folder", path: secrets },
    dataDisk: null,
    programs: Object.assign({}, ...found.map(program => program.paths)),
    homes: Object.fromEntries(found.filter(program => program.home).map(program => [program.name, program.home])),
    missing: missingOf(programs),
    node: process.execPath,
    ...(runtime === "processes" && processManager()),
  };
}

/** pm2 where the user's own packages, or ours, have it; `apply` says what to do where they have not. */
function processManager(): { pm2?: string; pm2Logrotate?: string } {
  const folderOf = (name: string) => {
    for (const from of [join(process.cwd(), "package.json"), __filename]) {
      try {
        return dirname(createRequire(from).resolve(`${name}/package.json`));
      } catch {
        // Not there: the next place may have it.
      }
    }
    return undefined;
  };
  const pm2 = folderOf("pm2");
  return { pm2: pm2 && join(pm2, "bin", "pm2"), pm2Logrotate: folderOf("pm2-logrotate") };
}

function all(programs: Found): (FoundProgram | MissingProgram)[] {
  return Object.values(programs);
}

/** Writes a file in one step: whoever reads it sees the old or the new content. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, path);
}
