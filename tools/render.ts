import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { parse } from "yaml";
import { localSpec } from "../components/local/defaults";
import { renderBundle } from "../components/server/bundle";
import { containerLayout, processLayout } from "../components/server/layout";
import type { ServerSpec } from "../components/server/spec";
import { command, UsageError } from "./cli";
import { checkout, objectOf, readConfig, stackName } from "./stack";

/** Marks a folder as ours, so that the next run may replace what is in it. */
const marker = ".pulumi-lgtm-bundle";

const help = `Writes the files of a server into a folder, without any engine: what would run where, and with which configuration.

  npm run render -- <stack or spec file> <folder>

  <stack>      local, aws …: reads Pulumi.<stack>.yaml of the checkout
  <spec file>  YAML or JSON with the keys of ServerSpec (components/server/spec.ts)

  --runtime <containers|processes>   default: containers
  --force                            write although the folder has other files
  --json                             hash and files as JSON
  --help

Ends with 0, 1 if the spec cannot be rendered, 2 if it was called wrongly.
`;

command({
  called: "npm run render",
  help,
  options: { runtime: { type: "string", default: "containers" }, force: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
  async run({ runtime, force, json }, positionals) {
    const [source, target, ...rest] = positionals;
    if (!source || !target || rest.length) throw new UsageError("A stack or spec file and a folder are needed.");
    const layout = { containers: containerLayout, processes: processLayout }[runtime as string];
    if (!layout) throw new UsageError(`--runtime ${runtime}: must be containers or processes.`);
    const { files, hash } = renderBundle(specOf(source), layout);
    const folder = resolve(target);
    write(folder, files, Boolean(force));
    const names = Object.keys(files);
    process.stdout.write(json ? `${JSON.stringify({ hash, folder, files: names }, null, 2)}\n` : `${names.length} files of the bundle ${hash.slice(0, 12)} are in ${folder}\n`);
    return 0;
  },
});

function specOf(source: string): ServerSpec {
  if (![".yaml", ".yml", ".json"].includes(extname(source))) {
    const file = join(checkout, `Pulumi.${source}.yaml`);
    if (!existsSync(file)) throw new UsageError(`${source}: there is no ${file}, and no spec file ends like this. Give a stack's name, or a file that ends in .yaml or .json.`);
    const spec = objectOf<ServerSpec>(readConfig(file), "server");
    return source === stackName ? localSpec(spec) : spec;
  }
  if (!existsSync(source)) throw new UsageError(`${source}: there is no such file.`);
  try {
    return (parse(readFileSync(source, "utf8")) ?? {}) as ServerSpec;
  } catch (error) {
    throw new UsageError(`${source} is neither YAML nor JSON: ${(error as Error).message}`);
  }
}

function write(folder: string, files: Record<string, string>, force: boolean): void {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  if (there.includes(marker)) {
    // Only what was written by us: a file of the bundle before must not look like one of this.
    for (const path of JSON.parse(readFileSync(join(folder, marker), "utf8")) as string[]) rmSync(join(folder, path), { force: true });
  } else if (there.length && !force) {
    throw new UsageError(`${folder} is not empty and was not written by this command. Give another folder, or --force to write into it.`);
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, marker), JSON.stringify(Object.keys(files)));
}
