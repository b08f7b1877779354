import * as pulumi from "@pulumi/pulumi";
import { waitForRelease, type ReadStatus } from "./wait";

/**
 * The hash of the release once the server runs it. A preview does not ask. `after` is what must exist before waiting makes
 * sense: the machine, its disk, the pointer.
 */
export function releaseWhenReady(
  parent: pulumi.Resource,
  release: pulumi.Output<string>,
  after: pulumi.Input<unknown>[],
  read: (release: string) => ReadStatus,
  seconds: number,
  hint: string,
): pulumi.Output<string> {
  return pulumi.all([release, pulumi.all(after)]).apply(async ([hash]) => {
    const say = (line: string) => void pulumi.log.info(line, parent, undefined, true);
    if (pulumi.runtime.isDryRun()) return hash;
    // What the server did not like and could live with, such as an old password.
    for (const line of (await waitForRelease(hash, read(hash), { seconds, say, hint })).lastLines) void pulumi.log.warn(line, parent);
    return hash;
  });
}
