/**
 * STAND-IN for the guest on a cloud's machine. It runs nothing: it looks whether a real one would find what it needs, from what
 * the cloud holds alone (the machine's user data, the objects, the secrets, the attached disk), and reports `applied`; what
 * is missing it reports as a failure. A test sets what it reports instead.
 */
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import type { Machine } from "../../../../components/server/guest/machine";
import { storePaths, type Release, type ReleaseStatus } from "../../../../components/server/release";
import type { Cloud } from "./cloud";

/** What the guest reports, as a test sets it under "guest". */
export type GuestReport = Partial<ReleaseStatus> | "silence";

/** Writes the status of a release if `key` is one that a machine of this cloud would write to this bucket. */
export function reported(cloud: Cloud, site: Site, bucket: string, key: string): void {
  const release = /^status\/(.*)\.json$/.exec(key)?.[1];
  if (release === undefined) return;
  const report = cloud.setting<GuestReport>("guest") ?? {};
  const found = site.machines(cloud).find(({ machine }) => bucketOf(machine.statusStore ?? machine.store) === bucket && pointed(cloud, machine)?.release === release);
  if (report === "silence" || !found) return;
  const missing = missingFor(cloud, site, found, release);
  const { rollout } = pointed(cloud, found.machine)!;
  const status: ReleaseStatus = { format: 1, release, rollout, result: "applied", step: "done", message: "", lastLines: [], ca: "", at: "2026-11-22T10:00:00Z", ...(missing && { result: "failed", step: "stand-in", message: missing }), ...report };
  cloud.putObject(bucket, key, JSON.stringify(status));
}

/** A machine of a cloud with stage 0 on it. */
export interface Found {
  machine: Machine;
  /** Of the disks that are attached to it, as their devices are called. */
  disks: string[];
}

/** What only one cloud's stand-in knows. */
export interface Site {
  machines(cloud: Cloud): Found[];
  hasSecret(cloud: Cloud, secrets: Machine["secrets"], name: string): boolean;
}

/** What cloud-init would write, which takes user data compressed, too. */
export function ofUserData(data: Buffer): Machine {
  const text = (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString();
  const { write_files } = parse(text) as { write_files: { path: string; content: string }[] };
  return JSON.parse(write_files.find(({ path }) => path.endsWith("/machine.json"))!.content) as Machine;
}

/** The machine that an installation script would make of one that exists; none of a script for something else. */
export function ofScript(text: string): Found[] {
  const documents = [...text.matchAll(/[A-Za-z0-9+/=]{100,}/g)].map(([encoded]) => Buffer.from(encoded, "base64").toString());
  const found = [text, ...documents].map(one => /\{\s*"format": 1,\s*"root"[\s\S]*?\n\}/.exec(one)?.[0]).find(Boolean);
  return found === undefined ? [] : [{ machine: JSON.parse(found) as Machine, disks: [] }];
}

function bucketOf(store: Machine["store"]): string {
  return "bucket" in store ? store.bucket : "container" in store ? `${store.account}/${store.container}` : store.path;
}

function pointed(cloud: Cloud, { store }: Machine): { release: string; rollout?: string } | undefined {
  const pointer = cloud.object(bucketOf(store), storePaths.pointer);
  return pointer === undefined ? undefined : (JSON.parse(pointer) as { release: string; rollout?: string });
}

/** What a real guest would not find, in words; undefined where it would find all. */
function missingFor(cloud: Cloud, site: Site, { machine, disks }: Found, hash: string): string | undefined {
  const bucket = bucketOf(machine.store);
  const document = cloud.object(bucket, storePaths.release(hash));
  if (document === undefined) return `the pointer names the release ${hash}, which is not in ${bucket}`;
  const release = JSON.parse(document) as Release;
  if (cloud.object(bucket, storePaths.bundle(release.bundle)) === undefined) return `the bundle ${release.bundle} is not in ${bucket}`;
  const secret = Object.keys(release.secretVersions).find(name => !site.hasSecret(cloud, machine.secrets, name));
  if (secret !== undefined) return `the secret ${secret} is not in the store`;
  if (machine.dataDisk && !disks.includes(machine.dataDisk.device)) return `the disk ${machine.dataDisk.device} is not attached; attached: ${disks.join(", ") || "none"}`;
  return undefined;
}
