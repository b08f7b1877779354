import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { eventually, run } from "./command";
import { alone, imageCache } from "./folders";
import type { Store } from "./releases";

const version = "5.2.5";

/** Stand-in for S3: moto's server, kept in memory. */
export interface S3 extends Store {
  endpoint: string;
  bucket: string;
  /** Takes it off the network, and back; what is in it stays. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Listens on the engine's bridge, which only this machine and its containers reach. */
export async function startS3(bucket: string): Promise<S3> {
  const server = await install();
  const host = networkInterfaces().docker0?.find(address => address.family === "IPv4")?.address;
  if (!host) throw new Error("The engine's bridge docker0 has no address on this machine, so no server of the tests could reach the stand-in of S3.");
  const port = await freePort(host);
  const child: ChildProcess = spawn(server, ["-H", host, "-p", String(port)], { stdio: "ignore" });
  const orphan = () => void child.kill("SIGKILL");
  process.once("exit", orphan);
  const endpoint = `http://${host}:${port}`;
  // Moto takes any signature; it wants to see one, to know the region and service that are meant.
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0" };
  const url = (path: string) => `${endpoint}/${bucket}/${path}`;
  await eventually("moto's server answers", async () => (await fetch(`${endpoint}/${bucket}`, { method: "PUT", headers })).ok, { seconds: 60 });
  return {
    endpoint,
    bucket,
    async put(path, content) {
      const answer = await fetch(url(path), { method: "PUT", headers, body: content });
      if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
    },
    async get(path) {
      const answer = await fetch(url(path), { headers });
      return answer.ok ? answer.text() : undefined;
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async stop() {
      process.off("exit", orphan);
      const gone = new Promise(done => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function install(): Promise<string> {
  return alone("moto", async () => {
    const folder = join(imageCache, `moto-${version}`);
    const server = join(folder, "bin", "moto_server");
    if (existsSync(join(folder, "complete"))) return server;
    mkdirSync(imageCache, { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin", "pip"), ["install", "--quiet", `moto[server]==${version}`], { seconds: 900 });
    mkdirSync(join(folder, "complete.part"));
    renameSync(join(folder, "complete.part"), join(folder, "complete"));
    return server;
  });
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, host, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
