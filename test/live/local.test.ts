import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inFolder } from "../../components/local/folder";
import { isFound, locatePrograms } from "../../components/local/programs";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import type { ServerSpec } from "../../components/server/spec";
import program from "../../stacks/index";
import { localStack, readConfig } from "../../tools/stack";
import { listen, localScene, until, type LocalScene, type Outcome } from "./local-scene";

let scene: LocalScene;
let folder: string;
let spec: ServerSpec;
let start: LocalScene["start"];
let run: LocalScene["run"];
let configure: LocalScene["configure"];

/** Real engine, real programs, a real process manager. Services that cannot be had on the machine are left to the other tests. */
describe("the server on this machine, by npm start", { timeout: 1_500_000 }, () => {
  before(async () => {
    scene = await localScene({ runtime: "processes" }, { LGTM_TEST_MARK: "of-the-callers-environment" });
    ({ folder, spec, start, run, configure } = scene);
  });

  after(() => scene.remove());

  it("says before anything starts which port is taken and which key to set, and again at the next try", async context => {
    const taken = await listen(spec.internalPorts!.loki!);
    context.after(() => taken.close());
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, text } = run("start");
      assert.equal(code, 1, text);
      assert.match(text, new RegExp(`Port ${spec.internalPorts!.loki} of 127.0.0.1 is taken.*internalPorts.loki another number`));
    }
    assert.deepEqual(processes(), []);
  });

  it("goes on after a kill in the middle of the first start", async () => {
    const child = spawn(process.execPath, [scene.tool("start"), "--config", scene.config], { env: scene.env, stdio: "ignore", detached: true });
    const ended = new Promise(resolve => child.on("exit", resolve));
    await until("the services start", () => processes().length > 0);
    for (const pid of tree(child.pid!)) kill(pid);
    await ended;
  });

  let first: Outcome;
  it("starts", () => {
    first = start();
    assert.equal(first.runtime, "processes");
    const running = Object.keys(first.status.services).filter(name => first.status.services[name]!.running);
    for (const name of ["prometheus", "loki", "tempo", "alertmanager", "alloy", "caddy"]) assert.ok(running.includes(name), `${name} runs`);
    for (const name of Object.keys(first.missing)) assert.ok(first.missing[name], `${name} has a reason`);
  });

  it("has left the engine behind: its processes are daemons, with nothing of the caller's environment", () => {
    assert.ok(processes().length >= 6);
    for (const pid of processes()) {
      assert.ok(!readFileSync(`/proc/${pid}/environ`, "utf8").includes("of-the-callers-environment"), `environment of ${pid}`);
      assert.ok(!execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).includes("pulumi up"));
    }
  });

  it("puts no secret into Pulumi's state, and gives the files with secrets to the user alone", () => {
    const secrets = readdirSync(inFolder(folder).secrets).map(name => readFileSync(join(inFolder(folder).secrets, name), "utf8"));
    const holders = filesUnder(scene.home).filter(path => secrets.some(secret => readFileSync(path).includes(secret)));
    assert.deepEqual(holders.filter(path => path.startsWith(join(scene.home, "pulumi-lgtm", "pulumi"))), []);
    assert.ok(holders.length >= secrets.length);
    for (const path of holders) assert.equal(statSync(path).mode & 0o077, 0, `${path} is readable by others`);
  });

  it("takes what its own screen says to paste, and finds it again", async () => {
    const { text } = run("start");
    const lines = text.split("\n").filter(line => line.startsWith("curl -K"));
    assert.equal(lines.length, 3, text);
    for (const line of lines) assert.match(execFileSync("bash", ["-c", `${line} -sS -o /dev/null -w '%{http_code}'`], { encoding: "utf8" }), /^20[04]$/, line);
    const read = (path: string, ...args: string[]) => execFileSync("curl", ["-sS", "-K", inFolder(folder).curl("read", "default"), `https://localhost:${spec.ports!.https}/read/${path}`, ...args], { encoding: "utf8" });
    await until("the log line is found", () => read("loki/loki/api/v1/query_range", "-G", "--data-urlencode", 'query={service_name="hello"}').includes('"hello"'));
    await until("the metric is found", () => read("prometheus/api/v1/query", "-G", "--data-urlencode", 'query=hello{job="hello"}').includes('"hello"'));
  });

  it("does nothing when nothing changed", () => {
    const pids = processes();
    const again = start();
    assert.equal(again.changed, false);
    assert.deepEqual(processes(), pids);
    assert.ok(again.seconds < 30, `took ${again.seconds} s`);
  });

  it("shows in a preview which line of which file would change, and changes nothing", async () => {
    configure({ retention: { logs: "14d" } });
    const { text } = run("start", "--preview");
    assert.match(text, /^~ config\/loki\/loki\.yml$/m);
    assert.match(text, /^ +- +retention_period: 720h\n +\+ +retention_period: 336h$/m);
    assert.match(text, /^1 files? would change\.$/m);
    assert.match(await engineDiff(), /::monitoring-files\/config\/loki\/loki\.yml\][\s\S]{0,4000}~ retention_period +: "720h" => "336h"/);
  });

  it("touches only the service whose files changed", () => {
    const before = pidsByService();
    const changed = start();
    assert.equal(changed.changed, true);
    const now = pidsByService();
    assert.notEqual(now.loki, before.loki);
    assert.deepEqual({ ...now, loki: 0 }, { ...before, loki: 0 });
  });

  it("lets a service that can reload go on running", () => {
    configure({ retention: { logs: "14d", metrics: "30d" } });
    const before = pidsByService();
    assert.equal(start().changed, true);
    assert.deepEqual(pidsByService(), before);
    assert.match(execFileSync("curl", ["-sS", `http://127.0.0.1:${spec.internalPorts!.prometheus}/api/v1/status/runtimeinfo`], { encoding: "utf8" }), /"storageRetention":"30d/);
  });

  it("ends what it has begun when it is interrupted, says so, and goes on at the next start", async () => {
    configure({ retention: { logs: "21d", metrics: "30d" } });
    const child = spawn(process.execPath, [scene.tool("start"), "--config", scene.config], { env: scene.env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (said: string) => {
      const before = text.includes("switch:");
      text += said;
      // Once: the second time it would stop at once.
      if (!before && text.includes("switch:")) child.kill("SIGINT");
    });
    const code = await new Promise(resolve => child.on("close", resolve));
    assert.equal(code, 130, text);
    assert.match(text, /Stopped before the end\. npm start goes on from here/);
    start();
    assert.equal(run("status").code, 0);
    assert.equal(start().changed, false);
  });

  it("rolls a rotated secret out", () => {
    const token = join(inFolder(folder).secrets, "push-default");
    writeFileSync(token, "f".repeat(64));
    assert.equal(start().changed, true);
    assert.match(readFileSync(inFolder(folder).curl("push", "default"), "utf8"), /Bearer f{64}/);
    assert.match(readFileSync(join(folder, "run/secrets/caddy/push-default.token"), "utf8"), /^f{64}$/);
  });

  it("says what is dead, and the next start repairs just that", async () => {
    assert.equal(run("status").code, 0);
    kill(Number(readFileSync(join(folder, "pm2", "pm2.pid"), "utf8")));
    const { code, text } = run("status");
    assert.equal(code, 1);
    assert.match(text, /^loki +stopped/m);
    assert.equal(start().changed, true);
    assert.equal(run("status").code, 0);
    assert.equal(start().changed, false);
  });

  it("refuses a wrong configuration in words, and leaves what runs alone", () => {
    const pids = processes();
    configure({ memory: "2GB", tmezone: "UTC" });
    const { code, text } = run("start");
    assert.equal(code, 1);
    assert.match(text, /server\.memory: "2GB" is not allowed.*Mend it with: pulumi config set/);
    assert.match(text, /server\.tmezone: no such key\. Did you mean "timezone"/);
    assert.doesNotMatch(text, /\n +at .*\.js:\d+/);
    assert.deepEqual(processes(), pids);
    assert.equal(run("start", "--no-such-option").code, 2);
  });

  it("stops, leaves nothing running and keeps the data; a second stop finds nothing to do", () => {
    configure({});
    const stopped = run("stop");
    assert.equal(stopped.code, 0, stopped.text);
    assert.deepEqual(processes(), []);
    assert.ok(readdirSync(join(folder, "data", "prometheus")).length > 0);
    assert.match(run("stop").text, /Nothing was running/);
    assert.equal(run("status").code, 1);
  });

  it("starts a second time and finds its data and its certificate again", async () => {
    const ca = readFileSync(inFolder(folder).ca, "utf8");
    start();
    assert.equal(readFileSync(inFolder(folder).ca, "utf8"), ca);
    const query = ["-sS", "-G", `http://127.0.0.1:${spec.internalPorts!.prometheus}/api/v1/query`, "--data-urlencode", "query=count_over_time(hello[1h])"];
    await until("the metric of the first run is found", () => execFileSync("curl", query, { encoding: "utf8" }).includes('"hello"'));
  });

  it("deletes the data when told to", () => {
    assert.equal(run("stop", "--delete-data").code, 0);
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(folder), false);
  });
});

