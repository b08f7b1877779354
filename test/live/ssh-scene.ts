import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MonitoringServerArgs } from "../../components/ssh";
import { engineStack, type EngineStack } from "./engine-stack";
import { startServer, type Server } from "./harness/server";
import type { ServerImage } from "./harness/server-image";
import type { System } from "./harness/server-systems";
import { ensureImages, leaveOut } from "./harness/service-images";

export const root = "/var/lib/pulumi-lgtm";

/** A server and the stack that deploys to it over SSH. Arguments are on top of the scene's own. */
export interface Scene {
  server: Server;
  stack: EngineStack;
  connection: MonitoringServerArgs["connection"];
  up(more?: Partial<MonitoringServerArgs>): ReturnType<EngineStack["up"]>;
  preview(more?: Partial<MonitoringServerArgs>): ReturnType<EngineStack["preview"]>;
  end(): Promise<void>;
}

/** `images`: what its engine has from the start. @default the services' images, Debian 12 */
export async function scene(name: string, image: ServerImage, { images, system }: { images?: string[]; system?: System } = {}): Promise<Scene> {
  const server = await startServer({ name, image, system, images: images ?? (await ensureImages()) });
  const stack = await engineStack(name, join(__dirname, "ssh-program.js"));
  console.log(`provider plugins: ${JSON.stringify(stack.plugins)}`);
  await addUser(server, "deploy", "deploy ALL=(ALL) NOPASSWD: ALL\n");
  const hostKey = await server.exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
  const connection = { host: await server.ip(), user: "deploy", privateKey: readFileSync(server.sshKey, "utf8"), hostKey, attempts: 3 };
  const args = (more?: Partial<MonitoringServerArgs>) => ({ connection, leaveOut: [...leaveOut], waitSeconds: 600, ...more });
  return {
    server,
    stack,
    connection,
    up: more => stack.up(args(more)),
    preview: more => stack.preview(args(more)),
    async end() {
      stack.remove();
      await server.stop();
    },
  };
}

/** A user with the key of the tests; `sudoers` is what he may. */
export async function addUser(server: Server, name: string, sudoers: string): Promise<void> {
  await server.exec(`useradd --create-home --shell /bin/sh ${name} && install -d -o ${name} -m 700 /home/${name}/.ssh && install -o ${name} -m 600 /root/.ssh/authorized_keys /home/${name}/.ssh/`);
  if (sudoers) await server.copyIn(`/etc/sudoers.d/${name}`, sudoers, "440");
}

/** When each of our containers was started, by name. */
export async function started(server: Server): Promise<Record<string, string>> {
  const lines = await server.exec("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q --filter label=com.docker.compose.project=lgtm)");
  return Object.fromEntries(lines.split("\n").map(line => line.slice(1).split(" ") as [string, string]));
}

/** What was started in between. */
export function restarted(before: Record<string, string>, now: Record<string, string>): string[] {
  return Object.keys(now).filter(name => now[name] !== before[name]).sort();
}

/** Asks the gateway from the server itself, trusting its own authority alone. The token goes in through a file. */
export async function ask(server: Server, path: string, { token = "", body = "", port = 443 } = {}): Promise<{ code: number; text: string }> {
  await server.copyIn("/tmp/ask.conf", `${token ? `header = "Authorization: Bearer ${token}"\n` : ""}${body ? `header = "Content-Type: application/json"\ndata = ${JSON.stringify(body)}\n` : ""}`, "600");
  const ca = `${root}/data/caddy/certificates/pki/authorities/local/root.crt`;
  const said = await server.exec(`curl -sS --max-time 20 --config /tmp/ask.conf --cacert ${ca} -w '\\n%{http_code}' 'https://${await server.ip()}:${port}${path}'`);
  const lines = said.split("\n");
  return { code: Number(lines.pop()), text: lines.join("\n") };
}

/** The message with which something failed. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (thrown: Error) => thrown);
  assert.ok(error, "it did not fail");
  return error.message;
}
