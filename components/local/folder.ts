import { homedir } from "node:os";
import { join } from "node:path";

/** Folder with everything that this library keeps on this machine: `PULUMI_LGTM_HOME`, else the user's state folder. */
export function stateHome(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.PULUMI_LGTM_HOME || env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "pulumi-lgtm");
}

/** Default folder of a stack's server: its data, configuration, secrets and logs. */
export function serverFolder(stack: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(stateHome(env), stack);
}

/** What is where in a server's folder; `apply` is told by machine.json. */
export function inFolder(folder: string) {
  return {
    machine: join(folder, "machine.json"),
    applied: join(folder, "applied.json"),
    store: join(folder, "store"),
    secrets: join(folder, "secrets"),
    /** Settings of curl for a client, so that no token is in a list of processes. */
    curl: (kind: "push" | "read", client: string) => join(folder, "clients", `${kind}-${client}.curl`),
    logs: join(folder, "logs"),
    ca: join(folder, "ca.pem"),
    contract: join(folder, "contract.json"),
    stage0: join(folder, "stage0"),
    apply: (release: string) => join(folder, "releases", release, "apply"),
  };
}

/** The longest socket in the folder; the kernel takes 107 characters (Linux) or 103 (macOS). */
const longestSocket = "data/caddy/admin.sock";

/** What is wrong with a folder's path; undefined where nothing is. */
export function folderProblem(folder: string): string | undefined {
  if (!folder.startsWith("/")) return `folder: "${folder}" is not allowed. Allowed: an absolute path.`;
  const longest = 103 - longestSocket.length - 1;
  if (Buffer.byteLength(folder) > longest)
    return `folder: "${folder}" has ${Buffer.byteLength(folder)} bytes. Allowed: up to ${longest}, since sockets in it may have no longer names. Set folder, or PULUMI_LGTM_HOME, to a shorter path.`;
  const odd = /[\s"'`{}#$%;\\*?<>|()[\]&!,]/.exec(folder);
  if (odd) return `folder: "${folder}" has ${JSON.stringify(odd[0])} in it. Allowed: letters, digits and . / @ + : ~ _ = -, since the path becomes part of every program's configuration.`;
  return undefined;
}
