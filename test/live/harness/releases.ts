import { bundleDocument, renderBundle, sha256, type Bundle, type Plan } from "../../../components/server/bundle";
import { renderPointer, renderRelease, storePaths, type ReleaseStatus } from "../../../components/server/release";
import type { ServerSpec } from "../../../components/server/spec";
import { leaveOut } from "./service-images";

/** Everything of one release, ready to be put into a store. */
export interface Delivery {
  bundle: Bundle;
  plan: Plan;
  release: string;
  /** Objects of the store by path; the pointer is not among them. */
  objects: Record<string, string>;
  pointer: string;
}

export interface DeliveryOptions {
  bindings?: Record<string, string>;
  secretVersions?: Record<string, string>;
  /** Changes rendered files before they are hashed: for releases that our own library would not make. */
  change?: (files: Record<string, string>) => void;
}

/** A release of a spec, without what the tests cannot have. */
export function delivery(spec: ServerSpec, { bindings = {}, secretVersions = {}, change }: DeliveryOptions = {}): Delivery {
  const files = { ...renderBundle({ ...spec, leaveOut: [...leaveOut, ...(spec.leaveOut ?? [])] }).files };
  change?.(files);
  const document = bundleDocument(files);
  const bundle = { files, hash: sha256(document) };
  const release = renderRelease(bundle, bindings, secretVersions);
  return {
    bundle,
    plan: JSON.parse(files["plan.json"]!) as Plan,
    release: release.hash,
    objects: { [storePaths.bundle(bundle.hash)]: document, [storePaths.release(release.hash)]: release.document },
    pointer: renderPointer(release.hash),
  };
}

/** Replaces text in a rendered file; the text must be there. */
export function edit(files: Record<string, string>, path: string, from: string | RegExp, to: string): void {
  const before = files[path] ?? "";
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${path} has no ${String(from)} that could be replaced.`);
  files[path] = after;
}

/** A store as a deployment sees it. */
export interface Store {
  put(path: string, content: string): Promise<void>;
  get(path: string): Promise<string | undefined>;
}

/** Puts a release into a store and points at it. Its old status is removed from view by the time stamp: see {@link outcome}. */
export async function deliver(store: Store, it: Delivery): Promise<void> {
  for (const [path, content] of Object.entries(it.objects)) await store.put(path, content);
  await store.put(storePaths.pointer, it.pointer);
}

/** The final status of a release, or undefined while there is none. */
export async function outcome(store: Store, release: string): Promise<ReleaseStatus | undefined> {
  const text = await store.get(storePaths.status(release));
  if (!text) return undefined;
  const status = JSON.parse(text) as ReleaseStatus;
  return status.result === "running" ? undefined : status;
}
