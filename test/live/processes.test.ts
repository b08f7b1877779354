import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";

const root = mkdtempSync(join(tmpdir(), "lgtm-pm2-"));
const apply = join(dirname(dirname(__dirname)), "components", "server", "guest", "apply");
const log = (name: string) => join(root, "logs", `${name}.log`);

/** Stand-ins for services: what matters here is the process manager, which is the real one. */
const scripts = {
  calm: "#!/bin/sh\necho started $1\nexec sleep 1000\n",
  loud: "#!/bin/sh\nhead -c 12000000 /dev/zero | tr '\\0' 'x' | fold -w 99\nexec sleep 1000\n",
  large: "#!/usr/bin/env python3\nimport time\nkept = bytearray(80_000_000)\nfor i in range(0, len(kept), 4096): kept[i] = 1\ntime.sleep(1000)\n",
  broken: "#!/bin/sh\necho broken >&2\nexit 3\n",
};
type Name = keyof typeof scripts;

const service = (name: string) => ({
  name, args: ["--of", root], env: { TZ: "Asia/Seoul" }, limitMiB: 40, secrets: [], user: [0, 0], health: "", reload: { command: ["check", "bad"] },
  validate: [["check", "@@config@@/file"]],
});
const machine = {
  root, programs: { ...Object.fromEntries(Object.keys(scripts).map(name => [name, join(root, "bin", name)])), check: join(root, "bin", "check") },
  homes: {}, missing: { absent: "nobody has it" }, node: process.execPath,
  pm2: require.resolve("pm2/bin/pm2"), pm2Logrotate: dirname(require.resolve("pm2-logrotate/package.json")),
};
const plan = { runtime: "processes", services: [...Object.keys(scripts), "absent"].map(service) };

