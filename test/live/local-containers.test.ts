import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { isFound, locatePrograms } from "../../components/local/programs";
import { ensureDocker } from "./harness/engine";
import { ensureImages, leaveOut } from "./harness/service-images";
import { localScene, until, type LocalScene } from "./local-scene";

let scene: LocalScene;
let missing: string | undefined;
let without: { leaveOut: string[] };

/** Real engine and Compose; images made of the real programs under the official names. */
describe("the server on this machine in containers", { timeout: 900_000 }, () => {
  before(async () => {
    const { compose } = await locatePrograms(["compose"]);
    missing = isFound(compose) ? await engineProblem() : `Docker Compose is not here: ${compose.missing}`;
    if (missing !== undefined || !isFound(compose)) return;
    await ensureImages();
    scene = await localScene({}, {});
    const plugins = join(scene.home, "docker", "cli-plugins");
    mkdirSync(plugins, { recursive: true });
    symlinkSync(compose.path, join(plugins, "docker-compose"));
    scene.env.DOCKER_CONFIG = join(scene.home, "docker");
    // Alloy sees the host's file systems through a mount that follows them, which needs a root that can be followed.
    const followed = /^\d+ \d+ \S+ \S+ \/ \S+ (shared|master):/m.test(readFileSync("/proc/self/mountinfo", "utf8"));
    without = { leaveOut: [...leaveOut, ...(followed ? [] : ["alloy"])] };
    scene.configure(without);
  });

  after(() => scene?.remove());

  /** Skipped with the reason where there can be no engine; in CI there must be one. */
  const test = (name: string, body: () => void | Promise<void>) =>
    it(name, (context: TestContext) => {
      if (missing === undefined) return body();
      assert.notEqual(process.env.CI, "true", missing);
      return context.skip(missing);
    });

  test("is what npm start chooses when an engine has the images", () => {
    const { runtime, changed } = scene.start();
    assert.deepEqual([runtime, changed], ["containers", true]);
    assert.equal(scene.run("status").code, 0);
    assert.ok(containers().includes("lgtm-loki"));
  });

  test("does nothing when nothing changed", () => {
    const ids = idsByName();
    assert.equal(scene.start().changed, false);
    assert.deepEqual(idsByName(), ids);
  });

  test("touches only the service whose files changed", () => {
    const before = startedByName();
    scene.configure({ ...without, retention: { logs: "14d" } });
    assert.equal(scene.start().changed, true);
    const now = startedByName();
    assert.notEqual(now["lgtm-loki"], before["lgtm-loki"]);
    assert.deepEqual({ ...now, "lgtm-loki": "" }, { ...before, "lgtm-loki": "" });
  });

  test("says what is dead, and the next start repairs it", () => {
    docker("stop", "lgtm-loki");
    const { code, text } = scene.run("status");
    assert.equal(code, 1);
    assert.match(text, /^loki +stopped/m);
    assert.equal(scene.start().changed, true);
    assert.equal(scene.run("status").code, 0);
  });

  test("moves to processes when told to, with its data, and leaves no container", async () => {
    const count = () => spawnSync("curl", ["-sS", "-G", `http://127.0.0.1:${scene.spec.internalPorts!.prometheus}/api/v1/query`, "--data-urlencode", 'query=count_over_time(up{job="prometheus"}[1h])'], { encoding: "utf8" }).stdout;
    await until("Prometheus has watched itself in a container", () => /"\d+"\]/.test(count()));
    scene.configure(without, { runtime: "processes" });
    assert.equal(scene.start().runtime, "processes");
    assert.deepEqual(containers(), []);
    await until("its samples are still there", () => /"\d+"\]/.test(count()));
  });

  test("stops and leaves nothing", () => {
    const { code, text } = scene.run("stop");
    assert.equal(code, 0, text);
    assert.deepEqual(containers(), []);
  });
});

async function engineProblem(): Promise<string | undefined> {
  try {
    await ensureDocker();
  } catch (error) {
    return (error as Error).message;
  }
  const there = containers();
  return there.length ? `a server runs in containers on this machine already: ${there.join(", ")}` : undefined;
}

function docker(...args: string[]): string {
  const done = spawnSync("docker", args, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

function containers(): string[] {
  return docker("ps", "--all", "--filter", "label=com.docker.compose.project=lgtm", "--format", "{{.Names}}").split("\n").filter(Boolean).sort();
}

function idsByName(): Record<string, string> {
  return Object.fromEntries(containers().map(name => [name, docker("inspect", "--format", "{{.Id}}", name)]));
}

function startedByName(): Record<string, string> {
  return Object.fromEntries(containers().map(name => [name, docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name)]));
}
