import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkout } from "../../../checkout";
import { run } from "../../harness/command";
import { alone, imageCache } from "../../harness/folders";

export interface PubSub {
  address: string;
  publish(message: object): void;
  stop(): void;
}

/** Builds main.go beside this file if it was not, and starts it. Needs Go. */
export async function startPubSub(project: string, subscription: string): Promise<PubSub> {
  const source = join(checkout, "test/live/stand-ins/pubsub");
  const program = await alone("pubsub", async () => {
    const hash = createHash("sha256").update(readFileSync(join(source, "main.go"))).update(readFileSync(join(source, "go.mod"))).digest("hex").slice(0, 12);
    const folder = join(imageCache, `pubsub-${hash}`);
    const built = join(folder, "pubsub");
    if (!existsSync(built)) {
      mkdirSync(folder, { recursive: true });
      for (const name of ["main.go", "go.mod"]) cpSync(join(source, name), join(folder, name));
      await run("go", ["build", "-o", "pubsub", "."], { cwd: folder, env: { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod -buildvcs=false", CGO_ENABLED: "0" } });
    }
    return built;
  });
  const child = spawn(program, [project, subscription], { stdio: ["pipe", "pipe", "inherit"] });
  const stop = () => void child.kill("SIGKILL");
  process.once("exit", stop);
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", code => reject(new Error(`The stand-in of Pub/Sub ended with ${code}.`)));
  });
  return { address, publish: message => void child.stdin.write(`${JSON.stringify(message)}\n`), stop };
}
