/** Part of the stand-in for the clouds: names of what Google Cloud has. */
export const project = "shop-123456";

/** Token of a file of the SDK. */
export const tokenOf = (path: string) => `gcp:${path}:${path.split("/")[1]![0]!.toUpperCase()}${path.split("/")[1]!.slice(1)}`;

export const types = {
  service: tokenOf("projects/service"),
  account: tokenOf("serviceaccount/account"),
  projectMember: "gcp:projects/iAMMember:IAMMember",
  bucket: tokenOf("storage/bucket"),
  bucketMember: tokenOf("storage/bucketIAMMember"),
  object: tokenOf("storage/bucketObject"),
  secret: tokenOf("secretmanager/secret"),
  secretVersion: tokenOf("secretmanager/secretVersion"),
  secretMember: tokenOf("secretmanager/secretIamMember"),
  network: tokenOf("compute/network"),
  subnetwork: tokenOf("compute/subnetwork"),
  address: tokenOf("compute/address"),
  firewall: tokenOf("compute/firewall"),
  disk: tokenOf("compute/disk"),
  resourcePolicy: tokenOf("compute/resourcePolicy"),
  policyAttachment: tokenOf("compute/diskResourcePolicyAttachment"),
  instance: tokenOf("compute/instance"),
  record: tokenOf("dns/recordSet"),
  assignment: tokenOf("osconfig/osPolicyAssignment"),
  snapshot: "snapshot",
  zone: "zone",
};

/** Axion (C4A, N4A) and Ampere (T2A) machines. */
export function archOfMachine(type: string): "arm64" | "amd64" {
  return /^(c4a|n4a|t2a)-/.test(type) ? "arm64" : "amd64";
}
