import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Control groups of a server's own containers lie in this machine's tree (with cgroup v1 a container has no tree of its own),
 * and nobody removes them when the server goes. They are empty then. Best effort: a leftover harms nobody.
 */
export async function removeCgroups(containers: string[]): Promise<void> {
  for (const controller of list("/sys/fs/cgroup")) {
    for (const id of containers) removeTree(join("/sys/fs/cgroup", controller, "docker", id));
  }
}

function removeTree(folder: string): void {
  for (const name of list(folder)) removeTree(join(folder, name));
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or still in use.
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(entry => entry.name);
  } catch {
    return [];
  }
}
