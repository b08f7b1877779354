/** Part of the stand-in for the command provider: one command over the system's `ssh` client. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Hop {
  host: string;
  port?: number;
  user?: string;
  privateKey: string;
  hostKey?: string;
  dialErrorLimit?: number;
}

export interface Connection extends Hop {
  proxy?: Hop;
}

// What ssh itself ends with, whatever the command would.
const cannotConnect = 255;

/** Runs a command; connecting is tried `dialErrorLimit` times. Throws as the real provider does. */
export async function runOverSsh(connection: Connection, command: string, stdin: string): Promise<{ stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), "command-stand-in-"));
  try {
    const args = arguments_(connection, folder, "server");
    if (connection.proxy) args.push("-o", `ProxyCommand=ssh ${arguments_(connection.proxy, folder, "proxy").map(arg => `'${arg}'`).join(" ")} -W %h:%p ${user(connection.proxy)}`);
    for (let attempt = 1; ; attempt++) {
      const { code, stdout, stderr, both } = await ssh([...args, user(connection), command], stdin);
      if (code === 0) return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
      if (code !== cannotConnect) throw new Error(`Process exited with status ${code}: running ${JSON.stringify(command)}:\n${both}`);
      if (attempt > (connection.dialErrorLimit ?? 10)) throw new Error(`after ${attempt - 1} failed attempts: ${stderr.trim()}`);
      await new Promise(wake => setTimeout(wake, Math.min(100 * 1.5 ** attempt, 5000)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function arguments_(hop: Hop, folder: string, name: string): string[] {
  const key = join(folder, `${name}.key`);
  const hosts = join(folder, `${name}.hosts`);
  const port = hop.port ?? 22;
  writeFileSync(key, hop.privateKey, { mode: 0o600 });
  writeFileSync(hosts, hop.hostKey === undefined ? "" : `${port === 22 ? hop.host : `[${hop.host}]:${port}`} ${hop.hostKey}\n`);
  const checked = hop.hostKey === undefined ? ["StrictHostKeyChecking=no"] : ["StrictHostKeyChecking=yes", `HostKeyAlgorithms=${hop.hostKey.split(" ")[0]}`];
  const options = [...checked, `UserKnownHostsFile=${hosts}`, "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "BatchMode=yes", "ConnectTimeout=15", "LogLevel=ERROR"];
  return ["-F", "/dev/null", "-i", key, "-p", String(port), ...options.flatMap(option => ["-o", option])];
}

function user(hop: Hop): string {
  return `${hop.user ?? "root"}@${hop.host}`;
}

function ssh(args: string[], stdin: string): Promise<{ code: number; stdout: string; stderr: string; both: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "", both: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
        said.both += text;
      });
    }
    child.stdin.on("error", () => undefined);
    child.on("error", reject);
    child.on("close", code => resolve({ code: code ?? cannotConnect, ...said }));
    child.stdin.end(stdin);
  });
}
