import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareVersions, fits, parseVersion } from "../../components/local/programs/on-path";
import { programNames, programs, thisPlatform } from "../../components/local/programs/table";
import { versions } from "../../components/server/versions";
import { recipes } from "../../tools/build-programs/recipes";

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
