import { accessSync, constants, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Program } from "./table";

/** A program as it lies on this machine. */
export interface Located {
  version: string;
  /** Path of each binary, by its name. */
  paths: Record<string, string>;
  /** The program's own folder, for one that needs the files beside its binary. */
  home?: string;
}

/** Where programs are kept: one folder for a program and version. */
export function programsDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.PULUMI_LGTM_CACHE || env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-lgtm", "programs");
}

export function programDir(program: Pick<Program, "name">, version: string, cacheDir: string): string {
  return join(cacheDir, `${program.name}-${version}`);
}

/** The program in the cache: the released version, or else one that was built. A folder without all binaries does not count. */
export function findCached(program: Program, cacheDir: string): Located | undefined {
  for (const version of [program.version, ...program.alsoCached]) {
    const dir = programDir(program, version, cacheDir);
    if (!existsSync(dir)) continue;
    const bin = join(dir, program.folder ?? "");
    if (program.folder) adoptFlat(program, dir, bin);
    const paths = Object.fromEntries(program.binaries.map(binary => [binary, join(bin, binary)]));
    if (Object.values(paths).every(isExecutable)) return { version, paths, ...(program.needsHome ? { home: dir } : {}) };
  }
  return undefined;
}

/** Older caches have the binary beside `bin`. A hard link gives it both names, so whoever runs it by the old one is not disturbed. */
function adoptFlat(program: Program, dir: string, bin: string) {
  for (const binary of program.binaries) {
    const flat = join(dir, binary);
    if (!isExecutable(flat) || existsSync(join(bin, binary))) continue;
    mkdirSync(bin, { recursive: true });
    try {
      linkSync(flat, join(bin, binary));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs `work` in a folder on the cache's own file system, which is gone afterwards whatever happens. */
export async function withStaging<T>(cacheDir: string, work: (dir: string) => Promise<T>): Promise<T> {
  mkdirSync(cacheDir, { recursive: true });
  removeLeftovers(cacheDir);
  const dir = mkdtempSync(join(cacheDir, ".tmp-"));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A killed run leaves its staging folder; nobody works in one for a day. */
function removeLeftovers(cacheDir: string) {
  for (const name of readdirSync(cacheDir)) {
    if (!name.startsWith(".tmp-")) continue;
    const age = Date.now() - (statSync(join(cacheDir, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 24 * 3600 * 1000) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}

/** Puts a finished folder in its place in one step. If somebody else was first, or left it incomplete, only what is missing is added. */
export function putInPlace(finished: string, target: string) {
  mkdirSync(dirname(target), { recursive: true });
  try {
    renameSync(finished, target);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    for (const entry of readdirSync(finished, { withFileTypes: true })) {
      const to = join(target, entry.name);
      if (!existsSync(to)) renameSync(join(finished, entry.name), to);
      else if (entry.isDirectory()) putInPlace(join(finished, entry.name), to);
    }
  }
}
