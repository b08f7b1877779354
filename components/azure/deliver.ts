import { Blob } from "@pulumi/azure-native/storage/blob";
import * as pulumi from "@pulumi/pulumi";
import type { Wanted } from "../cloud/wait";
import { bundleDocument, type Bundle } from "../server/bundle";
import { renderPointer, storePaths, type renderRelease } from "../server/release";
import type { Container } from "./storage";

/**
 * Puts bundle and release into their container, and then the pointer that names them. What a newer release replaces is deleted:
 * the provider makes no blob that is there already, so one that stayed would break the way back to an earlier spec. The account
 * keeps deleted blobs for some days, and the server the releases that it ran.
 */
export function deliver(parent: pulumi.Resource, name: string, bundle: Bundle, release: pulumi.Output<ReturnType<typeof renderRelease>>, wanted: pulumi.Output<Wanted>, container: Container, secretsThere: pulumi.Resource[]): pulumi.Resource {
  const blob = (role: string, blobName: pulumi.Input<string>, content: pulumi.Input<string>, after: pulumi.Resource[]) => {
    // Nothing in it is secret: as a secret it stays out of a preview, where the bundle's own resource shows it line by line.
    const source = pulumi.secret(content).apply(text => new pulumi.asset.StringAsset(text));
    return new Blob(
      `${name}-${role}`,
      { resourceGroupName: container.resourceGroupName, accountName: container.account, containerName: container.name, blobName, source, contentType: "application/json" },
      { parent, dependsOn: [...container.ready, ...after], deleteBeforeReplace: true },
    );
  };
  const files = blob("bundle", storePaths.bundle(bundle.hash), bundleDocument(bundle.files), []);
  const contents = blob("release", release.apply(({ hash }) => storePaths.release(hash)), release.apply(({ document }) => document), []);
  return blob("pointer", storePaths.pointer, wanted.apply(({ release, rollout }) => renderPointer(release, rollout)), [files, contents, ...secretsThere]);
}
