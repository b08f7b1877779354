import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "./folder";

/** Where the guest's own program is in this package. */
const guest = join(__dirname, "..", "server", "guest");

/** One service as `apply --status` reports it. Bytes are the service's own memory and its share. */
export interface ServiceStatus {
  running: boolean;
  healthy: boolean;
  restarts: number;
  memoryBytes: number;
  limitBytes: number;
  /** It cannot run on this machine. */
  missing: boolean;
  /** Why it is missing or not healthy. */
  says: string;
}

/** What `apply --status` prints. */
export interface ServerStatus {
  /** Hash of the release that runs. */
  release: string;
  /** How the last roll-out ended. */
  result: string;
  services: Record<string, ServiceStatus>;
}

/** Path of a Python that can run the guest; throws with how to get one. */
export function python(): string {
  const found = spawnSync("python3", ["-c", "import sys; print(sys.version_info >= (3, 8))"], { encoding: "utf8" });
  if (found.status === 0 && found.stdout.trim() === "True") return "python3";
  const how = process.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install python3, or sudo dnf install python3";
  throw new Error(`Python 3.8 or newer is needed (its standard library is enough), and ${found.error ? "there is no python3 on PATH" : "python3 on PATH is older"}. Install it: ${how}.`);
}

/** Runs stage 0 once: it takes up the release that the store's pointer names. Answers its exit code and what it printed. */
export async function rollOut(folder: string, onLine: (line: string) => void): Promise<{ code: number; lines: string[] }> {
  const { stage0, machine } = inFolder(folder);
  mkdirSync(stage0, { recursive: true });
  copyFileSync(join(guest, "stage0.py"), join(stage0, "stage0.py"));
  copyFileSync(join(guest, "apply", "store_folder.py"), join(stage0, "store.py"));
  return run([join(stage0, "stage0.py"), "--machine", machine, "--once"], onLine);
}

/** What runs in a folder; undefined where nothing was ever rolled out. */
export async function status(folder: string): Promise<ServerStatus | undefined> {
  if (!appliedRelease(folder)) return undefined;
  const { code, lines } = await run([applyOf(folder), "--machine", inFolder(folder).machine, "--status"]);
  if (code !== 0) throw new Error(`The state of ${folder} cannot be read:\n${lines.join("\n")}`);
  const found = JSON.parse(lines.slice(lines.findIndex(line => line.startsWith("{"))).join("\n")) as ServerStatus;
  // A release does without what could not be had: the machine knows of it.
  const { missing = {} } = JSON.parse(readFileSync(inFolder(folder).machine, "utf8")) as { missing?: Record<string, string> };
  const absent = { running: false, healthy: false, restarts: 0, memoryBytes: 0, limitBytes: 0, missing: true };
  for (const [name, says] of Object.entries(missing)) found.services[name] = { ...absent, says };
  return found;
}

/** Stops everything in a folder; data stays unless it is to be deleted. */
export async function destroy(folder: string, deleteData: boolean, onLine: (line: string) => void): Promise<void> {
  const { machine } = inFolder(folder);
  if (!existsSync(machine)) return;
  const { code, lines } = await run([applyOf(folder), "--machine", machine, "--destroy", ...(deleteData ? ["--delete-data"] : [])], onLine);
  if (code !== 0) throw new Error(`The server in ${folder} was not stopped:\n${lines.slice(-15).join("\n")}`);
  // Secrets and certificates belong to the data: without them it could not be read again.
  if (deleteData) rmSync(folder, { recursive: true, force: true });
}

/** The release that runs in a folder. */
function appliedRelease(folder: string): string | undefined {
  const { applied } = inFolder(folder);
  return existsSync(applied) ? (JSON.parse(readFileSync(applied, "utf8")) as { release?: string }).release : undefined;
}

/** The `apply` that started the server, else the one of this package. */
function applyOf(folder: string): string {
  const release = appliedRelease(folder);
  const own = release && inFolder(folder).apply(release);
  return own && existsSync(own) ? own : join(guest, "apply");
}

function run(args: string[], onLine: (line: string) => void = () => {}): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const child = spawn(python(), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" } });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        for (const line of parts) report(line);
      });
      stream.on("end", () => rest && report(rest));
    }
    const report = (line: string) => {
      lines.push(line);
      onLine(line);
    };
    child.on("error", reject).on("close", code => resolve({ code: code ?? 1, lines }));
  });
}
