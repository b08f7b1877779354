import { at, given, list, mustBe, present, unknown, type Rule } from "./rule";
import { secretsIn } from "./secrets-in-text";

const machine = "azure-native:compute:VirtualMachine";
const disk = "azure-native:compute:Disk";

/** Azure has no trusted launch for sizes with processors of Ampere: arm64 before the sixth generation. */
function mayBeTrusted(size: unknown): boolean {
  return size !== unknown && !/^Standard_[A-Z]+\d+p[a-z]*_v[1-5]$/i.test(String(size));
}

export const azureMachine: Rule[] = [
  {
    id: "CKV_AZURE_149",
    also: ["CKV_AZURE_1"],
    severity: "critical",
    asks: "Nobody signs in to a machine with a password.",
    why: "Passwords are tried by everybody's scanners, and reused by people.",
    mend: "Set osProfile.linuxConfiguration.disablePasswordAuthentication: true, and no adminPassword.",
    types: [machine],
    wrong: resource => [[mustBe("osProfile.linuxConfiguration.disablePasswordAuthentication", [true])(resource, [])].flat()[0], present(at(resource.props, "osProfile.adminPassword")) && "osProfile.adminPassword is set"],
  },
  {
    id: "CKV_AZURE_178",
    severity: "high",
    asks: "A machine has a public key for SSH.",
    why: "Azure wants a way in; a key is the one that cannot be guessed.",
    mend: "Set osProfile.linuxConfiguration.ssh.publicKeys.",
    types: [machine],
    wrong: ({ props }) => !given(at(props, "osProfile.linuxConfiguration.ssh.publicKeys")) && "osProfile.linuxConfiguration.ssh.publicKeys is empty",
  },
  {
    id: "CKV_AZURE_179",
    severity: "medium",
    asks: "The machine has Azure's agent.",
    why: "Administration without an open port goes through it.",
    mend: "Leave osProfile.linuxConfiguration.provisionVMAgent at true.",
    types: [machine],
    wrong: mustBe("osProfile.linuxConfiguration.provisionVMAgent", [true], true),
  },
  {
    id: "CKV_AZURE_92",
    severity: "high",
    asks: "Disks are managed ones.",
    why: "A disk that lies as a file in a storage account is as open as the account, and has no snapshots.",
    mend: "Use storageProfile.osDisk.managedDisk, and no vhd.",
    types: [machine],
    wrong: ({ props }) => [present(at(props, "storageProfile.osDisk.vhd")) && "storageProfile.osDisk.vhd is set", ...list(at(props, "storageProfile.dataDisks")).map((each, i) => present(at(each, "vhd")) && `storageProfile.dataDisks[${i}].vhd is set`)],
  },
  {
    id: "CKV_AZURE_2",
    severity: "high",
    asks: "Disks are encrypted.",
    why: "A snapshot must be of no use to somebody who gets hold of it.",
    mend: "Leave encryptionSettingsCollection out: Azure encrypts by itself; or set encryption for a key of your own.",
    types: [disk],
    wrong: ({ props }) => at(props, "encryptionSettingsCollection.enabled") === false && !given(at(props, "encryption.diskEncryptionSetId")) && "encryptionSettingsCollection.enabled is false",
  },
  {
    id: "CKV_AZURE_251",
    severity: "high",
    asks: "Nobody can fetch a disk over the internet.",
    why: "Azure can hand out an address from which the whole disk is downloaded.",
    mend: 'Set publicNetworkAccess: "Disabled" and networkAccessPolicy: "DenyAll".',
    types: [disk],
    wrong: resource => [mustBe("publicNetworkAccess", ["Disabled"])(resource, []), mustBe("networkAccessPolicy", ["DenyAll", "AllowPrivate"])(resource, [])].flat(),
  },
  {
    id: "CKV_AZURE_97",
    severity: "low",
    asks: "Data is encrypted on the host already.",
    why: "It covers the temporary disk and what travels to the storage, too.",
    mend: "Register the feature EncryptionAtHost in the subscription, then set securityProfile.encryptionAtHost: true.",
    types: [machine],
    wrong: mustBe("securityProfile.encryptionAtHost", [true]),
  },
  {
    id: "LGTM_AZURE_TRUSTED_LAUNCH",
    also: ["CKV_AZURE_151"],
    severity: "medium",
    asks: "A machine starts only what is signed, and can tell what it started.",
    why: "A changed boot loader would otherwise be below everything that could notice it.",
    mend: 'Set securityProfile: { securityType: "TrustedLaunch", uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } }.',
    types: [machine],
    wrong: resource => mayBeTrusted(at(resource.props, "hardwareProfile.vmSize")) && [mustBe("securityProfile.securityType", ["TrustedLaunch", "ConfidentialVM"]), mustBe("securityProfile.uefiSettings.secureBootEnabled", [true]), mustBe("securityProfile.uefiSettings.vTpmEnabled", [true])].flatMap(wrong => wrong(resource, []) as string | false),
  },
  {
    id: "CKV_AZURE_45",
    severity: "critical",
    asks: "No secret is in custom data.",
    why: "It lies readable on the machine, for every process of root and in every image made of it.",
    mend: "Put the value into the key vault and let the machine fetch it.",
    types: [machine],
    wrong: ({ props }) => [...secretsIn("osProfile.customData", at(props, "osProfile.customData")), ...secretsIn("userData", props.userData)],
  },
  {
    id: "CKV_AZURE_50",
    severity: "low",
    asks: "A machine refuses extensions.",
    why: "Whoever may write to the machine's resource can run programs on it as root through them.",
    mend: "Set osProfile.allowExtensionOperations: false.",
    types: [machine],
    wrong: mustBe("osProfile.allowExtensionOperations", [false], true),
  },
];
