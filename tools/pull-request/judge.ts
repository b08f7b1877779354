import type { Change, Changes } from "./changes";

/** What a team cannot get back by running pulumi again, by type. */
const precious: Record<string, string> = {
  "aws:ec2/instance:Instance": "machine",
  "aws:ebs/volume:Volume": "data disk",
  "aws:s3/bucket:Bucket": "bucket",
  "azure-native:compute:VirtualMachine": "machine",
  "azure-native:compute:Disk": "data disk",
  "azure-native:storage:StorageAccount": "storage account",
  "azure-native:storage:BlobContainer": "container",
  "gcp:compute/instance:Instance": "machine",
  "gcp:compute/disk:Disk": "data disk",
  "gcp:storage/bucket:Bucket": "bucket",
};

/** Label of a pull request that lets a replacement or deletion pass. */
export const allowLabel = "allow-replace";

/** Why a preview must not pass. */
export interface Verdict {
  passes: boolean;
  /** Replaced or deleted machines and disks; allowed or not. */
  losses: string[];
  lossesAllowed: boolean;
}

/** Judges a preview: it fails on errors, on mandatory rules, and on the loss of a machine or of data unless that is allowed. */
export function judge(changes: Changes, lossesAllowed: boolean): Verdict {
  const losses = changes.resources.filter(isLoss).map(({ fate, type, name, properties }) => {
    const because = properties.filter(({ replaces }) => replaces).map(({ path }) => `\`${path}\``);
    return `the ${precious[type]} \`${name}\` would be ${fate === "replace" ? "replaced" : "deleted"}${because.length ? `, because of ${because.join(", ")}` : ""}`;
  });
  return { passes: changes.errors.length === 0 && !changes.findings.some(({ mandatory }) => mandatory) && (lossesAllowed || losses.length === 0), losses, lossesAllowed };
}

/** Of a monitoring server only: other resources of a stack are the stack's own affair. */
function isLoss({ fate, type, urn }: Change): boolean {
  const parents = (urn.split("::")[2] ?? "").split("$").slice(0, -1);
  return (fate === "replace" || fate === "delete") && precious[type] !== undefined && parents.some(parent => parent.startsWith("lgtm:"));
}
