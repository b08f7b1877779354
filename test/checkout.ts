import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the tests read of package.json. */
export interface PackageJson {
  name: string;
  scripts: Record<string, string>;
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

/** Folder of the checkout, found upwards of the compiled tests. */
export const checkout = find(__dirname);

export const packageJson = read(checkout)!;

function find(folder: string): string {
  if (read(folder)?.name === "pulumi-lgtm") return folder;
  if (dirname(folder) === folder) throw new Error(`No checkout of pulumi-lgtm above ${__dirname}.`);
  return find(dirname(folder));
}

function read(folder: string): PackageJson | undefined {
  const path = join(folder, "package.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as PackageJson) : undefined;
}
