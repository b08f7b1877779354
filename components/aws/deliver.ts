import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2";
import * as pulumi from "@pulumi/pulumi";
import type { Wanted } from "../cloud/wait";
import { bundleDocument, type Bundle } from "../server/bundle";
import { renderPointer, storePaths, type renderRelease } from "../server/release";
import type { BucketRef } from "./storage";
import type { Tags } from "./tags";

/**
 * Puts bundle and release into the configuration bucket, and then the pointer that names them. Bundles and releases stay when
 * newer ones come, so that a rebuilt machine can go back.
 */
export function deliver(parent: pulumi.Resource, name: string, bundle: Bundle, release: pulumi.Output<ReturnType<typeof renderRelease>>, wanted: pulumi.Output<Wanted>, bucket: BucketRef, secretsThere: pulumi.Resource[], tags: Tags): pulumi.Resource {
  const object = (role: string, key: pulumi.Input<string>, content: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) =>
    // Nothing in it is secret: as a secret it stays out of a preview, where the bundle's own resource shows it line by line.
    new BucketObjectv2(`${name}-${role}`, { bucket: bucket.name, key, content: pulumi.secret(content), contentType: "application/json", tags }, { parent, dependsOn: bucket.ready, ...opts });
  const files = object("bundle", storePaths.bundle(bundle.hash), bundleDocument(bundle.files), { retainOnDelete: true });
  const contents = object("release", release.apply(({ hash }) => storePaths.release(hash)), release.apply(({ document }) => document), { retainOnDelete: true });
  return object("pointer", storePaths.pointer, wanted.apply(({ release, rollout }) => renderPointer(release, rollout)), { dependsOn: [...bucket.ready, files, contents, ...secretsThere] });
}
