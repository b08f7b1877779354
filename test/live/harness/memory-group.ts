import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./command";

/** Processes that together may take so much memory. Above it the kernel kills one of them, as in a container or a unit with MemoryMax. */
export interface MemoryGroup {
  /** The command line that runs this one in the group. */
  within(command: string[]): string[];
  /** When none of its processes is left. */
  remove(): Promise<void>;
}

const root = "/sys/fs/cgroup";

/** Needs root. Control groups of version 1 or 2, whichever the machine has. */
export function memoryGroup(name: string, mebibytes: number): MemoryGroup {
  const second = existsSync(join(root, "cgroup.controllers"));
  const folder = join(root, second ? name : join("memory", name));
  if (second) writeFileSync(join(root, "cgroup.subtree_control"), "+memory");
  mkdirSync(folder, { recursive: true });
  const set = (file: string, value: number) => writeFileSync(join(folder, file), String(value));
  set(second ? "memory.max" : "memory.limit_in_bytes", mebibytes * 1024 * 1024);
  // What the limit holds must not go to a swap file instead.
  if (!second) set("memory.swappiness", 0);
  else if (existsSync(join(folder, "memory.swap.max"))) set("memory.swap.max", 0);
  return {
    within: command => ["sh", "-c", 'echo $$ > "$0" && exec "$@"', join(folder, "cgroup.procs"), ...command],
    remove: async () => {
      // The kernel takes a moment to see that a process is gone.
      await eventually(`${folder} is empty`, async () => (rmdirSync(folder), true), { seconds: 10, every: 0.2 });
    },
  };
}
