import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Stage 1, the program that rolls a release out, as files of the bundle under `apply/`. */
export function applyProgram(): Record<string, string> {
  const folder = join(__dirname, "apply");
  const names = readdirSync(folder).filter(name => name.endsWith(".py")).sort();
  return Object.fromEntries(names.map(name => [`apply/${name}`, readFileSync(join(folder, name), "utf8")]));
}

/** Stage 0, the program that a new machine is given once and that never changes. */
export function stage0Program(): string {
  return readFileSync(join(__dirname, "stage0.py"), "utf8");
}
