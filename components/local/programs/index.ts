import { join } from "node:path";
import { findCached, programDir, programsDir, putInPlace, withStaging, type Located } from "./cache";
import { download, verify } from "./download";
import { findInstalled } from "./on-path";
import { programs, thisPlatform, type Program, type ProgramName } from "./table";
import { unpack } from "./unpack";

export { programsDir } from "./cache";
export { programNames, programs, type ProgramName } from "./table";

export interface FoundProgram extends Located {
  name: ProgramName;
  /** The program itself; `paths` has its companions too. */
  path: string;
  origin: "path" | "cache" | "release" | "built";
}

export interface MissingProgram {
  name: ProgramName;
  /** What was tried, one line each, and why it did not serve. */
  missing: string;
}

export interface ProgramProgress {
  program: ProgramName;
  step: "found" | "downloading" | "building" | "done" | "missing";
  detail: string;
  doneBytes?: number;
  totalBytes?: number;
  /** How long a build takes on a small machine. */
  expectedSeconds?: number;
}

export type OnProgress = (event: ProgramProgress) => void;

/** Compiles a program into the cache; false where there is no recipe for it. Only a checkout of the repository can. */
export type Build = (name: ProgramName, into: { cacheDir: string; onProgress: OnProgress }) => Promise<boolean>;

export interface EnsureOptions {
  /** @default the user's cache, see `programsDir` */
  cacheDir?: string;
  onProgress?: OnProgress;
  /** @default no building: a program that can be neither found nor downloaded is missing */
  build?: Build;
}

export type Programs<N extends ProgramName> = Record<N, FoundProgram | MissingProgram>;

export function isFound(program: FoundProgram | MissingProgram): program is FoundProgram {
  return "path" in program;
}

/** Finds each program on PATH or in the cache, else downloads it, else builds it. One that cannot be had does not stop the others. */
export async function ensurePrograms<N extends ProgramName>(names: readonly N[], options: EnsureOptions = {}): Promise<Programs<N>> {
  const result = {} as Programs<N>;
  for (const name of names) result[name] = await ensureProgram(programs[name], options);
  return result;
}

/** The same without network and compiler: PATH and cache only. */
export async function locatePrograms<N extends ProgramName>(names: readonly N[], options: { cacheDir?: string } = {}): Promise<Programs<N>> {
  const result = {} as Programs<N>;
  for (const name of names) {
    const tried: string[] = [];
    result[name] = (await locate(programs[name], options.cacheDir ?? programsDir(), tried)) ?? { name, missing: tried.join("\n") };
  }
  return result;
}

/** One program, which need not be of the table: for tests. */
export async function ensureProgram(program: Program, options: EnsureOptions = {}): Promise<FoundProgram | MissingProgram> {
  const { name } = program;
  const cacheDir = options.cacheDir ?? programsDir();
  const onProgress = options.onProgress ?? (() => {});
  const tried: string[] = [];
  const located = await locate(program, cacheDir, tried);
  if (located) {
    onProgress({ program: name, step: "found", detail: `${located.version} ${located.origin === "path" ? "on PATH" : "in the cache"}: ${located.path}` });
    return located;
  }
  const obtained = (await fromRelease(program, cacheDir, onProgress, tried)) ?? (await fromBuild(program, cacheDir, options, tried));
  if (obtained) {
    onProgress({ program: name, step: "done", detail: `${obtained.version}: ${obtained.path}` });
    return obtained;
  }
  const missing = tried.join("\n");
  onProgress({ program: name, step: "missing", detail: missing });
  return { name, missing };
}

async function locate(program: Program, cacheDir: string, tried: string[]): Promise<FoundProgram | undefined> {
  const installed = await findInstalled(program);
  if (!("skipped" in installed)) return found(program, installed, "path");
  tried.push(`installed: ${installed.skipped}`);
  const cached = findCached(program, cacheDir);
  if (cached) return found(program, cached, "cache");
  tried.push(`cache: no ${[program.version, ...program.alsoCached].join(" or ")} in ${cacheDir}`);
  return undefined;
}

async function fromRelease(program: Program, cacheDir: string, onProgress: OnProgress, tried: string[]): Promise<FoundProgram | undefined> {
  const platform = thisPlatform();
  const release = platform && program.releases[platform];
  if (!release) {
    tried.push(`download: no release for ${process.platform}-${process.arch}; there is one for ${Object.keys(program.releases).join(", ")}`);
    return undefined;
  }
  const report = (detail: string, doneBytes?: number, totalBytes?: number) =>
    onProgress({ program: program.name, step: "downloading", detail, ...(doneBytes === undefined ? {} : { doneBytes }), ...(totalBytes === undefined ? {} : { totalBytes }) });
  try {
    await withStaging(cacheDir, async dir => {
      report(release.url);
      const archive = join(dir, "archive");
      await download(release.url, archive, (done, total) => report(release.url, done, total));
      report(await verify(archive, release));
      await unpack(archive, release, join(dir, "unpacked"), join(dir, "finished"));
      putInPlace(join(dir, "finished"), programDir(program, program.version, cacheDir));
    });
  } catch (error) {
    tried.push(`download: ${(error as Error).message}`);
    return undefined;
  }
  const cached = findCached(program, cacheDir);
  if (cached) return found(program, cached, "release");
  tried.push(`download: ${release.url} does not contain ${program.binaries.join(" and ")} where table.ts expects them`);
  return undefined;
}

async function fromBuild(program: Program, cacheDir: string, options: EnsureOptions, tried: string[]): Promise<FoundProgram | undefined> {
  if (!options.build) return undefined;
  try {
    if (!(await options.build(program.name, { cacheDir, onProgress: options.onProgress ?? (() => {}) }))) {
      tried.push(`build: there is no way to build ${program.name} from source`);
      return undefined;
    }
  } catch (error) {
    tried.push(`build: ${(error as Error).message}`);
    return undefined;
  }
  const cached = findCached(program, cacheDir);
  if (!cached) tried.push(`build: it ended well but left no ${program.binaries.join(" and ")} in ${cacheDir}`);
  return cached && found(program, cached, "built");
}

function found(program: Program, located: Located, origin: FoundProgram["origin"]): FoundProgram {
  return { name: program.name, path: located.paths[program.binaries[0]] as string, origin, ...located };
}
