import * as pulumi from "@pulumi/pulumi";
import { waitForRelease, type ReadStatus, type Wanted } from "./wait";

/**
 * The hash of the release once the server runs it. A preview does not ask. `after` is what must exist before waiting makes
 * sense: the machine, its disk, the pointer. `rights` are those that somebody else has to give the machine: they are said while
 * it is silent, since whoever gives them cannot know the names of what was only just made.
 */
export function releaseWhenReady(
  parent: pulumi.Resource,
  wanted: pulumi.Output<Wanted>,
  after: pulumi.Input<unknown>[],
  read: (release: string) => ReadStatus,
  seconds: number,
  hint: string,
  rights?: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.all([wanted, rights, pulumi.all(after)]).apply(async ([what, needed]) => {
    const say = (line: string) => void pulumi.log.info(line, parent, undefined, true);
    if (pulumi.runtime.isDryRun()) return what.release;
    // What the server did not like and could live with, such as an old password.
    for (const line of (await waitForRelease(what, read(what.release), { seconds, say, hint, silent: () => needed && void pulumi.log.warn(needed, parent) })).lastLines) void pulumi.log.warn(line, parent);
    return what.release;
  });
}
