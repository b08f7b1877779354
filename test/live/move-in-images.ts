import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { findCached, programsDir, type Located } from "../../components/local/programs/cache";
import { programs } from "../../components/local/programs/table";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { shell } from "./harness/command";
import { imageCache } from "./harness/folders";

/**
 * Images that only a move has: of a Grafana, where one is in the cache, and of the Loki that the teams run, 3.4.1, where it is.
 * Neither is needed: without them the old stack has no Grafana, and the new server's Loki.
 */
export async function oldImages(): Promise<{ loki: string; grafana?: string }> {
  const { services } = JSON.parse(renderBundle({}).files["plan.json"]!) as Plan;
  const image = (name: string) => services.find(service => service.name === name)!.image;
  const loki = cached("loki", ["3.4.1"]);
  const grafana = cached("grafana", [programs.grafana.version, "9.4.0-pre"]);
  return {
    loki: loki ? await made("grafana/loki:3.4.1", loki, { [loki.paths.loki!]: "/usr/bin/loki" }) : image("loki"),
    // Under the tag of the release too, for the new server; the label says which version it is.
    ...(grafana && { grafana: await made(image("grafana"), grafana, { [grafana.home!]: "/usr/share/grafana" }) }),
  };
}

function cached(name: "grafana" | "loki", versions: string[]): Located | undefined {
  const [version, ...alsoCached] = versions;
  return findCached({ ...programs[name], version: version!, alsoCached }, programsDir());
}

/** Files or folders of this machine as an image, with the libraries that the program asks for. */
async function made(image: string, { version, paths }: Located, content: Record<string, string>): Promise<string> {
  mkdirSync(imageCache, { recursive: true });
  const root = mkdtempSync(join(imageCache, ".image-"));
  try {
    const libraries = (await shell(`ldd ${Object.values(paths)[0]} 2>/dev/null | grep -o '/[^ ]*' || true`)).split("\n").filter(existsSync);
    for (const [from, to] of [...Object.entries(content), ...libraries.map(path => [path, path] as const)]) put(from, join(root, to));
    mkdirSync(join(root, "tmp"));
    await shell(`chmod 1777 '${root}/tmp' && tar -C '${root}' --owner=0 --group=0 -c . | docker import --change 'LABEL version=${version}' --change 'ENV PATH=/bin:/usr/bin' - '${image}'`);
    return image;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(realpathSync(from), to);
  } catch {
    cpSync(from, to, { recursive: true, dereference: true });
  }
}
