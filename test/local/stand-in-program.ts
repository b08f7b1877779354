import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "node:test";
import type { Program, Release } from "../../components/local/programs/table";

/** A folder of each test's own. */
export let dir: string;
/** What a test may change, and finds as it was. */
export const path = process.env.PATH;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), "programs-")); });
afterEach(() => {
  process.env.PATH = path;
  rmSync(dir, { recursive: true, force: true });
});

export function script(file: string, body: string) {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

/** A program nobody has, so that what is installed on this machine has no part in the tests. */
export function standIn(release?: Release): Program {
  return {
    name: "caddy", version: "2.1.0", alsoCached: ["2.0.0-dev"], binaries: ["stand-in", "stand-in-tool"],
    installed: { atLeast: "2.1.0", below: "3.0.0" }, versionArgs: ["--version"],
    releases: release ? { "linux-amd64": release, "linux-arm64": release, "darwin-amd64": release, "darwin-arm64": release } : {},
  };
}
