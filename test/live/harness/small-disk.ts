import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loopDisk } from "./loop-disk";
import { run } from "./command";

/** A mounted file system of its own, which a test can fill. */
export interface SmallDisk {
  path: string;
  /** Fills it until so many percent are free, or frees it. */
  leave(percent: number): void;
  remove(): Promise<void>;
}

/** Needs root, and the right to mount. */
export async function smallDisk(mebibytes: number): Promise<SmallDisk> {
  const disk = await loopDisk(mebibytes);
  const path = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-mount-"));
  await run("mkfs.ext4", ["-q", "-m", "0", disk.device]);
  await run("mount", [disk.device, path]);
  const file = join(path, "data");
  return {
    path,
    leave(percent) {
      rmSync(file, { force: true });
      const { blocks, bavail, bsize } = statfsSync(path);
      writeFileSync(file, Buffer.alloc(Math.max(0, Math.floor(bavail - (blocks * percent) / 100)) * bsize));
    },
    async remove() {
      await run("umount", [path]);
      rmSync(path, { recursive: true });
      await disk.remove();
    },
  };
}
