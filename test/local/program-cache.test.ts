import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import { findCached, programsDir, putInPlace } from "../../components/local/programs/cache";
import type { FoundProgram } from "../../components/local/programs/index";
import { findInstalled } from "../../components/local/programs/on-path";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import { programs } from "../../components/local/programs/table";
import { dir, script, standIn } from "./stand-in-program";

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
