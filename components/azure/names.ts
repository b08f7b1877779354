import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Letters and digits of a server's name, as many as fit. */
function letters(name: string, most: number): string {
  return name.replaceAll("-", "").slice(0, most);
}

/** Name of a storage account, unique in the world: at most 24 lower-case letters and digits. */
export function accountName(name: string, role: "conf" | "data", unique: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${letters(name, 12)}${role}${unique}`;
}

/** Name of a key vault, unique in the world, deleted ones of the last days included: at most 24 letters, digits and hyphens. */
export function vaultName(name: string, unique: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${letters(name, 15)}-${unique}`;
}

/** A GUID that is always the same for the same words: as `guid()` of Bicep is used for names of role assignments. */
export function guid(...words: string[]): string {
  const hex = createHash("sha256").update(words.join("|")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