/** Runs lines of Python with `rt`, the runtime, and answers what they print as JSON. */
function python<T>(lines: string, on: object = machine): T {
  const program = `import json, sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, sys.argv[1])\nfrom processes import Runtime\nfrom errors import StepError\n` +
    `machine, plan = json.loads(sys.argv[2]), json.loads(sys.argv[3])\nrt = Runtime(machine, plan, print)\nby = rt.services\n${lines}`;
  const done = spawnSync("python3", ["-c", program, apply, JSON.stringify(on), JSON.stringify(plan)], { encoding: "utf8", env: { ...process.env, SECRET_OF_THE_CALLER: "x" }, timeout: 120_000 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout || "null") as T;
}

type State = Record<Name | "absent", { running: boolean; restarts: number; memoryBytes: number; limitBytes: number }>;
const running = () => python<State>("print(json.dumps(rt.running()))");
const pidOf = (name: Name) => Number(readFileSync(join(root, "pm2", "pids", readdirSync(join(root, "pm2", "pids")).find(file => file.startsWith(`${name}-`))!), "utf8"));

describe("services as processes under pm2", { timeout: 300_000 }, () => {
  before(() => {
    mkdirSync(join(root, "bin"));
    mkdirSync(join(root, "logs"));
    for (const day of [1, 2, 3, 4]) writeFileSync(join(root, "logs", `loud__2020-01-0${day}_00-00-00.log`), "old\n");
    for (const [name, text] of Object.entries({ ...scripts, check: '#!/bin/sh\ncase $1 in *bad*) echo "line 3: not good"; exit 1;; esac\n' })) writeFileSync(join(root, "bin", name), text, { mode: 0o755 });
  });
  after(() => {
    python("rt.destroy()");
    rmSync(root, { recursive: true, force: true });
  });

  it("names what this machine cannot run", () => {
    assert.deepEqual(python("print(json.dumps(rt.missing()))"), { absent: "nobody has it" });
  });

  it("says how to install a process manager where there is none", () => {
    const said = python<string>("try:\n  rt.prepare()\nexcept StepError as error:\n  print(json.dumps(error.message))", { ...machine, pm2: undefined });
    assert.match(said, /The npm package pm2 was not found.*npm install pm2 pm2-logrotate/);
  });

  it("lets a service's own checker judge the files, and quotes it", () => {
    const said = python<[string, string[]]>("rt.validate(by['calm'], '/good')\ntry:\n  rt.validate(by['calm'], '/bad')\nexcept StepError as error:\n  print(json.dumps([error.message, error.lines]))");
    assert.match(said[0], /calm refuses its new configuration/);
    assert.deepEqual(said[1], ["line 3: not good"]);
  });

  it("asks nobody whether a process manager runs by starting one", () => {
    assert.equal(running().calm.running, false);
    assert.throws(() => statSync(join(root, "pm2")));
  });

  it("starts them, with the plan's environment and nothing of the caller's", () => {
    python("rt.prepare()\nrt.start(['calm', 'loud', 'large', 'broken', 'absent'])");
    assert.equal(running().calm.running, true);
    const environment = readFileSync(`/proc/${pidOf("calm")}/environ`, "utf8");
    assert.match(environment, /TZ=Asia\/Seoul/);
    assert.doesNotMatch(environment, /SECRET_OF_THE_CALLER/);
  });

  it("tells pm2 to ask nobody about updates", () => {
    assert.match(readFileSync(`/proc/${readFileSync(join(root, "pm2", "pm2.pid"), "utf8").trim()}/environ`, "utf8"), /PM2_DISABLE_VERSION_CHECK=true/);
  });

  it("brings a killed one back", async () => {
    const pid = pidOf("calm");
    process.kill(pid, "SIGKILL");
    await until("calm is back", () => running().calm.running && running().calm.restarts === 1);
    assert.notEqual(pidOf("calm"), pid);
  });

  it("keeps trying one that does not start, with back-off, and has its last words", () => {
    const { restarts } = running().broken;
    assert.ok(restarts >= 1 && restarts < 20, `${restarts} restarts`);
    assert.deepEqual(python("print(json.dumps(rt.logs('broken', 1)))"), ["broken"]);
  });

  it("restarts one that is over its memory limit, and leaves one below it alone", async () => {
    await until("large is restarted", () => running().large.restarts >= 1);
    assert.equal(running().calm.restarts, 1);
    assert.equal(running().calm.limitBytes, 40 * 1024 * 1024);
  });

  it("rotates the output of a loud one and keeps three old files", async () => {
    await until("12 MB are rotated", () => statSync(log("loud")).size < 1_000_000);
    await until("only three old files are kept", () => readdirSync(join(root, "logs")).filter(name => name.startsWith("loud__")).length === 3, () => readdirSync(join(root, "logs")).join(" "));
    const [newest] = readdirSync(join(root, "logs")).filter(name => name.startsWith("loud__")).sort().reverse();
    assert.ok(statSync(join(root, "logs", newest!)).size > 11_000_000);
  });

  it("restarts and stops one by name, the others go on", () => {
    const [calm, large] = [pidOf("calm"), pidOf("loud")];
    python("rt.restart('calm')\nrt.stop(['broken', 'absent'])");
    assert.notEqual(pidOf("calm"), calm);
    assert.equal(pidOf("loud"), large);
    assert.equal(running().broken.running, false);
  });

  it("says what the program says when it does not take new files", () => {
    assert.deepEqual(python("try:\n  rt.reload(by['calm'])\nexcept StepError as error:\n  print(json.dumps(error.lines))"), ["line 3: not good"]);
  });

  it("ends what a killed manager left behind, before it holds a port", () => {
    const calm = pidOf("calm");
    process.kill(Number(readFileSync(join(root, "pm2", "pm2.pid"), "utf8")), "SIGKILL");
    assert.ok(alive(calm));
    python("rt.prepare()");
    assert.ok(!alive(calm));
  });

  it("leaves nothing running at the end, and the output stays", () => {
    python("rt.start(['calm', 'loud'])");
    const pids = [pidOf("calm"), pidOf("loud"), Number(readFileSync(join(root, "pm2", "pm2.pid"), "utf8"))];
    python("rt.destroy()");
    assert.deepEqual(pids.filter(alive), []);
    assert.throws(() => statSync(join(root, "pm2")));
    assert.ok(statSync(log("calm")).size > 0);
    python("rt.destroy()");
  });
});

/** A process that ended but that nobody took note of has no command line. */
function alive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function until(what: string, seen: () => boolean, instead = () => ""): Promise<void> {
  for (const end = Date.now() + 45_000; Date.now() < end; await sleep(500)) if (seen()) return;
  assert.fail(`Not within 45 s: ${what}. ${instead()}`);
}