/** What Pulumi itself shows of a preview. */
async function engineDiff(): Promise<string> {
  const { pulumi } = await locatePrograms(["pulumi"]);
  assert.ok(isFound(pulumi));
  // The state folder is where this process's environment says.
  process.env.PULUMI_LGTM_HOME = scene.home;
  const stack = await localStack(pulumiRoot(pulumi), readConfig(scene.config), program);
  return (await stack.preview({ diff: true, color: "never" })).stdout;
}

/** Processes of the server's folder, the process manager's too. */
function processes(): number[] {
  return readdirSync("/proc").filter(name => /^\d+$/.test(name)).map(Number).filter(pid => {
    try {
      return `${readFileSync(`/proc/${pid}/cmdline`, "utf8")}${readFileSync(`/proc/${pid}/environ`, "utf8")}`.includes(`${folder}/`) && !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`--config\0${scene.config}`);
    } catch {
      return false;
    }
  });
}

function pidsByService(): Record<string, number> {
  return Object.fromEntries(readdirSync(join(folder, "pm2", "pids")).map(name => [name.replace(/-\d+\.pid$/, ""), Number(readFileSync(join(folder, "pm2", "pids", name), "utf8"))]));
}

/** A process and all below it. */
function tree(pid: number): number[] {
  const below = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout.split("\n").filter(Boolean).map(Number);
  return [pid, ...below.flatMap(tree)];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function filesUnder(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : entry.isFile() ? [join(path, entry.name)] : []));
}
