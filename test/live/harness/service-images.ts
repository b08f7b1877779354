import { cpSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderBundle, sha256, type Plan } from "../../../components/server/bundle";
import { findCached, programsDir } from "../../../components/local/programs/cache";
import { programs } from "../../../components/local/programs/table";
import { run, shell, tryRun } from "./command";
import { docker } from "./engine";
import { alone, imageCache } from "./folders";

/** Label of an image that says of which files it was made. */
const madeOf = "org.pulumi-lgtm.test.made-of";

/** What the tests cannot have: no build of Grafana's can be made from packages. */
export const leaveOut = ["grafana"] as const;

/**
 * Images under the official names and tags, made of the real programs in the cache: nothing is pulled. Where another version
 * than the tag's is in the cache, the label "version" says which one it really is. Returns the names of the images.
 */
export function ensureImages(): Promise<string[]> {
  return alone("service-images", async () => {
    const names: string[] = [];
    for (const service of plannedServices()) {
      const program = programs[service.name];
      const located = findCached(program, programsDir());
      if (!located) throw new Error(`${service.name} is not in ${programsDir()}. Put it there first: npm start fetches or builds it.`);
      const inImage = { [program.binaries[0]]: service.program, ...service.tools };
      const binaries = Object.entries(inImage).map(([name, path]) => ({ from: located.paths[name]!, to: path }));
      const needed = new Set((await Promise.all(binaries.map(({ from }) => libraries(from)))).flat());
      const files = [...binaries, ...[...needed].map(path => ({ from: realpathSync(path), to: path }))];
      // Size and time say enough of a file that is put in place in one step; reading 400 MB each time would not say more.
      const fingerprint = sha256(JSON.stringify(files.map(({ from, to }) => [to, statSync(from).size, statSync(from).mtimeMs])));
      if ((await labelOf(service.image)) !== fingerprint) await build(service.image, files, { [madeOf]: fingerprint, version: located.version });
      names.push(service.image);
    }
    return names;
  });
}

function plannedServices(): Plan["services"] {
  return (JSON.parse(renderBundle({ leaveOut: [...leaveOut] }).files["plan.json"]!) as Plan).services;
}

async function labelOf(image: string): Promise<string | undefined> {
  const { code, stdout } = await tryRun("docker", ["image", "inspect", "--format", `{{index .Config.Labels "${madeOf}"}}`, image]);
  return code === 0 ? stdout.trim() : undefined;
}

async function build(image: string, files: { from: string; to: string }[], labels: Record<string, string>): Promise<void> {
  mkdirSync(imageCache, { recursive: true });
  const root = mkdtempSync(join(imageCache, ".image-"));
  try {
    for (const { from, to } of files) put(from, join(root, to));
    put("/etc/ssl/certs/ca-certificates.crt", join(root, "etc/ssl/certs/ca-certificates.crt"));
    mkdirSync(join(root, "tmp"), { mode: 0o1777 });
    const changes = Object.entries(labels).map(([name, value]) => `--change 'LABEL ${name}=${value}'`);
    await shell(`tar -C '${root}' --owner=0 --group=0 -c . | docker import ${changes.join(" ")} --change 'ENV PATH=/bin:/usr/bin' - '${image}'`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a program that was built with cgo loads, and what it looks for when it reads the journal. Nothing for any other. */
async function libraries(program: string): Promise<string[]> {
  const { code, stdout } = await tryRun("ldd", [program]);
  if (code !== 0) return [];
  const journal = /libsystemd\.so\.0 .*=> (\S+)/.exec(await run("/sbin/ldconfig", ["-p"]))?.[1];
  const all = stdout + (journal ? `=> ${journal}\n${await run("ldd", [journal])}` : "");
  return [...all.matchAll(/(?:=> )?(\/\S+)/g)].map(([, path]) => path!);
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to, { dereference: true });
  }
}

/** Ids of the images, which change when what is in them does. */
export async function imageIds(images: string[]): Promise<string[]> {
  return (await docker(["image", "inspect", "--format", "{{.Id}}", ...images])).split("\n");
}
