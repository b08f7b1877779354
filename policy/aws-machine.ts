import { at, given, list, mustBe, oneOf, shown, type Rule } from "./rule";
import { secretsIn } from "./secrets-in-text";

const instance = "aws:ec2/instance:Instance";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const volume = "aws:ebs/volume:Volume";

export const awsMachine: Rule[] = [
  {
    id: "CKV_AWS_79",
    severity: "high",
    asks: "The metadata service answers only to those who have asked for a session token first (IMDSv2).",
    why: "With version 1 one forged request through a proxy on the machine is enough to take its credentials.",
    mend: 'Set metadataOptions.httpTokens: "required".',
    types: [instance, template],
    wrong: ({ props }) => at(props, "metadataOptions.httpEndpoint") !== "disabled" && !oneOf(at(props, "metadataOptions.httpTokens"), "required") && `metadataOptions.httpTokens is ${shown(at(props, "metadataOptions.httpTokens"))}, not "required"`,
  },
  {
    id: "CKV_AWS_8",
    severity: "high",
    asks: "The disks of a machine are encrypted.",
    why: "A snapshot or a discarded disk must be of no use to somebody who gets hold of it.",
    mend: "Set rootBlockDevice.encrypted: true, and encrypted: true on every other disk.",
    types: [instance],
    wrong: ({ props }) => [
      !oneOf(at(props, "rootBlockDevice.encrypted"), true) && "rootBlockDevice.encrypted is not true",
      ...list(props.ebsBlockDevices).map((disk, i) => !given(at(disk, "snapshotId")) && !oneOf(at(disk, "encrypted"), true) && `ebsBlockDevices[${i}].encrypted is not true`),
    ],
  },
  {
    id: "CKV_AWS_3",
    also: ["CKV2_AWS_2"],
    severity: "high",
    asks: "Volumes are encrypted.",
    why: "Logs, traces and Grafana's database hold what must not leave with a snapshot.",
    mend: "Set encrypted: true; kmsKeyId for a key of your own.",
    types: [volume],
    wrong: mustBe("encrypted", [true]),
  },
  {
    id: "CKV_AWS_126",
    severity: "low",
    asks: "Detailed monitoring is on.",
    why: "CloudWatch then knows of a machine in trouble within a minute, also when nothing on it answers.",
    mend: "Set monitoring: true.",
    types: [instance],
    wrong: mustBe("monitoring", [true]),
  },
  {
    id: "CKV_AWS_135",
    severity: "low",
    asks: "The machine has a line of its own to its disks.",
    why: "Ingestion and queries would otherwise compete with the network.",
    mend: "Set ebsOptimized: true.",
    types: [instance],
    wrong: mustBe("ebsOptimized", [true]),
  },
  {
    id: "CKV2_AWS_41",
    severity: "medium",
    asks: "A machine has a role of its own.",
    why: "Without one, somebody puts long-lived keys onto it.",
    mend: "Set iamInstanceProfile.",
    types: [instance],
    wrong: ({ props }) => !given(props.iamInstanceProfile) && "iamInstanceProfile is not set",
  },
  {
    id: "CKV_AWS_46",
    severity: "critical",
    asks: "No secret is in user data.",
    why: "Whoever may describe the machine, and every process on it, can read user data.",
    mend: "Put the value into the secret store and let the machine fetch it.",
    types: [instance, template],
    wrong: ({ props }) => [...secretsIn("userData", props.userData), ...secretsIn("userDataBase64", props.userDataBase64)],
  },
  {
    id: "CKV_AWS_88",
    severity: "medium",
    asks: "No machine gets a public address by itself.",
    why: "An address that comes with the machine is lost with it, and nobody decided for it.",
    mend: "Leave associatePublicIpAddress out; a public address is an Eip on a network interface.",
    types: [instance, template],
    wrong: ({ props }) => [
      props.associatePublicIpAddress === true && "associatePublicIpAddress is true",
      ...list(props.networkInterfaces).map((each, i) => [true, "true"].includes(at(each, "associatePublicIpAddress") as boolean | string) && `networkInterfaces[${i}].associatePublicIpAddress is true`),
    ],
  },
];
