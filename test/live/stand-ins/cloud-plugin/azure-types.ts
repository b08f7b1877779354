/** Part of the stand-in for the clouds: names of what Azure has. */
export const subscription = "11111111-2222-3333-4444-555555555555";
export const tenant = "99999999-8888-7777-6666-555555555555";

export const types = {
  group: "azure-native:resources:ResourceGroup",
  deployment: "azure-native:resources:Deployment",
  virtualNetwork: "azure-native:network:VirtualNetwork",
  subnet: "azure-native:network:Subnet",
  securityGroup: "azure-native:network:NetworkSecurityGroup",
  securityRule: "azure-native:network:SecurityRule",
  applicationSecurityGroup: "azure-native:network:ApplicationSecurityGroup",
  publicAddress: "azure-native:network:PublicIPAddress",
  networkInterface: "azure-native:network:NetworkInterface",
  identity: "azure-native:managedidentity:UserAssignedIdentity",
  roleAssignment: "azure-native:authorization:RoleAssignment",
  account: "azure-native:storage:StorageAccount",
  container: "azure-native:storage:BlobContainer",
  blob: "azure-native:storage:Blob",
  blobService: "azure-native:storage:BlobServiceProperties",
  managementPolicy: "azure-native:storage:ManagementPolicy",
  vault: "azure-native:keyvault:Vault",
  disk: "azure-native:compute:Disk",
  snapshot: "azure-native:compute:Snapshot",
  machine: "azure-native:compute:VirtualMachine",
  runCommand: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  record: "azure-native:dns:RecordSet",
  backupVault: "azure-native:dataprotection:BackupVault",
  backupPolicy: "azure-native:dataprotection:BackupPolicy",
  backupInstance: "azure-native:dataprotection:BackupInstance",
  zone: "zone",
  /** In a vault, by <vault>/<name>. */
  secret: "secret",
  /** Name of a vault that was deleted, and cannot be used for days. */
  deletedVault: "deleted vault",
};

/** Resource id of a group, and of what is in it. */
export const groupId = (name: string) => `/subscriptions/${subscription}/resourceGroups/${name}`;
export const idOf = (group: string, path: string) => `${groupId(group)}/providers/${path}`;

/** Ampere and Cobalt processors have a p after the number of them. */
export function archOfSize(size: string): "arm64" | "amd64" {
  return /^Standard_[A-Z]+\d+(-\d+)?[a-oq-z]*p/.test(size) ? "arm64" : "amd64";
}
