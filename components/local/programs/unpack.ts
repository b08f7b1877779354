import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Release } from "./table";

/** Unpacks what is needed of a verified archive into `into`; `scratch` is an empty folder on the same file system. */
export async function unpack(archive: string, release: Pick<Release, "format" | "members" | "into">, scratch: string, into: string): Promise<void> {
  const target = join(into, release.into ?? "");
  mkdirSync(target, { recursive: true });
  if (release.format === "raw") {
    for (const binary of Object.keys(release.members)) place(archive, join(target, binary), copyFileSync);
    return;
  }
  mkdirSync(scratch, { recursive: true });
  await extract(archive, release, scratch);
  if (release.members === "all") {
    const [top] = readdirSync(scratch);
    if (top === undefined) throw new Error(`${archive} is empty`);
    for (const entry of readdirSync(join(scratch, top))) renameSync(join(scratch, top, entry), join(target, entry));
    return;
  }
  for (const [binary, member] of Object.entries(release.members)) {
    if (!existsSync(join(scratch, member))) throw new Error(`${archive} has no ${member}: the layout of the release changed; correct members in table.ts`);
    place(join(scratch, member), join(target, binary), renameSync);
  }
}

function place(from: string, to: string, put: (from: string, to: string) => void) {
  mkdirSync(dirname(to), { recursive: true });
  put(from, to);
  // A zip does not always carry the right to execute.
  chmodSync(to, 0o755);
}

async function extract(archive: string, release: Pick<Release, "format" | "members">, into: string): Promise<void> {
  // Only what is needed: a release also has documentation and other programs. tar refuses members outside the folder by itself.
  const members = release.members === "all" ? [] : Object.values(release.members);
  if (release.format === "tar.gz") {
    // Some archives name their members with a leading "./", so a named extraction may find nothing: then take everything.
    return run("tar", ["-xzf", archive, "-C", into, ...members]).catch(error => {
      if (members.length === 0) throw error;
      return run("tar", ["-xzf", archive, "-C", into]);
    });
  }
  const ways: [string, string[]][] = [
    ["unzip", ["-q", "-o", archive, "-d", into]],
    ["python3", ["-m", "zipfile", "-e", archive, into]],
    ["bsdtar", ["-xf", archive, "-C", into]],
  ];
  for (const [command, args] of ways) {
    try {
      return await run(command, args);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new Error(`${archive} cannot be unpacked: none of unzip, python3 and bsdtar is installed. Install one of them.`);
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      if (error.code === "ENOENT") return reject(error);
      reject(new Error(`${command} could not unpack ${args.find(arg => arg.startsWith("/")) ?? ""}: ${stderr.trim().split("\n").pop() || error.message}`));
    });
  });
}
