import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findCached, programDir, putInPlace } from "../../components/local/programs/cache";
import type { Build } from "../../components/local/programs/index";
import { programs } from "../../components/local/programs/table";
import { withLock } from "./lock";
import { recipes, type Recipe } from "./recipes";

/** Compiles a program into the cache, for `ensurePrograms`. */
export const build: Build = async (name, { cacheDir, onProgress }) => {
  const recipe = recipes.find(candidate => candidate.name === name);
  if (recipe === undefined) return false;
  const dir = join(dirname(cacheDir), "build", `${recipe.name}-${recipe.version}`);
  mkdirSync(dir, { recursive: true });
  const started = Date.now();
  let doing = "starting";
  const report = () => onProgress({
    program: name, step: "building", expectedSeconds: recipe.expectedSeconds,
    detail: `${doing}, ${Math.round((Date.now() - started) / 1000)} of about ${recipe.expectedSeconds} s`,
  });
  const say = (what: string) => {
    doing = what;
    report();
  };
  const timer = setInterval(report, 5000);
  try {
    await withLock(join(dir, "lock"), () => say("another process builds it; waiting"), async () => {
      // Whoever held the lock may have made it.
      if (findCached(programs[name], cacheDir)) return;
      await compile(recipe, dir, cacheDir, say);
    });
  } finally {
    clearInterval(timer);
  }
  return true;
};

/** The folder is kept, and Go keeps what it compiled: a build that was interrupted goes on where it was. */
async function compile(recipe: Recipe, dir: string, cacheDir: string, say: (what: string) => void) {
  const log = join(dir, "build.log");
  rmSync(log, { force: true });
  const cgo = recipe.cgo !== undefined && existsSync(recipe.cgo.header) && spawnSync("gcc", ["--version"]).status === 0;
  const go = (args: string[]) => runGo(args, dir, log, cgo);
  say(`fetching ${recipe.module}@${recipe.moduleVersion}`);
  await writeWrapper(recipe, dir, go);
  const finished = join(dir, "finished");
  rmSync(finished, { recursive: true, force: true });
  const bin = join(finished, programs[recipe.name].folder ?? "");
  mkdirSync(bin, { recursive: true });
  const settings = Object.entries(recipe.variables ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
  for (const [binary, target] of Object.entries(recipe.packages)) {
    say(`compiling ${binary}`);
    const tags = [recipe.tags, cgo && recipe.cgo?.tag].filter(Boolean).join(",");
    await go(["build", "-trimpath", "-ldflags", ["-s", "-w", ...settings].join(" "), ...(tags ? ["-tags", tags] : []), "-o", join(bin, binary), target]);
  }
  putInPlace(finished, programDir(programs[recipe.name], recipe.version, cacheDir));
  rmSync(finished, { recursive: true, force: true });
}

/**
 * A module that only requires the program's module. The replacements and exclusions of the program's own go.mod do not
 * reach its users, so they are repeated; its go.sum is the start of ours, so the sums are the publisher's.
 */
async function writeWrapper(recipe: Recipe, dir: string, go: (args: string[]) => Promise<string>) {
  const sums = recipe.sum ?? [];
  writeFileSync(join(dir, "go.mod"), "module wrapper\n");
  writeFileSync(join(dir, "go.sum"), sums.join("\n") + "\n");
  const fetched = JSON.parse(await go(["mod", "download", "-json", `${recipe.module}@${recipe.moduleVersion}`])) as { Dir: string; GoMod: string };
  const theirs = JSON.parse(await go(["mod", "edit", "-json", fetched.GoMod])) as GoMod;
  writeFileSync(join(dir, "go.mod"), wrapperModule(recipe, theirs));
  const sumFile = join(fetched.Dir, "go.sum");
  writeFileSync(join(dir, "go.sum"), [existsSync(sumFile) ? readFileSync(sumFile, "utf8").trimEnd() : "", ...sums, ""].join("\n"));
  if (recipe.main !== undefined) writeFileSync(join(dir, "main.go"), recipe.main);
}

export interface GoMod {
  Go?: string;
  Replace?: { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[] | null;
  Exclude?: { Path: string; Version: string }[] | null;
}

export function wrapperModule(recipe: Recipe, theirs: GoMod): string {
  const version = (module: { Path: string; Version?: string }) => [module.Path, module.Version].filter(Boolean).join(" ");
  return [
    "module wrapper",
    `go ${theirs.Go ?? "1.25"}`,
    ...[`${recipe.module} ${recipe.moduleVersion}`, ...(recipe.require ?? [])].map(line => `require ${line}`),
    // A replacement by a folder of their repository cannot be repeated; the version they require serves as well.
    ...(theirs.Replace ?? []).filter(({ New }) => !New.Path.startsWith(".")).map(({ Old, New }) => `replace ${version(Old)} => ${version(New)}`),
    ...(recipe.replace ?? []).map(line => `replace ${line}`),
    ...(theirs.Exclude ?? []).map(excluded => `exclude ${version(excluded)}`),
    "",
  ].join("\n");
}

/** Runs the Go command and answers what it printed; everything it complained of is in the log. */
function runGo(args: string[], cwd: string, log: string, cgo: boolean): Promise<string> {
  const env = {
    ...process.env,
    // The usual place, for a shell that was not told.
    PATH: [process.env.PATH, "/usr/local/go/bin", "/usr/lib/go/bin"].filter(Boolean).join(delimiter),
    GOWORK: "off", GOFLAGS: "-mod=mod -buildvcs=false", CGO_ENABLED: cgo ? "1" : "0",
  };
  return new Promise((resolve, reject) => {
    execFile("go", args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      appendFileSync(log, `$ go ${args.join(" ")}\n${stderr}${error && stdout ? stdout : ""}\n`);
      if (error === null) return resolve(stdout);
      if (error.code === "ENOENT") return reject(new Error("Go is needed to build programs and was not found. Install Go 1.26 or newer, or allow downloads."));
      const last = (stderr.trim() || stdout.trim() || error.message).split("\n").slice(-10).join("\n");
      reject(new Error(`go ${args[0]} failed; all of it is in ${log}. The last lines:\n${last}`));
    });
  });
}
