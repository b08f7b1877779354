import { spawn } from "node:child_process";
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, run, tryRun, type RunOptions } from "./command";
import { alone, imageCache, isAlive, safeRead } from "./folders";

const pidFile = join(imageCache, "dockerd.pid");
/** Output of the engine that the tests start. */
const engineLog = join(tmpdir(), "pulumi-lgtm-dockerd.log");

/** Runs the engine's client. */
export function docker(args: string[], options: RunOptions = {}): Promise<string> {
  return run("docker", args, options);
}

/**
 * A container engine answers when this returns. If none does, one is started as root by hand, as there may be no
 * systemd here; it stays for the next test file, and {@link stopEngine} stops it. Throws with the reason where there can be none.
 */
export function ensureDocker(): Promise<void> {
  return alone("engine", async () => {
    if (await answers()) return;
    if (process.getuid?.() !== 0) throw new Error("No container engine answers, and only root can start one. Start Docker, or run the tests as root.");
    mkdirSync(imageCache, { recursive: true });
    const log = openSync(engineLog, "a");
    const child = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
    const gone = new Promise<never>((_, reject) => {
      child.on("error", () => reject(new Error("No container engine answers and there is no dockerd. Install one: apt-get install docker.io iptables")));
      child.on("exit", code => reject(new Error(`dockerd ended with ${code}. Its log is ${engineLog}; the end of it:\n${safeRead(engineLog).split("\n").slice(-15).join("\n")}`)));
    });
    await Promise.race([eventually("the container engine answers", answers, { seconds: 90 }), gone]);
    child.removeAllListeners();
    child.unref();
    writeFileSync(pidFile, String(child.pid));
  });
}

/** Stops the engine if it was started by {@link ensureDocker}; one that was there before is left alone. */
export async function stopEngine(): Promise<boolean> {
  const pid = Number(safeRead(pidFile));
  if (!pid || !isAlive(pid) || !safeRead(`/proc/${pid}/cmdline`).startsWith("dockerd")) return false;
  process.kill(pid, "SIGTERM");
  await eventually("the container engine stops", async () => !isAlive(pid), { seconds: 60 });
  rmSync(pidFile, { force: true });
  return true;
}

async function answers(): Promise<boolean> {
  try {
    return (await tryRun("docker", ["version", "--format", "{{.Server.Version}}"], { seconds: 20 })).code === 0;
  } catch {
    return false;
  }
}
