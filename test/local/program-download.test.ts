import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { checksumIn, download, forgetUnreachable, verify } from "../../components/local/programs/download";
import { ensureProgram, isFound, type ProgramProgress } from "../../components/local/programs/index";
import { thisPlatform, type Program, type Release } from "../../components/local/programs/table";
import { dir, script, standIn } from "./stand-in-program";

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
