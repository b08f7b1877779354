import { createHmac } from "node:crypto";

/**
 * A version for each secret that changes when its value does and reveals nothing of it: without the key, which is a
 * secret too, nobody can try values out. The name is part of it, so equal values have different versions.
 */
export function secretVersions(key: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, createHmac("sha256", key).update(`${name}\0${value}`).digest("hex").slice(0, 16)]));
}
