import { accessSync, chmodSync, constants, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Provider plugins that the ssh stacks need, in the versions of package.json. */
const plugins = [
  { name: "command", version: "1.2.1", standIn: "command-plugin" },
  { name: "random", version: "4.21.2", standIn: "random-plugin" },
];

/** Puts the plugins into a PULUMI_HOME of the tests: the real one where this machine has it, else its stand-in. Returns which is what. */
export function providePlugins(pulumiHome: string): Record<string, "real" | "stand-in"> {
  return Object.fromEntries(plugins.map(({ name, version, standIn }) => {
    const binary = `pulumi-resource-${name}`;
    const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
    mkdirSync(folder, { recursive: true });
    const ofUser = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins", `resource-${name}-v${version}`);
    const real = [ofUser, ...(process.env.PATH ?? "").split(delimiter)].map(dir => join(dir, binary)).find(isExecutable);
    if (real) {
      symlinkSync(real, join(folder, binary));
    } else {
      writeFileSync(join(folder, binary), `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, standIn, "main.js")}' "$@"\n`);
      chmodSync(join(folder, binary), 0o755);
    }
    return [name, real ? "real" : "stand-in"] as const;
  }));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
