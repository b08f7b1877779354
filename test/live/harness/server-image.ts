import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCached, programsDir } from "../../../components/local/programs/cache";
import { programs } from "../../../components/local/programs/table";
import { sha256 } from "../../../components/server/bundle";
import { run, shell, tryRun } from "./command";
import { docker } from "./engine";
import { alone, imageCache } from "./folders";
import { bootstrap, type System } from "./server-systems";

/** `bare`: a new machine, with nothing but the Compose plugin where it is not packaged. `server`: with the engine. `java`: with a Java runtime. */
export type ServerImage = "server" | "bare" | "java";

const packages = "ca-certificates,systemd,systemd-sysv,dbus,openssh-server,sudo,curl,iproute2,procps,python3,e2fsprogs,udev,locales";

/** Compose v2 is a package from Debian 13 on; where there is none, a machine fetches the release, which the tests cannot. */
const withCompose = (system: System) => system === "debian-11" || system === "debian-12";

/**
 * What a machine has and a container lacks, done before systemd looks: shared mounts, which Alloy's view of the host needs; a writable
 * /sys, without which systemd knows no disks, and a writable /proc/sys/net for the engine's networks; the clouds' metadata address on the link. udev hears of loop devices alone,
 * and systemd is told to look again when udev knows them: in a container it does not hear udev.
 * Masked: what would configure hardware, and the timers that would start apt under the tests.
 */
const dockerfile = (system: System) => `FROM ${imageOf("base", system)}
RUN apt-get update && apt-get install -y --no-install-recommends cloud-init lsb-release && apt-get clean
RUN mkdir -p /root/.ssh && chmod 700 /root/.ssh \\
 && printf 'datasource_list: [ NoCloud, None ]\\nlocale: C.UTF-8\\n' > /etc/cloud/cloud.cfg.d/90_test.cfg \\
 && printf '[Service]\\nExecStart=\\nExecStart=-/bin/udevadm trigger --subsystem-match=block --sysname-match=loop*\\n' | install -D /dev/stdin /etc/systemd/system/systemd-udev-trigger.service.d/test.conf \\
 && printf '[Unit]\\nDefaultDependencies=no\\nAfter=systemd-udevd.service systemd-udev-trigger.service\\n[Service]\\nType=oneshot\\nExecStart=-/bin/udevadm settle --timeout=20\\nExecStart=/bin/systemctl daemon-reload\\n[Install]\\nWantedBy=sysinit.target\\n' > /etc/systemd/system/test-disks.service \\
 && systemctl enable test-disks.service \\
 && printf '#!/bin/sh\\nmount --make-rshared /\\nmount -o remount,rw /sys\\nmount -t proc proc /mnt && mount --bind /mnt/sys/net /proc/sys/net && umount /mnt\\nip route replace 169.254.169.254/32 dev eth0\\nexec /sbin/init\\n' > /sbin/test-machine && chmod 755 /sbin/test-machine \\
 && systemctl mask getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service systemd-modules-load.service systemd-sysctl.service
${withCompose(system) ? "COPY docker-compose /usr/libexec/docker/cli-plugins/docker-compose\n" : ""}STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/test-machine"]
`;
const bareWith = (packages: string) => (system: System) => `FROM ${imageOf("bare", system)}
RUN apt-get update && apt-get install -y --no-install-recommends ${packages} && apt-get clean
`;
const dockerfiles = { bare: dockerfile, server: bareWith("docker.io iptables"), java: bareWith("openjdk-17-jre-headless") };

/** A server with systemd, sshd, Python and cloud-init, as a container image. The slow part is kept as an archive. Returns the image's name. */
export function ensureServerImage(which: ServerImage = "server", system: System = "debian-12"): Promise<string> {
  return alone("server-image", async () => {
    const compose = findCached(programs.compose, programsDir());
    if (!compose) throw new Error(`The Compose plugin is not in ${programsDir()}. Put it there first: npm start fetches or builds it.`);
    const plugin = compose.paths["docker-compose"]!;
    for (const name of new Set<ServerImage>(["bare", which])) {
      const text = dockerfiles[name](system);
      const recipe = sha256(JSON.stringify([packages, dockerfile(system), text, statSync(plugin).size])).slice(0, 12);
      if ((await recipeOf(imageOf(name, system))) === recipe) continue;
      if ((await tryRun("docker", ["image", "inspect", imageOf("base", system)])).code !== 0) await importBase(system);
      await build(imageOf(name, system), text, recipe, name === "bare" && withCompose(system) ? { "docker-compose": plugin } : {});
    }
    return imageOf(which, system);
  });
}

function imageOf(name: ServerImage | "base", system: System): string {
  return `pulumi-lgtm-test/${name}:${system}`;
}

async function recipeOf(image: string): Promise<string | undefined> {
  const { code, stdout } = await tryRun("docker", ["image", "inspect", "--format", '{{index .Config.Labels "recipe"}}', image]);
  return code === 0 ? stdout.trim() : undefined;
}

async function importBase(system: System): Promise<void> {
  const archive = join(imageCache, `base-${system}-${sha256(packages).slice(0, 12)}.tar`);
  if (!existsSync(archive)) {
    mkdirSync(imageCache, { recursive: true });
    const root = mkdtempSync(join(imageCache, ".base-"));
    try {
      await bootstrap(system, packages, root);
      rmSync(join(root, "var/cache/apt/archives"), { recursive: true, force: true });
      await shell(`tar -C '${root}' -cf '${archive}.part' .`);
      renameSync(`${archive}.part`, archive);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  await docker(["import", archive, imageOf("base", system)]);
}

async function build(image: string, text: string, recipe: string, files: Record<string, string>): Promise<void> {
  const context = mkdtempSync(join(imageCache, ".context-"));
  try {
    writeFileSync(join(context, "Dockerfile"), text);
    for (const [name, from] of Object.entries(files)) {
      try {
        linkSync(from, join(context, name));
      } catch {
        copyFileSync(from, join(context, name));
      }
    }
    // The classic builder: the other one is a plugin that need not be installed.
    await run("docker", ["build", "--quiet", "--label", `recipe=${recipe}`, "-t", image, context], { env: { ...process.env, DOCKER_BUILDKIT: "0" }, seconds: 1200 });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
