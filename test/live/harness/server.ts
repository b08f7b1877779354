import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, run, tryRun, type Ran, type RunOptions } from "./command";
import { docker } from "./engine";
import { removeCgroups } from "./cgroups";
import { ensureServerImage, type ServerImage } from "./server-image";
import type { System } from "./server-systems";
import { engineVolume } from "./engine-volume";

export interface ServerOptions {
  /** Container name ends with it. */
  name: string;
  /** @default "server", with the engine installed */
  image?: ServerImage;
  /** @default Debian 12 */
  system?: System;
  /** Images that the server's own engine has from the start: what a registry would give. @default none */
  images?: string[];
  /** Loop devices the server sees under the same name, such as /dev/loop3. */
  devices?: string[];
  /** A volume that is its /var/lib/docker, kept at the end. @default one of its own */
  engineVolume?: string;
  /** NoCloud seed: cloud-init runs it at the first boot. @default none: cloud-init does nothing */
  userData?: string;
  /** Files, only root's, that are there before the first boot. */
  files?: Record<string, string>;
}

/** A machine of the tests: a container with systemd, sshd and its own container engine. */
export interface Server {
  name: string;
  /** Address on the engine's bridge, where every port of it can be reached from here. Changes with a reboot. */
  ip(): Promise<string>;
  /** Runs a shell line as root; throws if it fails. Returns the trimmed output. */
  exec(line: string, options?: RunOptions): Promise<string>;
  tryExec(line: string, options?: RunOptions): Promise<Ran>;
  /** Writes a file; folders on the way are made. */
  copyIn(path: string, content: string | Buffer, mode?: string): Promise<void>;
  /** Private key of root, made for this server. */
  sshKey: string;
  /** Orderly by default; `hard` pulls the plug. Returns when systemd is up again. /run is empty then, as on a machine. */
  reboot(hard?: boolean): Promise<void>;
  /** Removes it with everything on it. */
  stop(): Promise<void>;
}

/**
 * Without --privileged, which is refused where the tests run: SYS_ADMIN for mounts, NET_ADMIN for the engine's networks,
 * DAC_READ_SEARCH because a container on the server asks for it, and block devices by their number only.
 */
const rights = [
  "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE", "--cap-add", "DAC_READ_SEARCH",
  "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
  "--tmpfs", "/run", "--tmpfs", "/run/lock", "-v", "/sys/fs/cgroup:/sys/fs/cgroup:rw",
  // With version 2 a container would get a tree of its own, which is not the one that is mounted here.
  ...(existsSync("/sys/fs/cgroup/cgroup.controllers") ? ["--cgroupns", "host"] : []),
];

/** Starts a server and returns when systemd says it is up. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const image = await ensureServerImage(options.image, options.system);
  const name = `pulumi-lgtm-test-${options.name}`;
  await docker(["rm", "-f", "-v", name]).catch(() => undefined);
  const volume = options.engineVolume ?? (await engineVolume(name, options.images ?? []));
  const devices = options.devices?.length ? ["--device-cgroup-rule", "b 7:* rmw", ...options.devices.flatMap(device => ["--device", device])] : [];
  // Before the first boot, or cloud-init would find nothing.
  await docker(["create", "--name", name, "--hostname", options.name, ...rights, "-v", `${volume}:/var/lib/docker`, ...devices, image]);
  const keys = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-key-"));
  const sshKey = join(keys, "id");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", sshKey]);
  chmodSync(sshKey, 0o600);
  await copyInto(name, "/root/.ssh/authorized_keys", readFileSync(`${sshKey}.pub`), "600");
  if (options.userData === undefined) {
    await copyInto(name, "/etc/cloud/cloud-init.disabled", "");
  } else {
    await copyInto(name, "/var/lib/cloud/seed/nocloud/user-data", options.userData, "600");
    await copyInto(name, "/var/lib/cloud/seed/nocloud/meta-data", `instance-id: ${options.name}-${Date.now()}\nlocal-hostname: ${options.name}\n`, "600");
  }
  for (const [path, content] of Object.entries(options.files ?? {})) await copyInto(name, path, content, "600");
  await docker(["start", name]);
  const tryExec = (line: string, run: RunOptions = {}) => tryRun("docker", ["exec", ...(run.input !== undefined ? ["-i"] : []), name, "bash", "-c", line], run);
  const server: Server = {
    name,
    sshKey,
    tryExec,
    ip: () => docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", name]),
    async exec(line, run) {
      const { code, stdout, stderr } = await tryExec(line, run);
      if (code !== 0) throw new Error(`On ${name}, this ended with ${code}: ${line}\n${stderr}${stdout}`);
      return stdout.trim();
    },
    copyIn: (path, content, mode) => copyInto(name, path, content, mode, true),
    async reboot(hard = false) {
      const nested = await engineContainers(server);
      await docker(hard ? ["kill", name] : ["stop", "-t", "60", name]);
      await removeCgroups(nested);
      await docker(["start", name]);
      await up(server);
    },
    async stop() {
      const nested = await engineContainers(server);
      await docker(["rm", "-f", "-v", name]);
      await removeCgroups(nested);
      if (!options.engineVolume) await docker(["volume", "rm", "-f", volume]);
      rmSync(keys, { recursive: true, force: true });
    },
  };
  try {
    await up(server);
  } catch (error) {
    const log = (await tryExec("systemctl --failed --no-legend; journalctl -b -p warning --no-pager | tail -40")).stdout;
    await server.stop();
    throw new Error(`${(error as Error).message}\n${log}`);
  }
  return server;
}

async function up(server: Server): Promise<void> {
  // "degraded": a unit failed that a container cannot run; what the tests need they ask for themselves.
  await eventually(`systemd on ${server.name} is up`, async () => /^(running|degraded)$/.test((await server.tryExec("systemctl is-system-running")).stdout.trim()), { seconds: 240 });
}

async function copyInto(name: string, path: string, content: string | Buffer, mode = "644", running = false): Promise<void> {
  if (running) {
    await run("docker", ["exec", "-i", name, "bash", "-c", `mkdir -p "$(dirname '${path}')" && cat > '${path}' && chmod ${mode} '${path}'`], { input: content });
    return;
  }
  // Nothing runs in it yet: an archive with this one file.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-copy-"));
  try {
    await run("bash", ["-euo", "pipefail", "-c", `mkdir -p "$1$(dirname "$2")"; cat > "$1$2"; chmod ${mode} "$1$2"; tar -C "$1" --owner=0 --group=0 --mode='go-w' -c ".$2" | docker cp - "$3:/"`, "copy", folder, path, name], { input: content });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function engineContainers(server: Server): Promise<string[]> {
  return (await server.tryExec("docker ps -aq --no-trunc 2>/dev/null")).stdout.split("\n").filter(Boolean);
}
