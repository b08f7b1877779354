import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { findCached, programsDir, putInPlace } from "../../components/local/programs/cache";
import { checksumIn, download, forgetUnreachable, verify } from "../../components/local/programs/download";
import { ensureProgram, isFound, locatePrograms, type FoundProgram, type ProgramProgress } from "../../components/local/programs/index";
import { compareVersions, findInstalled, fits, parseVersion } from "../../components/local/programs/on-path";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import { programNames, programs, thisPlatform, type Program, type Release } from "../../components/local/programs/table";
import { versions } from "../../components/server/versions";
import { build, wrapperModule } from "../../tools/build-programs/go-build";
import { withLock } from "../../tools/build-programs/lock";
import { recipes } from "../../tools/build-programs/recipes";

let dir: string;
const path = process.env.PATH;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), "programs-")); });
afterEach(() => {
  process.env.PATH = path;
  rmSync(dir, { recursive: true, force: true });
});

function script(file: string, body: string) {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

/** A program nobody has, so that what is installed on this machine has no part in the tests. */
function standIn(release?: Release): Program {
  return {
    name: "caddy", version: "2.1.0", alsoCached: ["2.0.0-dev"], binaries: ["stand-in", "stand-in-tool"],
    installed: { atLeast: "2.1.0", below: "3.0.0" }, versionArgs: ["--version"],
    releases: release ? { "linux-amd64": release, "linux-arm64": release, "darwin-amd64": release, "darwin-arm64": release } : {},
  };
}

describe("versions", () => {
  it("are read from what each program prints", () => {
    const printed: [string, string | undefined][] = [
      ["prometheus, version 3.14.0 (branch: HEAD, revision: d759)\n  go version: go1.26.8", "3.14.0"],
      ["v3.259.0\n", "3.259.0"],
      ["v2.11.7 h1:abc=", "2.11.7"],
      ["grafana version 13.2.3", "13.2.3"],
      ["Docker Compose version v5.6.0", "5.6.0"],
      ["tempo, version 2.8.0-dev (branch: )", "2.8.0-dev"],
      ["\nalloy, version v1.19.2 (branch: HEAD)", "1.19.2"],
      ["alertmanager, version  (branch: , revision: unknown)\n  go version:       go1.26.8", undefined],
      ["unknown", undefined],
    ];
    for (const [text, version] of printed) assert.equal(parseVersion(text), version, text);
  });

  it("are compared by number, and a pre-release comes before its release", () => {
    assert.ok(compareVersions("3.9.0", "3.14.0") < 0);
    assert.ok(compareVersions("2.8.0-dev", "2.8.0") < 0);
    assert.ok(compareVersions("2.8.0", "2.8.0-rc.1") > 0);
    assert.equal(compareVersions("1.2.3", "1.2.3"), 0);
  });

  it("fit a range from its lower end up to below its upper end", () => {
    const range = { atLeast: "3.14.0", below: "4.0.0" };
    assert.deepEqual(["3.13.9", "3.14.0", "3.99.1", "4.0.0"].map(version => fits(version, range)), [false, true, true, false]);
  });
});

describe("the table", () => {
  it("serves linux on amd64 and arm64 with every program", () => {
    for (const name of programNames) {
      assert.ok(programs[name].releases["linux-amd64"], name);
      assert.ok(programs[name].releases["linux-arm64"], name);
    }
  });

  it("has for every release file a SHA-256 or the publisher's list, over https", () => {
    for (const name of programNames) {
      for (const [platform, release] of Object.entries(programs[name].releases)) {
        if (release.sha256 !== undefined) assert.match(release.sha256, /^[0-9a-f]{64}$/, `${name} ${platform}`);
        assert.match(release.checksums, /^https:\/\//, `${name} ${platform}`);
        assert.match(release.url, /^https:\/\//, `${name} ${platform}`);
      }
    }
  });

  it("names every binary of an archive that is not kept whole, and no two files have the same checksum", () => {
    const seen = new Set<string>();
    for (const name of programNames) {
      for (const release of Object.values(programs[name].releases)) {
        if (release.members !== "all") assert.deepEqual(Object.keys(release.members), programs[name].binaries);
        if (release.sha256 !== undefined) assert.ok(!seen.has(release.sha256), `${name} ${release.sha256}`);
        if (release.sha256 !== undefined) seen.add(release.sha256);
      }
    }
  });

  it("downloads exactly the versions that the server is configured for", () => {
    for (const [service, version] of Object.entries(versions)) assert.equal(programs[service as keyof typeof versions].version, version);
  });

  it("accepts what its own programs are", () => {
    for (const name of programNames) assert.ok(fits(programs[name].version, programs[name].installed), name);
  });

  it("accepts in the cache what the recipes build, with all its binaries", () => {
    for (const recipe of recipes) {
      const program = programs[recipe.name];
      assert.ok([program.version, ...program.alsoCached].includes(recipe.version), `${recipe.name} ${recipe.version}`);
      assert.deepEqual(Object.keys(recipe.packages), program.binaries);
    }
  });

  it("knows the platforms by the publishers' names", () => {
    assert.equal(thisPlatform("linux", "x64"), "linux-amd64");
    assert.equal(thisPlatform("darwin", "arm64"), "darwin-arm64");
    assert.equal(thisPlatform("win32", "x64"), undefined);
  });
});

describe("an installed program", () => {
  const withPath = (folder: string) => findInstalled(standIn(), { PATH: folder });

  it("is used in a fitting version", async () => {
    script(join(dir, "stand-in"), "echo stand-in, version 2.3.4");
    script(join(dir, "stand-in-tool"), "exit 0");
    assert.deepEqual(await withPath(`/nowhere${delimiter}${dir}`), {
      version: "2.3.4", paths: { "stand-in": join(dir, "stand-in"), "stand-in-tool": join(dir, "stand-in-tool") },
    });
  });

  it("is skipped in another version, and the reason says which is needed", async () => {
    script(join(dir, "stand-in"), "echo stand-in, version 1.9.0");
    script(join(dir, "stand-in-tool"), "exit 0");
    assert.deepEqual(await withPath(dir), { skipped: `${join(dir, "stand-in")} is 1.9.0 (needed: at least 2.1.0 and below 3.0.0)` });
  });

  it("is skipped when it does not say its version or a companion is not there", async () => {
    script(join(dir, "stand-in"), "echo who knows");
    assert.deepEqual(await withPath(dir), { skipped: "stand-in-tool is not on PATH" });
    script(join(dir, "stand-in-tool"), "exit 0");
    assert.match(JSON.stringify(await withPath(dir)), /does not say its version/);
  });
});

describe("the cache", () => {
  it("is where PULUMI_LGTM_CACHE says, else in the user's cache folder", () => {
    assert.equal(programsDir({ PULUMI_LGTM_CACHE: "/a", XDG_CACHE_HOME: "/b" }), "/a/pulumi-lgtm/programs");
    assert.equal(programsDir({ XDG_CACHE_HOME: "/b" }), "/b/pulumi-lgtm/programs");
  });

  it("finds a built version, prefers the released one, and does not count an incomplete folder", () => {
    const place = (version: string, binary: string) => script(join(dir, `caddy-${version}`, binary), "exit 0");
    place("2.0.0-dev", "stand-in");
    assert.equal(findCached(standIn(), dir), undefined);
    place("2.0.0-dev", "stand-in-tool");
    assert.equal(findCached(standIn(), dir)?.version, "2.0.0-dev");
    place("2.1.0", "stand-in");
    place("2.1.0", "stand-in-tool");
    assert.equal(findCached(standIn(), dir)?.version, "2.1.0");
  });

  it("gives a pulumi of the older layout its place in bin, without taking it from the old one", () => {
    script(join(dir, `pulumi-${programs.pulumi.version}`, "pulumi"), "exit 0");
    const cached = findCached(programs.pulumi, dir);
    assert.equal(cached?.paths.pulumi, join(dir, `pulumi-${programs.pulumi.version}`, "bin", "pulumi"));
    assert.ok(existsSync(join(dir, `pulumi-${programs.pulumi.version}`, "pulumi")));
    assert.deepEqual(findCached(programs.pulumi, dir), cached);
  });

  it("keeps what is there when somebody else was first, and adds what is missing", () => {
    for (const [folder, file] of [["mine", "a"], ["mine", "b"], ["theirs", "a"]] as const) {
      mkdirSync(join(dir, folder), { recursive: true });
      writeFileSync(join(dir, folder, file), folder);
    }
    putInPlace(join(dir, "mine"), join(dir, "theirs"));
    assert.deepEqual(["a", "b"].map(file => readFileSync(join(dir, "theirs", file), "utf8")), ["theirs", "mine"]);
  });
});

describe("pulumi", () => {
  it("gets the layout that the automation API wants, with a dynamic provider beside a built one", () => {
    const cached = join(dir, "pulumi-1", "bin", "pulumi");
    script(cached, "exit 0");
    const pulumi: FoundProgram = { name: "pulumi", version: "1", path: cached, paths: { pulumi: cached }, origin: "cache" };
    assert.equal(pulumiRoot(pulumi, dir), join(dir, "pulumi-1"));
    assert.ok(statSync(join(dir, "pulumi-1", "bin", "pulumi-resource-pulumi-nodejs")).mode & 0o100);
  });

  it("that is installed outside a bin folder is linked, and nothing is written beside it", () => {
    const installed = join(dir, "opt", "pulumi");
    script(installed, "exit 0");
    const pulumi: FoundProgram = { name: "pulumi", version: "1", path: installed, paths: { pulumi: installed }, origin: "path" };
    const root = pulumiRoot(pulumi, dir);
    assert.equal(pulumiRoot(pulumi, dir), root);
    execFileSync(join(root, "bin", "pulumi"));
    assert.deepEqual(readdirSync(join(dir, "opt")), ["pulumi"]);
  });
});

describe("a download", () => {
  let server: Server;
  let base: string;
  let answer: RequestListener;
  before(async () => {
    process.env.NO_PROXY = process.env.no_proxy = "127.0.0.1";
    server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
    await new Promise(resolve => server.once("listening", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => forgetUnreachable());
  after(() => server.close());

  const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

  /** An archive like a release: a top folder with the program, its tool and a file nobody needs. */
  function archive(): Buffer {
    for (const file of ["stand-in", "stand-in-tool", "LICENSE"]) script(join(dir, "source", "top", file), `echo ${file}, version 2.1.0`);
    return execFileSync("tar", ["-czf", "-", "-C", join(dir, "source"), "top"]);
  }

  const release = (sha: string | undefined): Release => ({
    url: `${base}/stand-in.tar.gz`, checksums: `${base}/SHA256SUMS`, format: "tar.gz", ...(sha ? { sha256: sha } : {}),
    members: { "stand-in": "top/stand-in", "stand-in-tool": "top/stand-in-tool" },
  });

  it("is verified, unpacked and found in the cache the next time", async () => {
    const data = archive();
    answer = (_request, response) => response.setHeader("content-length", data.length).end(data);
    const cacheDir = join(dir, "cache");
    const events: ProgramProgress[] = [];
    const first = await ensureProgram(standIn(release(sha256(data))), { cacheDir, onProgress: event => events.push(event) });
    assert.ok(isFound(first), JSON.stringify(first));
    assert.equal(first.origin, "release");
    assert.equal(execFileSync(first.path, { encoding: "utf8" }), "stand-in, version 2.1.0\n");
    assert.deepEqual(readdirSync(cacheDir), ["caddy-2.1.0"]);
    assert.deepEqual(readdirSync(join(cacheDir, "caddy-2.1.0")).sort(), ["stand-in", "stand-in-tool"]);
    assert.ok(events.some(event => event.doneBytes === data.length && event.totalBytes === data.length));
    assert.deepEqual([events[0]?.step, events.at(-1)?.step], ["downloading", "done"]);
    const second = await ensureProgram(standIn(release(sha256(data))), { cacheDir });
    assert.equal(isFound(second) && second.origin, "cache");
  });

  it("with another checksum is refused, and nothing of it is left", async () => {
    const data = archive();
    answer = (_request, response) => response.end(data);
    const result = await ensureProgram(standIn(release("0".repeat(64))), { cacheDir: join(dir, "cache") });
    assert.ok(!isFound(result));
    assert.match(result.missing, new RegExp(`checksum ${sha256(data)}, but .*table.ts says 0{64}`));
    assert.deepEqual(readdirSync(join(dir, "cache")), []);
  });

  it("without a pinned checksum is verified by the publisher's list, and refused when the list does not name it", async () => {
    const data = archive();
    let list = `${"1".repeat(64)}  other.tar.gz\n${sha256(data)}  stand-in.tar.gz\n`;
    answer = (request, response) => response.end(request.url === "/SHA256SUMS" ? list : data);
    const events: string[] = [];
    const good = await ensureProgram(standIn(release(undefined)), { cacheDir: join(dir, "good"), onProgress: event => events.push(event.detail) });
    assert.ok(isFound(good), JSON.stringify(good));
    assert.ok(events.includes(`checksum from ${base}/SHA256SUMS`));
    list = `${"1".repeat(64)}  other.tar.gz\n${"2".repeat(64)}  another.tar.gz\n`;
    const bad = await ensureProgram(standIn(release(undefined)), { cacheDir: join(dir, "bad") });
    assert.match(isFound(bad) ? "" : bad.missing, /SHA256SUMS has no line for stand-in.tar.gz/);
    assert.deepEqual(readdirSync(join(dir, "bad")), []);
  });

  for (const withCurl of [true, false]) {
    const by = withCurl ? "by curl" : "by fetch";

    it(`${by} that breaks off leaves no file`, async () => {
      answer = (_request, response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write("x".repeat(100), () => response.destroy());
      };
      await assert.rejects(download(`${base}/broken`, join(dir, "file"), undefined, withCurl), new RegExp(`${base}/broken: `));
      assert.deepEqual(readdirSync(dir), []);
    });

    it(`${by} that the server refuses says what it answered`, async () => {
      answer = (_request, response) => response.writeHead(404).end();
      await assert.rejects(download(`${base}/none`, join(dir, "file"), undefined, withCurl), /\/none: .*404/);
      assert.deepEqual(readdirSync(dir), []);
    });

    it(`${by} from a host that is not there says so, and the host is not tried again`, async () => {
      const closed = createServer().listen(0, "127.0.0.1");
      await new Promise(resolve => closed.once("listening", resolve));
      const { port } = closed.address() as AddressInfo;
      await new Promise(resolve => closed.close(resolve));
      const reason = new RegExp(`127\\.0\\.0\\.1:${port} could not be reached \\(`);
      await assert.rejects(download(`http://127.0.0.1:${port}/a`, join(dir, "file"), undefined, withCurl), reason);
      // Now somebody listens, and still nobody asks.
      let asked = false;
      const late = createServer((_request, response) => { asked = true; response.end("x"); }).listen(port, "127.0.0.1");
      await new Promise(resolve => late.once("listening", resolve));
      await assert.rejects(download(`http://127.0.0.1:${port}/b`, join(dir, "file"), undefined, withCurl), reason);
      await new Promise(resolve => late.close(resolve));
      assert.equal(asked, false);
    });
  }

  it("done twice at once gives one complete program", async () => {
    const data = archive();
    answer = (_request, response) => response.end(data);
    const cacheDir = join(dir, "cache");
    const both = await Promise.all([1, 2].map(() => ensureProgram(standIn(release(sha256(data))), { cacheDir })));
    assert.ok(both.every(isFound), JSON.stringify(both));
    assert.deepEqual(readdirSync(cacheDir), ["caddy-2.1.0"]);
  });

  const noPython = spawnSync("python3", ["--version"]).error ? "python3 makes this test's zip, and is not here" : false;
  it("may be a zip whose files are not executable, or the program itself", { skip: noPython }, async () => {
    script(join(dir, "source", "stand-in-linux"), "echo zipped");
    chmodSync(join(dir, "source", "stand-in-linux"), 0o644);
    const zip = join(dir, "a.zip");
    execFileSync("python3", ["-m", "zipfile", "-c", zip, join(dir, "source", "stand-in-linux")]);
    const raw = readFileSync(join(dir, "source", "stand-in-linux"));
    answer = (request, response) => response.end(request.url?.endsWith("zip") ? readFileSync(zip) : raw);
    const one: Program = { ...standIn(), binaries: ["stand-in"] };
    for (const format of ["zip", "raw"] as const) {
      const data = format === "zip" ? readFileSync(zip) : raw;
      const file: Release = { ...release(sha256(data)), url: `${base}/file.${format}`, format, members: { "stand-in": "stand-in-linux" } };
      const result = await ensureProgram({ ...one, releases: { [thisPlatform() as string]: file } }, { cacheDir: join(dir, format) });
      assert.ok(isFound(result), JSON.stringify(result));
      assert.equal(execFileSync(result.path, { encoding: "utf8" }), "zipped\n");
    }
  });

  it("of an archive that is kept whole has everything below its top folder", async () => {
    const data = archive();
    answer = (_request, response) => response.end(data);
    const whole: Program = { ...standIn({ ...release(sha256(data)), members: "all", into: "bin" }), folder: "bin" };
    const result = await ensureProgram(whole, { cacheDir: join(dir, "cache") });
    assert.ok(isFound(result), JSON.stringify(result));
    assert.deepEqual(readdirSync(join(dir, "cache", "caddy-2.1.0", "bin")).sort(), ["LICENSE", "stand-in", "stand-in-tool"]);
  });

  it("is verified by SHA-512 where the publisher lists that", async () => {
    const file = join(dir, "stand-in.tar.gz");
    writeFileSync(file, "data");
    answer = (_request, response) => response.end(`${createHash("sha512").update("data").digest("hex")}  stand-in.tar.gz\n`);
    assert.equal(await verify(file, release(undefined)), `checksum from ${base}/SHA256SUMS`);
  });
});

describe("a list of checksums", () => {
  it("is read with and without the marks of sha256sum, or as a single checksum", () => {
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    assert.equal(checksumIn(`${a}  x.zip\n${b} *y.zip\n`, "y.zip"), b);
    assert.equal(checksumIn(`${b}  ./y.zip\n`, "y.zip"), b);
    assert.equal(checksumIn(`${a}\n`, "y.zip"), a);
    assert.equal(checksumIn(`${a}  x.zip\n`, "y.zip"), undefined);
    assert.equal(checksumIn("<html>not found</html>", "y.zip"), undefined);
  });
});

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
