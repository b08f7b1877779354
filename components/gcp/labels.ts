import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

export type Labels = Record<string, string>;

/** By this label a server is told from every other one, and a machine that exists is chosen. */
export const serverLabel = "lgtm-server";

/** Labels of everything that can carry them. The user's win. */
export function labelsFor(name: string, labels: Labels = {}): Labels {
  return { "managed-by": "pulumi-lgtm", [serverLabel]: labelOfServer(name), ...labels };
}

/** What tells this server from every other one in the project, as far as a label can: 63 characters of a few kinds. */
export function labelOfServer(name: string): string {
  return [pulumi.getProject(), pulumi.getStack(), name].join("_").toLowerCase().replace(/[^a-z0-9_-]/g, "-").slice(0, 63);
}

/** Short and different for every server: its service account (6 to 30 characters) and its network tag have this name. */
export function shortId(name: string): string {
  const hash = createHash("sha256").update([pulumi.getProject(), pulumi.getStack(), name].join("/")).digest("hex");
  return `${name.slice(0, 21)}-${hash.slice(0, 8)}`;
}

/** What is wrong with labels: one line each (cloud.google.com/resource-manager/docs/labels-overview). */
export function labelProblems(labels: Labels = {}): string[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key) ? [] : [`tags.${key}: the name is not allowed. On Google Cloud these are labels: lower-case letters, digits, _ and -, a letter first, at most 63.`]),
    ...(/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value) ? [] : [`tags.${key}: ${JSON.stringify(value)} is not allowed. On Google Cloud these are labels: lower-case letters, digits, _ and -, at most 63.`]),
  ]);
}
