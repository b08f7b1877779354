import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitForRelease, type ReadStatus } from "../../components/cloud/wait";
import { rollout } from "../mocks";
import { status } from "./status";

const release = "a".repeat(64);

/** Waits for a server whose reports come one after the other; the last one stays. */
async function waitFor(reports: (string | undefined | Error)[], seconds = 60): Promise<{ said: string[]; looks: number; silences: number[] }> {
  const said: string[] = [];
  const silences: number[] = [];
  let looks = 0;
  let clock = 0;
  const read: ReadStatus = async () => {
    const report = reports[Math.min(looks++, reports.length - 1)];
    clock += 10_000;
    if (report instanceof Error) throw report;
    return report;
  };
  await waitForRelease({ release, rollout }, read, { seconds, say: line => said.push(line), hint: "Look at the machine.", silent: () => silences.push(clock / 1000), interval: 0, now: () => clock });
  return { said, looks, silences };
}

const report = (more: Parameters<typeof status>[1]) => JSON.stringify(status(release, more));

describe("waiting for a release", () => {
  it("ends when the server has applied it, and says on the way what the server does", async () => {
    const { said, looks } = await waitFor([undefined, report({ result: "running", step: "images" }), report({ result: "running", step: "images" }), report({})]);
    assert.deepEqual(said, ["waiting for the server's first report", 'the server is at the step "images"']);
    assert.equal(looks, 4);
  });

  it("fails with the server's own words", async () => {
    const refused = report({ result: "refused", step: "validate", message: "prometheus refuses its configuration", lastLines: ["line 3: no such key"] });
    await assert.rejects(waitFor([refused]), /refused the release and changed nothing \(step "validate".*\): prometheus refuses its configuration\n {2}line 3: no such key/);
    await assert.rejects(waitFor([report({ result: "rolled-back", message: "grafana did not answer" })]), /the one before runs again .*grafana did not answer/);
    await assert.rejects(waitFor([report({ result: "failed", message: "no space" })]), /tries it again by itself .*no space/);
  });

  it("gives up in time, and says what it saw last and where to look", async () => {
    await assert.rejects(waitFor([undefined]), /was not done after 60 s: the server has not reported yet\. Look at the machine\./);
    await assert.rejects(waitFor([new Error("403 Forbidden")]), /the report cannot be read: 403 Forbidden/);
    await assert.rejects(waitFor([report({ result: "running", step: "disk" })]), /its last step was "disk" at 2026-11-22T12:00:00Z/);
  });

  it("tells once of a server that is silent for a minute, and of no other", async () => {
    const running = report({ result: "running", step: "images" });
    assert.deepEqual((await waitFor([...Array<undefined>(20).fill(undefined), report({})], 600)).silences, [60]);
    assert.deepEqual((await waitFor([undefined, running, ...Array<string>(20).fill(running), report({})], 600)).silences, []);
  });

  it("takes no report of another release or of an earlier time, and none that fails to be read for one", async () => {
    const other = JSON.stringify(status("b".repeat(64), { result: "failed", message: "an old one" }));
    const earlier = report({ rollout: "of an earlier time" });
    const { looks } = await waitFor([other, earlier, new Error("busy"), report({})]);
    assert.equal(looks, 4);
  });
});
