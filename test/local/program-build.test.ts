import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import { findCached } from "../../components/local/programs/cache";
import { ensureProgram, isFound, locatePrograms, type ProgramProgress } from "../../components/local/programs/index";
import { programs } from "../../components/local/programs/table";
import { build, wrapperModule } from "../../tools/build-programs/go-build";
import { withLock } from "../../tools/build-programs/lock";
import { dir, path, script, standIn } from "./stand-in-program";

describe("a program that cannot be had", () => {
  it("says everything that was tried, and building comes last", async () => {
    const result = await ensureProgram(standIn(), { cacheDir: dir, build: async () => { throw new Error("go build failed"); } });
    assert.ok(!isFound(result));
    const lines = result.missing.split("\n");
    assert.match(lines[0] as string, /^installed: stand-in is not on PATH/);
    assert.match(lines[1] as string, /^cache: no 2\.1\.0 or 2\.0\.0-dev in /);
    assert.match(lines[2] as string, /^download: no release for /);
    assert.equal(lines[3], "build: go build failed");
  });

  it("is built where that is possible, and is then in the cache", async () => {
    const build = async () => {
      for (const binary of ["stand-in", "stand-in-tool"]) script(join(dir, "caddy-2.0.0-dev", binary), "exit 0");
      return true;
    };
    const result = await ensureProgram(standIn(), { cacheDir: dir, build });
    assert.deepEqual(isFound(result) && [result.origin, result.version], ["built", "2.0.0-dev"]);
  });

  it("does not stop the others", async () => {
    process.env.PATH = "/nowhere";
    script(join(dir, "tempo-2.8.0-dev", "tempo"), "exit 0");
    const { loki, tempo } = await locatePrograms(["loki", "tempo"], { cacheDir: dir });
    assert.match(isFound(loki) ? "" : loki.missing, /^installed: loki is not on PATH\ncache: no /);
    assert.deepEqual(isFound(tempo) && [tempo.version, tempo.origin], ["2.8.0-dev", "cache"]);
  });
});

describe("building", () => {
  /** Answers like the Go command, as far as a build asks it. */
  function fakeGo(compile: string) {
    mkdirSync(join(dir, "module"), { recursive: true });
    writeFileSync(join(dir, "module", "go.sum"), "example.org/dependency v1.0.0 h1:sum=\n");
    script(join(dir, "path", "go"), `
case "$1 $2" in
  "mod download") echo '{"Dir":"${dir}/module","GoMod":"${dir}/module/go.mod"}' ;;
  "mod edit") echo '{"Go":"1.26"}' ;;
  build*) ${compile} ;;
esac`);
    process.env.PATH = `${join(dir, "path")}${delimiter}${path}`;
  }

  it("leaves the whole program in the cache, and starts from the publisher's checksums", async () => {
    fakeGo('for last; do [ "$before" = -o ] && cp "$0" "$last"; before=$last; done');
    const events: ProgramProgress[] = [];
    assert.equal(await build("alertmanager", { cacheDir: join(dir, "programs"), onProgress: event => events.push(event) }), true);
    assert.equal(findCached(programs.alertmanager, join(dir, "programs"))?.version, "0.31.1");
    assert.match(readFileSync(join(dir, "build", "alertmanager-0.31.1", "go.sum"), "utf8"), /^example\.org\/dependency v1\.0\.0 h1:sum=$/m);
    assert.ok(events.some(event => event.step === "building" && event.detail.startsWith("compiling amtool") && event.expectedSeconds));
  });

  it("that fails says the compiler's last lines and where all of them are, and leaves nothing in the cache", async () => {
    fakeGo("echo main.go:1: no such thing >&2; exit 1");
    const building = build("alertmanager", { cacheDir: join(dir, "programs"), onProgress: () => {} });
    await assert.rejects(building, /go build failed; all of it is in .*build\.log\. The last lines:\nmain\.go:1: no such thing/);
    assert.equal(findCached(programs.alertmanager, join(dir, "programs")), undefined);
    assert.equal(existsSync(join(dir, "build", "alertmanager-0.31.1", "lock")), false);
  });

  it("is not possible for a program without a recipe", async () => {
    assert.equal(await build("grafana", { cacheDir: join(dir, "programs"), onProgress: () => {} }), false);
  });

  it("repeats what another module's go.mod would not pass on, but no replacement by a folder of its repository", () => {
    const recipe = { name: "loki" as const, version: "1", module: "example.org/m", moduleVersion: "v1.0.0", packages: {}, expectedSeconds: 1, require: ["example.org/r v1.0.0"], replace: ["a => b v1.0.0"] };
    assert.equal(wrapperModule(recipe, {
      Go: "1.26.0",
      Replace: [{ Old: { Path: "x", Version: "v1.0.0" }, New: { Path: "y", Version: "v2.0.0" } }, { Old: { Path: "z" }, New: { Path: "./z" } }],
      Exclude: [{ Path: "e", Version: "v3.0.0" }],
    }), "module wrapper\ngo 1.26.0\nrequire example.org/m v1.0.0\nrequire example.org/r v1.0.0\nreplace x v1.0.0 => y v2.0.0\nreplace a => b v1.0.0\nexclude e v3.0.0\n");
  });

  it("is done by one at a time, and a builder that died does not block the next", async () => {
    const file = join(dir, "lock");
    const order: string[] = [];
    const first = withLock(file, () => {}, async () => {
      await new Promise(resolve => setTimeout(resolve, 50));
      order.push("first");
    });
    await Promise.all([first, withLock(file, () => order.push("waiting"), async () => { order.push("second"); })]);
    assert.deepEqual(order, ["waiting", "first", "second"]);
    const dead = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
    writeFileSync(file, String(dead));
    assert.equal(await withLock(file, () => {}, async () => "done"), "done");
    assert.equal(existsSync(file), false);
  });
});
