import { at, given, list, mustBe, present, shown, texts, unknown, type Rule } from "./rule";
import { secretsIn } from "./secrets-in-text";

const instance = "gcp:compute/instance:Instance";
const disk = "gcp:compute/disk:Disk";

/** A value of a machine's metadata, where "TRUE", "true" and "1" are the same. */
function flag(props: unknown, key: string): string | typeof unknown {
  const metadata = at(props, "metadata");
  const value = metadata === unknown ? unknown : (metadata as Record<string, unknown> | undefined)?.[key];
  return value === unknown ? unknown : /^(true|1|y|yes)$/i.test(String(value)) ? "true" : String(value ?? "not set");
}

export const gcpMachine: Rule[] = [
  {
    id: "CKV_GCP_30",
    also: ["CKV_GCP_31"],
    severity: "high",
    asks: "A machine has a service account of its own.",
    why: "The default one is shared by all machines and may change the whole project.",
    mend: "Set serviceAccount.email to an account made for it.",
    types: [instance],
    wrong: ({ props }) => {
      const email = at(props, "serviceAccount.email");
      return email !== unknown && (!given(email) || /^\d+-compute@developer\.gserviceaccount\.com$/.test(String(email))) && `serviceAccount.email is ${shown(email)}`;
    },
  },
  {
    id: "CKV_GCP_32",
    severity: "high",
    asks: "Keys of the project do not open the machine.",
    why: "Whoever may write the project's metadata could sign in everywhere.",
    mend: 'Set metadata["block-project-ssh-keys"]: "true".',
    types: [instance],
    wrong: ({ props }) => ![unknown, "true"].includes(flag(props, "block-project-ssh-keys")) && `metadata.block-project-ssh-keys is ${String(flag(props, "block-project-ssh-keys"))}`,
  },
  {
    id: "CKV_GCP_34",
    severity: "medium",
    asks: "Sign-in goes by accounts of the organisation (OS Login).",
    why: "Rights end with the account then, and not when somebody remembers a key.",
    mend: 'Set metadata["enable-oslogin"]: "TRUE".',
    types: [instance],
    wrong: ({ props }) => ![unknown, "true"].includes(flag(props, "enable-oslogin")) && `metadata.enable-oslogin is ${String(flag(props, "enable-oslogin"))}`,
  },
  {
    id: "CKV_GCP_35",
    severity: "medium",
    asks: "The serial console takes no input.",
    why: "It has no rules about addresses: it is open to the whole internet for whoever has a key.",
    mend: 'Leave metadata["serial-port-enable"] out.',
    types: [instance],
    wrong: ({ props }) => flag(props, "serial-port-enable") === "true" && "metadata.serial-port-enable is true",
  },
  {
    id: "CKV_GCP_36",
    severity: "medium",
    asks: "A machine passes nothing on for others.",
    why: "It would become a way around the rules of the network.",
    mend: "Leave canIpForward out.",
    types: [instance],
    wrong: mustBe("canIpForward", [false], false),
  },
  {
    id: "CKV_GCP_39",
    severity: "medium",
    asks: "A machine starts only what is signed, and can tell what it started.",
    why: "A changed boot loader would otherwise be below everything that could notice it.",
    mend: "Set shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true }.",
    types: [instance],
    wrong: resource => ["enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring"].flatMap(key => mustBe(`shieldedInstanceConfig.${key}`, [true])(resource, [])),
  },
  {
    id: "CKV_GCP_40",
    severity: "low",
    asks: "A machine has no public address.",
    why: "What is not on the internet cannot be tried from there.",
    mend: "Leave accessConfigs out and put a load balancer or a private network in front.",
    types: [instance],
    wrong: ({ props }) => list(props.networkInterfaces).map((each, i) => (present(at(each, "accessConfigs")) || present(at(each, "ipv6AccessConfigs"))) && `networkInterfaces[${i}] has a public address`),
  },
  {
    id: "CKV_GCP_38",
    also: ["CKV_GCP_37"],
    severity: "low",
    asks: "Disks are encrypted with a key of your own.",
    why: "The key can then be withdrawn; Google encrypts every disk with its own key in any case.",
    mend: "Set diskEncryptionKey.kmsKeySelfLink on disks, bootDisk.kmsKeySelfLink on machines.",
    types: [disk, instance],
    wrong: ({ type, props }) => (type === disk ? !given(props.diskEncryptionKey) : !given(at(props, "bootDisk.kmsKeySelfLink")) && !given(at(props, "bootDisk.diskEncryptionKeyRaw"))) && "the key is Google's own",
  },
  {
    id: "LGTM_GCP_METADATA_SECRETS",
    severity: "critical",
    asks: "No secret is in a machine's metadata.",
    why: "Whoever may see the machine, and every process on it, can read it.",
    mend: "Put the value into Secret Manager and let the machine fetch it.",
    types: [instance],
    wrong: ({ props }) => [...Object.entries(props.metadata === unknown ? {} : ((props.metadata ?? {}) as object)).flatMap(([key, value]) => secretsIn(`metadata.${key}`, value)), ...secretsIn("metadataStartupScript", texts(props.metadataStartupScript))],
  },
];
