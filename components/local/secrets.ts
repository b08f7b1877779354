import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { grafanaAdminPassword, isGenerated } from "../server/generated-secrets";

/** Key of the versions: with it, a version in a state file tells nothing about a guessable secret. Not a secret of any service. */
const versionKey = ".version-key";

/** Makes the secrets that do not exist yet, one file a secret, readable by the user alone. Throws where one has to be given. */
export function ensureSecrets(folder: string, names: string[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const name of [versionKey, ...names]) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    if (name !== versionKey && !isGenerated(name)) throw new Error(`The secret ${name} is missing, and only you have it. Put it into the file ${path} (mode 0600), or take what needs it out of the spec: ${neededBy(name)}.`);
    writeFileSync(path, newSecret(name), { mode: 0o600, flag: "wx" });
  }
}

/** Key of the spec that asks for a secret. */
function neededBy(name: string): string {
  return name.startsWith("tls-") ? 'tls: "given"' : "a receiver in alerts";
}

/** A version of each secret that changes when its value does; undefined where one is missing. */
export function secretVersions(folder: string, names: string[]): Record<string, string> | undefined {
  if (![versionKey, ...names].every(name => existsSync(join(folder, name)))) return undefined;
  const key = readFileSync(join(folder, versionKey));
  return Object.fromEntries(names.map(name => [name, createHmac("sha256", key).update(readFileSync(join(folder, name))).digest("hex").slice(0, 16)]));
}

/** 256 bits. The one that a person types has 24 characters without those that look alike (140 bits). */
function newSecret(name: string): string {
  if (name !== grafanaAdminPassword) return randomBytes(32).toString("hex");
  const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  // Bytes past the last whole round of the alphabet would favour its first letters.
  const fair = 256 - (256 % letters.length);
  return [...randomBytes(256)].filter(byte => byte < fair).slice(0, 24).map(byte => letters[byte % letters.length]).join("");
}
