import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const cache = process.env.PULUMI_LGTM_CACHE || process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

/** Where what takes minutes to make is kept between test runs. */
export const imageCache = join(cache, "pulumi-lgtm", "test-images");

/** Runs `work` while nobody else on this machine runs one of the same name: test files may run side by side. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const release = await hold(name);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Waits until nobody else holds the name, and holds it until the returned function is called or this process ends. */
export async function hold(name: string): Promise<() => void> {
  const lock = join(tmpdir(), `pulumi-lgtm-test-${name}.lock`);
  while (!take(lock)) await new Promise(wake => setTimeout(wake, 500));
  return () => rmSync(lock, { force: true });
}

function take(lock: string): boolean {
  try {
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    // The lock of a process that is gone is nobody's.
    const owner = Number(safeRead(lock));
    if (owner && !isAlive(owner)) rmSync(lock, { force: true });
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function safeRead(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
