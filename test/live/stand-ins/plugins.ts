import { accessSync, chmodSync, constants, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Provider plugins that the tests' stacks need, in the versions of package.json. Those of the clouds and of tls are always
 * stand-ins: a real one would ask for an account, or would not say what it made.
 */
const plugins = {
  command: { version: "1.2.1", standIn: "command-plugin", real: true },
  random: { version: "4.21.2", standIn: "random-plugin", real: true },
  aws: { version: "7.48.0", standIn: "cloud-plugin", real: false },
  "azure-native": { version: "3.28.0", standIn: "cloud-plugin", real: false },
  gcp: { version: "9.37.0", standIn: "cloud-plugin", real: false },
  tls: { version: "5.6.1", standIn: "cloud-plugin", real: false },
};

export type Plugin = keyof typeof plugins;

/** Puts plugins into a PULUMI_HOME of the tests: the real one where it may be and this machine has it, else its stand-in. Returns which is what. */
export function providePlugins(pulumiHome: string, names: readonly Plugin[]): Record<string, "real" | "stand-in"> {
  return Object.fromEntries(names.map(name => {
    const { version, standIn, real: mayBeReal } = plugins[name];
    const binary = `pulumi-resource-${name}`;
    const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
    mkdirSync(folder, { recursive: true });
    const ofUser = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins", `resource-${name}-v${version}`);
    const real = mayBeReal ? [ofUser, ...(process.env.PATH ?? "").split(delimiter)].map(dir => join(dir, binary)).find(isExecutable) : undefined;
    if (real) {
      symlinkSync(real, join(folder, binary));
    } else {
      // One stand-in may serve several packages.
      writeFileSync(join(folder, binary), `#!/bin/sh\nSTAND_IN_FOR=${name} exec '${process.execPath}' '${join(__dirname, standIn, "main.js")}' "$@"\n`);
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
