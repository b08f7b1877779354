import type { Command, CommandArgs } from "@pulumi/command/local/command";
import * as pulumi from "@pulumi/pulumi";
import { OnDestroy } from "../cloud/args";
import { quoted } from "../server/guest/install-script";
import type { MonitoringServerArgs } from "./args";
import type { Place } from "./place";
import type { Tags } from "./tags";

/** Whether a snapshot is taken when the disk goes. */
export function takesLastSnapshot({ onDestroy, dataDiskId, vmId }: MonitoringServerArgs): boolean {
  return onDestroy === OnDestroy.snapshot && dataDiskId === undefined && vmId === undefined;
}

/** What is missing for it: at most one line. */
export function lastSnapshotProblems(args: MonitoringServerArgs): string[] {
  if (!takesLastSnapshot(args)) return [];
  try {
    require.resolve("@pulumi/command/local/command");
    return [];
  } catch {
    return ['onDestroy: "snapshot" runs the Azure CLI through a package that is not installed. Run npm install @pulumi/command@1.2.1, or use "keep" or "delete".'];
  }
}

/**
 * Azure takes no snapshot when a disk is deleted, and no resource of the provider does anything when it goes. So this runs the
 * Azure CLI of whoever runs `pulumi destroy`: after the machine is gone, since the machine depends on it, and before the disk,
 * on which it depends. A snapshot that fails leaves the disk where it is. That the CLI is there and signed in is seen at `up`.
 */
export function lastSnapshot(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, diskId: pulumi.Output<string>, { resourceGroupName, location, subscriptionId }: Place, tags: Tags): pulumi.Resource[] {
  if (!takesLastSnapshot(args)) return [];
  // Only with this mode: other stacks need no such package.
  const { Command: Local } = require("@pulumi/command/local/command") as { Command: new (name: string, args: CommandArgs, opts: pulumi.CustomResourceOptions) => Command };
  const create = subscriptionId.apply(subscription => words(["az", "account", "show", "--subscription", subscription, "--output", "none"]));
  const take = pulumi.all([diskId, resourceGroupName, location, subscriptionId, args.diskEncryptionSetId]).apply(([disk, group, place, subscription, encryptionSet]) => words(snapshotCommand({ disk, group, place, subscription, encryptionSet }, tags)));
  return [new Local(`${name}-last-snapshot`, { create, delete: take, triggers: [diskId] }, { parent })];
}

interface What {
  disk: string;
  group: string;
  place: string;
  subscription: string;
  /** Of a disk that is encrypted with a key of the user's own. */
  encryptionSet?: string;
}

/** As learn.microsoft.com/cli/azure/snapshot has it. Called after the disk, whose name no other one has. */
export function snapshotCommand({ disk, group, place, subscription, encryptionSet }: What, tags: Tags): string[] {
  return [
    "az", "snapshot", "create", "--subscription", subscription, "--resource-group", group, "--location", place, "--name", `${disk.split("/").at(-1)!}-last`, "--source", disk,
    "--incremental", "true", "--network-access-policy", "DenyAll", "--public-network-access", "Disabled",
    ...(encryptionSet === undefined ? [] : ["--encryption-type", "EncryptionAtRestWithCustomerKey", "--disk-encryption-set", encryptionSet]),
    "--tags", ...Object.entries(tags).map(([key, value]) => `${key}=${value}`),
    "--output", "none",
  ];
}

/** A command line for a POSIX shell. */
function words(all: string[]): string {
  return all.map(word => (/^[\w./:=-]+$/.test(word) ? word : quoted(word))).join(" ");
}
