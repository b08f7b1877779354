import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { programsDir } from "./cache";
import type { FoundProgram } from "./index";

const dynamicProvider = "pulumi-resource-pulumi-nodejs";

/**
 * The folder that `PulumiCommand.get({ root })` wants: it has `bin/pulumi`. A `pulumi` that was built gets its dynamic
 * provider beside it, where the engine looks for it; the official release brings its own.
 */
export function pulumiRoot(pulumi: FoundProgram, cacheDir: string = programsDir()): string {
  const bin = dirname(pulumi.path);
  if (pulumi.origin !== "path") writeDynamicProvider(bin);
  if (basename(bin) === "bin") return dirname(bin);
  const root = join(cacheDir, "pulumi-on-path");
  const link = join(root, "bin", "pulumi");
  mkdirSync(dirname(link), { recursive: true });
  // Replaced in one step: another run may be using it.
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(pulumi.path, fresh);
  renameSync(fresh, link);
  return root;
}

/** Starts the provider of the @pulumi/pulumi that the program uses: `PULUMI_LGTM_ROOT`, else the current folder, says which. */
function writeDynamicProvider(bin: string) {
  const path = join(bin, dynamicProvider);
  if (existsSync(path)) return;
  const script = `#!/bin/sh
provider=$(node -p 'require.resolve("@pulumi/pulumi/cmd/dynamic-provider", { paths: [process.env.PULUMI_LGTM_ROOT || ".", process.cwd()] })') || {
  echo "${dynamicProvider}: @pulumi/pulumi was not found. Set PULUMI_LGTM_ROOT to the folder whose node_modules has it." >&2
  exit 1
}
exec node "$provider" "$@"
`;
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, script);
  chmodSync(fresh, 0o755);
  renameSync(fresh, path);
}
