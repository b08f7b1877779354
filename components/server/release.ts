import { sha256, type Bundle } from "./bundle";

/** What a server should be: a bundle, the values known only after things exist, and which version of each secret. */
export interface Release {
  format: 1;
  /** Hash of the bundle. */
  bundle: string;
  /** Values of the bundle's placeholders, such as `address`. Nothing secret. */
  bindings: Record<string, string>;
  /** Version of each secret as its store names it, so that a rotated secret is a new release. */
  secretVersions: Record<string, string>;
}

/** The release as it is stored, and the hash under which it is. */
export function renderRelease(bundle: Pick<Bundle, "hash">, bindings: Record<string, string>, secretVersions: Record<string, string>): { document: string; hash: string } {
  const release: Release = { format: 1, bundle: bundle.hash, bindings: sorted(bindings), secretVersions: sorted(secretVersions) };
  const document = JSON.stringify(release);
  return { document, hash: sha256(document) };
}

/** The pointer: the one object that changes in the store. `rollout` tells this time from earlier ones of the same release. */
export function renderPointer(releaseHash: string, rollout?: string): string {
  return JSON.stringify({ format: 1, release: releaseHash, rollout });
}

/** Where things are in a store, whether that is a folder or a bucket. */
export const storePaths = {
  pointer: "pointer.json",
  bundle: (hash: string) => `bundles/${hash}.json`,
  release: (hash: string) => `releases/${hash}.json`,
  status: (hash: string) => `status/${hash}.json`,
};

/** What `apply` reports of a release. */
export interface ReleaseStatus {
  format: 1;
  release: string;
  /** As the pointer had it; absent where it had none. */
  rollout?: string;
  /** applied: runs and is healthy. refused: a check failed, nothing was changed. rolled-back: ran, was unhealthy, the one before runs again. failed: see lastLines. */
  result: "running" | "applied" | "refused" | "rolled-back" | "failed";
  /** The step that ran last. */
  step: string;
  /** In plain words what is wrong; empty when applied. */
  message: string;
  lastLines: string[];
  /** Certificate of the server's own authority, PEM; empty without one. */
  ca: string;
  /** RFC 3339, UTC. */
  at: string;
}

function sorted(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
