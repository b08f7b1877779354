import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseRuntime, type MachineFacts } from "../../components/local/runtime";

const machine = (facts: Partial<MachineFacts> = {}): MachineFacts => ({
  platform: "linux",
  before: () => undefined,
  engineProblem: () => undefined,
  absent: () => [],
  canPull: () => false,
  ...facts,
});

describe("the choice between containers and processes", () => {
  it("is containers when an engine runs and every image is here", () => {
    assert.equal(chooseRuntime(undefined, ["caddy:2"], machine()).runtime, "containers");
  });

  it("is containers when an image is absent but its registry answers", () => {
    assert.equal(chooseRuntime(undefined, ["caddy:2"], machine({ absent: images => images, canPull: () => true })).runtime, "containers");
  });

  it("is processes when an image can be had nowhere, and names the image", () => {
    const choice = chooseRuntime(undefined, ["caddy:2", "grafana/loki:3"], machine({ absent: () => ["grafana/loki:3"] }));
    assert.equal(choice.runtime, "processes");
    assert.match(choice.why, /grafana\/loki:3/);
    assert.doesNotMatch(choice.why, /caddy/);
  });

  it("is processes without an engine, and says why", () => {
    assert.deepEqual(chooseRuntime(undefined, [], machine({ engineProblem: () => "no container engine is running" })), { runtime: "processes", why: "no container engine is running" });
  });

  it("stays what it was, whatever the engine does meanwhile", () => {
    assert.equal(chooseRuntime(undefined, [], machine({ before: () => "processes" })).runtime, "processes");
  });

  it("is an error when containers ran before and the engine is gone, instead of a silent move", () => {
    assert.throws(() => chooseRuntime(undefined, [], machine({ before: () => "containers", engineProblem: () => "no container engine is running" })), /"containers" \(as before\).*no container engine is running.*Start the container engine, or set runtime to "processes"/);
  });

  it("is what was asked for, and an error where that cannot be", () => {
    assert.equal(chooseRuntime("processes", [], machine()).runtime, "processes");
    assert.throws(() => chooseRuntime("containers", [], machine({ engineProblem: () => "Docker Compose v2 is not installed" })), /as asked for.*Compose/);
  });

  it("knows that macOS has containers only, and says what to start", () => {
    const mac = machine({ platform: "darwin", engineProblem: () => "no container engine is running" });
    assert.throws(() => chooseRuntime(undefined, [], mac), /On macOS the server runs in containers only, and no container engine is running. Start Docker Desktop.*WSL/);
    assert.throws(() => chooseRuntime("processes", [], mac), /containers only/);
    assert.equal(chooseRuntime(undefined, [], machine({ platform: "darwin" })).runtime, "containers");
  });
});
