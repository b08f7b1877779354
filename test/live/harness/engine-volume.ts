import { sha256 } from "../../../components/server/bundle";
import { eventually, shell, tryRun } from "./command";
import { docker } from "./engine";
import { alone } from "./folders";
import { ensureServerImage } from "./server-image";
import { imageIds } from "./service-images";

/**
 * A volume for /var/lib/docker of a server, with these images in it. On a volume, which is not itself an overlay, the
 * server's engine can use overlay2. Images are loaded once into a volume that is kept; each server gets a copy of it, the
 * layers as hard links, since nobody ever writes into a layer.
 */
export async function engineVolume(server: string, images: string[]): Promise<string> {
  const volume = `${server}-engine`;
  await docker(["volume", "rm", "-f", volume]);
  await docker(["volume", "create", volume]);
  if (!images.length) return volume;
  const loaded = await alone("engine-volume", () => loadedVolume(images));
  const volumes = `${await docker(["info", "--format", "{{.DockerRootDir}}"])}/volumes`;
  const copy = `cd /v/${loaded}/_data && for x in *; do if [ "$x" = overlay2 ]; then cp -al "$x" /v/${volume}/_data/; else cp -a "$x" /v/${volume}/_data/; fi; done`;
  await docker(["run", "--rm", "-v", `${volumes}:/v`, "--entrypoint", "/bin/sh", await ensureServerImage(), "-ec", copy]);
  return volume;
}

async function loadedVolume(images: string[]): Promise<string> {
  const volume = `pulumi-lgtm-test-images-${sha256((await imageIds(images)).join()).slice(0, 12)}`;
  if ((await tryRun("docker", ["volume", "inspect", volume])).code === 0) return volume;
  const loader = `${volume}-loader`;
  await docker(["rm", "-f", loader]).catch(() => undefined);
  await docker(["volume", "create", volume]);
  try {
    // The engine alone, without network: it only unpacks.
    await docker([
      "run", "-d", "--name", loader, "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
      "-v", `${volume}:/var/lib/docker`, "-v", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--entrypoint", "dockerd", await ensureServerImage(), "--iptables=false", "--bridge=none",
    ]);
    await eventually("the engine that loads the images answers", async () => (await tryRun("docker", ["exec", loader, "docker", "version"])).code === 0, { seconds: 60 });
    await shell(`docker save ${images.map(name => `'${name}'`).join(" ")} | docker exec -i ${loader} docker load`);
    await docker(["stop", "-t", "30", loader]);
  } catch (error) {
    const log = await tryRun("docker", ["logs", "--tail", "20", loader]);
    await docker(["rm", "-f", loader]).catch(() => undefined);
    await docker(["volume", "rm", "-f", volume]).catch(() => undefined);
    throw new Error(`${(error as Error).message}\n${log.stdout}${log.stderr}`);
  }
  await docker(["rm", loader]);
  await forgetOthers();
  return volume;
}

/** Removes volumes with images of before; the newest stay, as test files differ in what they need, and so does one in use. */
async function forgetOthers(): Promise<void> {
  const names = (await docker(["volume", "ls", "-q", "--filter", "name=pulumi-lgtm-test-images-"])).split("\n").filter(Boolean);
  const dated = (await docker(["volume", "inspect", "--format", "{{.CreatedAt}} {{.Name}}", ...names])).split("\n").sort().reverse();
  for (const line of dated.slice(3)) await tryRun("docker", ["volume", "rm", line.split(" ").at(-1)!]);
}
