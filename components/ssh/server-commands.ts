import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InstalledFile } from "../server/guest/userdata";

/** What `pulumi up` calls on the server afterwards: `python3 <root>/ssh <command>`. */
export function serverCommands(root: string): InstalledFile[] {
  const folder = join(__dirname, "on-server");
  const names = readdirSync(folder).filter(name => name.endsWith(".py")).sort();
  return names.map(name => ({ path: `${root}/ssh/${name}`, mode: "644", text: readFileSync(join(folder, name), "utf8") }));
}
