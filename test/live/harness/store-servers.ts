import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../checkout";
import { eventually, run } from "./command";
import { alone } from "./folders";
import { killAtExit } from "./one-program";

/** From npm, as the others are from PyPI. */
const azurite = "3.37.0";
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-lgtm");
const venv = join(cache, "test-venv");
const azuriteFolder = join(cache, `test-azurite-${azurite}`);

/** Stand-ins of the clouds' servers: moto for AWS, gcp-storage-emulator, Azurite for Azure Blob. */
export const storeServers = {
  python: join(venv, "bin", "python"),
  moto: join(venv, "bin", "moto_server"),
  gcs: join(venv, "bin", "gcp-storage-emulator"),
  azurite: join(azuriteFolder, "node_modules", "azurite", "dist", "src", "blob", "main.js"),
};

/** Azurite's published account. */
export const azuriteAccount = { name: "devstoreaccount1", key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==" };

/** Installs what is not there yet. */
export function ensureStoreServers(): Promise<void> {
  return alone("guest-unit", async () => {
    const requirements = join(checkout, "test", "live", "guest-unit", "requirements.txt");
    await made(venv, readFileSync(requirements, "utf8"), async () => {
      await run("python3", ["-m", "venv", venv]);
      await run(join(venv, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", "--requirement", requirements]);
    });
    await made(azuriteFolder, azurite, async () => void (await run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", azuriteFolder, `azurite@${azurite}`])));
  });
}

/** Does `work` once for what `wanted` says; a broken one is made anew. */
async function made(place: string, wanted: string, work: () => Promise<void>): Promise<void> {
  const mark = join(place, "made-of");
  const hash = createHash("sha256").update(wanted).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === hash) return;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await work();
  writeFileSync(mark, hash);
}

/** Starts a server and waits until it answers anything at `port` of the loopback. Returns what stops it. */
export async function startServer(program: string, args: string[], port: number, env: NodeJS.ProcessEnv = {}): Promise<() => void> {
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
  killAtExit(child);
  await eventually(`${program} answers`, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    // Whatever the answer is; Azurite's is TLS with a certificate of the test's own.
    return fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) }).then(() => true, error => (error as { cause?: { code?: string } }).cause?.code !== "ECONNREFUSED");
  }, { seconds: 60, every: 0.2 });
  return () => void child.kill("SIGKILL");
}
