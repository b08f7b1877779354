import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stage0Unit, type InstalledFile } from "./userdata";

/** A script for `sh -s`, run by a user who is root or may use sudo without a password. It holds no secret. */
export function installScript(root: string, memoryMiB: number, files: InstalledFile[]): string {
  const forRoot = `${readFileSync(join(__dirname, "install.sh"), "utf8")}
root=${quoted(root)}
needed_memory=${memoryMiB}
unit=${stage0Unit}
put_files() {
${files.map(put).join("\n")}
}
main
`;
  return `as_root() {
  [ "$(id -u)" != 0 ] || exec sh -s
  command -v sudo >/dev/null || { echo "The user $(id -un) is not root and this server has no sudo. Connect as root, or install sudo." >&2; exit 1; }
  sudo -n true </dev/null 2>/dev/null || {
    echo "The user $(id -un) may not use sudo without a password, and nobody is there to type one. Connect as root, or allow it on the server:" >&2
    echo "echo '$(id -un) ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/$(id -un)" >&2
    exit 1
  }
  exec sudo -n sh -s
}
as_root ${hereDocument(forRoot, "lgtm-end-of-script")}
`;
}

/** A script that only puts files where they belong, for a machine of which nothing else has to be known. It holds no secret. */
export function putFiles(files: InstalledFile[]): string {
  return `put() {
  mkdir -p "$(dirname "$2")"
  cat >"$2.$$"
  chmod "$1" "$2.$$"
  mv -f "$2.$$" "$2"
}
${files.map(put).join("\n")}`;
}

function put(file: InstalledFile): string {
  return `put ${file.mode} ${quoted(file.path)} ${hereDocument(file.text, "lgtm-end-of-file")}`;
}

function hereDocument(text: string, end: string): string {
  if (text.split("\n").includes(end)) throw new Error(`A file of the installation has the line "${end}", which ends it. Rename the line.`);
  return `<<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}`;
}

/** A word as a POSIX shell reads it, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
