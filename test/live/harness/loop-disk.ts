import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command";

/** A block device of a file: the data disk of a server, which outlives it. */
export interface LoopDisk {
  /** Such as /dev/loop3; the same in a server that was given it. */
  device: string;
  /** The file behind it. */
  file: string;
  /** Makes it larger, as a cloud does with a disk in use. */
  grow(mebibytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** An empty disk. Needs root. */
export async function loopDisk(mebibytes: number): Promise<LoopDisk> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-disk-"));
  const file = join(folder, "disk.img");
  await run("truncate", ["-s", `${mebibytes}M`, file]);
  const device = await run("losetup", ["--find", "--show", file]);
  return {
    device,
    file,
    async grow(size) {
      truncateSync(file, size * 1024 * 1024);
      await run("losetup", ["--set-capacity", device]);
    },
    async remove() {
      await run("losetup", ["--detach", device]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
