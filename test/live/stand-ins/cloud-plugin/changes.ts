/** Part of the stand-in for the clouds: what differs between two sets of properties, down to the single value. */
import { isDeepStrictEqual } from "node:util";

export interface Change {
  path: string[];
  kind: "add" | "delete" | "update";
}

export function changesOf(old: unknown, now: unknown, path: string[] = []): Change[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (!isContainer(old) || !isContainer(now) || Array.isArray(old) !== Array.isArray(now)) return [{ path, kind: old === undefined ? "add" : now === undefined ? "delete" : "update" }];
  const [before, after] = [old as Record<string, unknown>, now as Record<string, unknown>];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key => changesOf(before[key], after[key], [...path, key]));
}

/** Whether a change at `path` is one of what `pattern` names: of the thing itself, of a part of it, or of what it is in as a whole. */
export function covers(pattern: string[], path: string[]): boolean {
  return pattern.every((part, i) => i >= path.length || part === "*" || part === path[i]);
}

/** As the engine writes it: storageProfile.dataDisks[0]["lgtm-data"]. */
export function written(path: string[]): string {
  return path.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : /^\w+$/.test(part) ? `${i ? "." : ""}${part}` : `[${JSON.stringify(part)}]`)).join("");
}

function isContainer(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
