import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command";

/** A Linux distribution that servers of the tests may have. */
export type System = "debian-11" | "debian-12" | "debian-13" | "ubuntu-20.04" | "ubuntu-24.04";

/** debootstrap's script for Ubuntu; a release that is newer than debootstrap has no link to it. It knows the archive's address, too. */
const ubuntu = "/usr/share/debootstrap/scripts/gutsy";

const systems: Record<System, { suite: string; script?: string }> = {
  "debian-11": { suite: "bullseye" },
  "debian-12": { suite: "bookworm" },
  "debian-13": { suite: "trixie" },
  "ubuntu-20.04": { suite: "focal", script: ubuntu },
  "ubuntu-24.04": { suite: "noble", script: ubuntu },
};

/** Ubuntu's keys, which another distribution may not have: F6EC B376 2474 EDA9 D21B 7022 8719 20D1 991B C93C is among them. */
const keyring = {
  path: "pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb",
  sha256: "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
  file: "usr/share/keyrings/ubuntu-archive-keyring.gpg",
};

/** Why a system cannot be had here; undefined where it can. Debian's packages are needed for every server. */
export async function missingSystem(system: System): Promise<string | undefined> {
  const { suite, script } = systems[system];
  if (!script) return undefined;
  const address = `${await addressOf(system)}/dists/${suite}/Release`;
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
  const { suite, script } = systems[system];
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-keys-"));
  try {
    const others = script ? ["--components=main,universe", `--keyring=${await keysOf(system, folder)}`] : [];
    await run("debootstrap", ["--variant=minbase", `--include=${packages}`, ...others, suite, root, ...(script ? ["", script] : [])], { seconds: 1200 });
  } catch (error) {
    // It says a line for each package.
    throw new Error(`${system}: ${(error as Error).message.split("\n").slice(-20).join("\n")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Address of the archive of packages, as debootstrap's script has it. */
function addressOf(system: System): Promise<string> {
  const { suite, script } = systems[system];
  return run("sh", ["-c", `ARCH=$(dpkg --print-architecture) SUITE=${suite}; default_mirror() { echo "$1"; exit; }; . ${script}`]);
}

async function keysOf(system: System, folder: string): Promise<string> {
  const address = `${await addressOf(system)}/${keyring.path}`;
  const archive = execFileSync("curl", ["-fsSL", "-m", "60", address], { maxBuffer: 16 << 20 });
  const found = createHash("sha256").update(archive).digest("hex");
  if (found !== keyring.sha256) throw new Error(`${address} has the SHA-256 ${found}, expected ${keyring.sha256}.`);
  writeFileSync(join(folder, "keys.deb"), archive);
  await run("dpkg-deb", ["-x", join(folder, "keys.deb"), folder]);
  return join(folder, keyring.file);
}
