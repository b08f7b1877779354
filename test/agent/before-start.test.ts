import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { checkout } from "../checkout";

describe("the agent's places in log files, before it starts", () => {
  const root = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-places-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const data = join(root, "var/lib/lgtm-agent/data");
  const positions = join(data, "loki.source.file.files_0/positions.yml");
  const delivered = join(data, "delivered");
  const log = join(root, "orders.log");

  /** 10,000 lines of 100 bytes, all of them read. */
  beforeEach(() => {
    rmSync(data, { recursive: true, force: true });
    rmSync(log, { force: true });
    mkdirSync(join(data, "loki.source.file.files_0"), { recursive: true });
    writeFileSync(log, Array.from({ length: 10_000 }, (_, i) => `${String(i).padEnd(99, ".")}\n`).join(""));
    place(1_000_000);
  });

  function place(at: number, labels = `'{service_name="orders"}'`): void {
    writeFileSync(positions, `positions:\n  ? path: ${log}\n    labels: ${labels}\n  : "${at}"\n`);
    const soon = Date.now() / 1000 + 5;
    utimesSync(positions, soon, soon);
  }

  /** The place afterwards; undefined: none, so that the file is read from its start. */
  function afterwards(): number | undefined {
    execFileSync("python3", ["-B", join(checkout, "components/agent/on-server/before_start.py")], { env: { ...process.env, LGTM_AGENT_ROOT: root } });
    const found = /: "(\d+)"/.exec(readFileSync(positions, "utf8"));
    return found ? Number(found[1]) : undefined;
  }

  it("go back to the beginning of a line, by all that may have been in memory", () => assert.equal(afterwards(), 737_900));

  it("stay once, where everything was sent", () => {
    writeFileSync(delivered, "");
    assert.equal(afterwards(), 1_000_000);
    assert.ok(!existsSync(delivered));
    place(1_000_000);
    assert.equal(afterwards(), 737_900);
  });

  it("go to the start of a short file, and stay in one that rested for a day or is another's", () => {
    place(5_000);
    assert.equal(afterwards(), 0);
    place(1_000_000, "'{}'");
    assert.equal(afterwards(), 1_000_000);
    place(1_000_000);
    const rested = Date.now() / 1000 - 90_000;
    utimesSync(log, rested, rested);
    assert.equal(afterwards(), 1_000_000);
  });

  it("are forgotten of a file that was cut, also when all was sent", () => {
    truncateSync(log, 1000);
    writeFileSync(delivered, "");
    assert.equal(afterwards(), undefined);
  });

  it("are forgotten of another file of the same name, where the file system says when it was made", context => {
    if (!Number(execFileSync("stat", ["-c", "%W", log], { encoding: "utf8" }))) return context.skip("this file system does not say it");
    const before = Date.now() / 1000 - 60;
    utimesSync(positions, before, before);
    assert.equal(afterwards(), undefined);
  });

  it("stay where a file is gone or its entry is not understood", () => {
    rmSync(log);
    assert.equal(afterwards(), 1_000_000);
    writeFileSync(positions, "positions: {}\n");
    assert.equal(afterwards(), undefined);
  });
});
