import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loopDisk } from "./loop-disk";
import { run } from "./command";

/** A mounted file system of its own, which a test can fill. */
export interface SmallDisk {
  path: string;
  /** Writes so many mebibytes; those written before are gone. */
  fill(mebibytes: number): void;
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
    fill: size => writeFileSync(file, Buffer.alloc(size * 1024 * 1024)),
    async remove() {
      await run("umount", [path]);
      rmSync(path, { recursive: true });
      await disk.remove();
    },
  };
}
