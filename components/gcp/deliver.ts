import { BucketObject } from "@pulumi/gcp/storage/bucketObject";
import * as pulumi from "@pulumi/pulumi";
import type { Wanted } from "../cloud/wait";
import { bundleDocument, type Bundle } from "../server/bundle";
import { renderPointer, storePaths, type renderRelease } from "../server/release";
import type { Scope } from "./scope";

/**
 * Puts bundle and release into the configuration bucket, and then the pointer that names them. Bundles and releases stay when
 * newer ones come, so that a rebuilt machine can go back.
 */
export function deliver(at: Scope, bundle: Bundle, release: pulumi.Output<ReturnType<typeof renderRelease>>, wanted: pulumi.Output<Wanted>, bucket: pulumi.Output<string>, ready: pulumi.Resource[]): pulumi.Resource {
  const object = (role: string, name: pulumi.Input<string>, content: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) =>
    // Nothing in it is secret: as a secret it stays out of a preview, where the bundle's own resource shows it line by line.
    new BucketObject(`${at.name}-${role}`, { bucket, name, content: pulumi.secret(content), contentType: "application/json" }, { ...at.opts, ...opts });
  const files = object("bundle", storePaths.bundle(bundle.hash), bundleDocument(bundle.files), { retainOnDelete: true });
  const contents = object("release", release.apply(({ hash }) => storePaths.release(hash)), release.apply(({ document }) => document), { retainOnDelete: true });
  return object("pointer", storePaths.pointer, wanted.apply(({ release, rollout }) => renderPointer(release, rollout)), { dependsOn: [...at.opts.dependsOn, files, contents, ...ready] });
}
