import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command";

/** A Linux distribution that servers of the tests may have. */
export type System = "debian-11" | "debian-12" | "debian-13" | "ubuntu-20.04" | "ubuntu-24.04";

interface Archive {
  address: string;
  components: string;
  /** debootstrap's script: a release that is newer than debootstrap has none of its own. */
  script: string;
  /** Package with the keys, and what it must be: the machine's own distribution may not have them. @default the machine's own keys */
  keys?: { path: string; sha256: string; file: string };
}

const debian: Archive = { address: "http://deb.debian.org/debian", components: "main", script: "sid" };

/** The package holds the key F6EC B376 2474 EDA9 D21B 7022 8719 20D1 991B C93C, as Ubuntu publishes it. */
const ubuntu: Archive = {
  address: "http://archive.ubuntu.com/ubuntu",
  components: "main,universe",
  script: "gutsy",
  keys: {
    path: "pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb",
    sha256: "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
    file: "usr/share/keyrings/ubuntu-archive-keyring.gpg",
  },
};

const systems: Record<System, { suite: string; archive: Archive }> = {
  "debian-11": { suite: "bullseye", archive: debian },
  "debian-12": { suite: "bookworm", archive: debian },
  "debian-13": { suite: "trixie", archive: debian },
  "ubuntu-20.04": { suite: "focal", archive: ubuntu },
  "ubuntu-24.04": { suite: "noble", archive: ubuntu },
};

/** What the base of an image is made of: another text, another base. */
export const recipeOf = (system: System) => JSON.stringify([system, systems[system].suite, systems[system].archive]);

/** Why a system cannot be had here; undefined where it can. */
export async function missingSystem(system: System): Promise<string | undefined> {
  const { suite, archive } = systems[system];
  const address = `${archive.address}/dists/${suite}/Release`;
  const answer = await run("curl", ["-fsSL", "-m", "20", "-o", "/dev/null", address]).catch((error: Error) => error.message.trim().split("\n").at(-1));
  return answer ? `${address} cannot be read: ${answer}` : undefined;
}

/** What the clouds' machines have by default, Ubuntu 24.04; Debian 12, which is said, where its archive of packages cannot be reached. */
export async function cloudSystem(): Promise<System> {
  const missing = await missingSystem("ubuntu-24.04");
  if (!missing) return "ubuntu-24.04";
  console.log(`on Debian 12 instead of Ubuntu 24.04: ${missing}`);
  return "debian-12";
}

/** Installs a system with these packages into a folder. */
export async function bootstrap(system: System, packages: string, root: string): Promise<void> {
  const { suite, archive } = systems[system];
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-keys-"));
  try {
    const keyring = archive.keys ? [`--keyring=${await keysOf(archive, archive.keys, folder)}`] : [];
    await run("debootstrap", ["--variant=minbase", `--components=${archive.components}`, `--include=${packages}`, ...keyring, suite, root, archive.address, `/usr/share/debootstrap/scripts/${archive.script}`], { seconds: 1200 }).catch((error: Error) => {
      // It says a line for each package.
      throw new Error(`${system}: ${error.message.split("\n").slice(-20).join("\n")}`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function keysOf({ address }: Archive, { path, sha256, file }: NonNullable<Archive["keys"]>, folder: string): Promise<string> {
  const archive = execFileSync("curl", ["-fsSL", "-m", "60", `${address}/${path}`], { maxBuffer: 16 << 20 });
  const found = createHash("sha256").update(archive).digest("hex");
  if (found !== sha256) throw new Error(`${address}/${path} has the SHA-256 ${found}, expected ${sha256}.`);
  writeFileSync(join(folder, "keys.deb"), archive);
  await run("dpkg-deb", ["-x", join(folder, "keys.deb"), folder]);
  return join(folder, file);
}
