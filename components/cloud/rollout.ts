import * as pulumi from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random/randomBytes";
import type { Wanted } from "./wait";

/**
 * Tells this time of rolling a release out from every other one: new with another release, and with another machine. A release
 * that ran before is not taken for rolled out because its old status is still there.
 */
export function rolloutOf(parent: pulumi.Resource, name: string, release: pulumi.Output<string>, machine: pulumi.Input<string>): pulumi.Output<Wanted> {
  const made = new RandomBytes(`${name}-rollout`, { length: 8, keepers: { release, machine } }, { parent });
  return pulumi.all([release, pulumi.unsecret(made.hex)]).apply(([hash, rollout]) => ({ release: hash, rollout }));
}
