import type * as pulumi from "@pulumi/pulumi";
import { openToAll, problemsOf as commonProblems, specOf, type CloudServerArgs } from "../cloud/args";
import { chooseMachine, specOnMachine, type ChosenMachine } from "../cloud/machine";
import { SpecError } from "../server/spec-error";
import { Tls, type ServerSpec } from "../server/spec";
import { archOf, memoryOfType, typeOfSize } from "./sizes";

/** A monitoring server on EC2: everything of its spec, what each cloud takes, and what a team may have already. */
export interface MonitoringServerArgs extends CloudServerArgs {
  /** EC2 instance type by name; another one stops and starts the machine. @default of the size: t4g.small, t4g.medium, t4g.large */
  instanceType?: string;
  /** AMI of the machine's architecture, with systemd, cloud-init and Python 3. Another one replaces the machine; the data stays. @default Ubuntu 24.04 as it is when the machine is made; newer images are not taken by themselves */
  imageId?: pulumi.Input<string>;
  /** A subnet that exists, with a way to the internet. @default a VPC of its own with one public subnet */
  subnetId?: pulumi.Input<string>;
  /** Of the VPC that is made. @default "10.90.0.0/24" */
  cidrBlock?: string;
  /** A security group that exists; its rules are yours. @default one that lets `allowedCidrs` in on the server's ports */
  securityGroupId?: pulumi.Input<string>;
  /** An instance profile that exists; its role needs what the output `requiredPolicy` says. @default a role of its own */
  instanceProfileName?: pulumi.Input<string>;
  /** A bucket that exists, for releases: the machine reads it. @default made */
  configurationBucket?: pulumi.Input<string>;
  /** A bucket that exists, for logs, traces and the status: the machine writes it. @default made */
  telemetryBucket?: pulumi.Input<string>;
  /** A volume with the data of an earlier server, in the subnet's availability zone; it is never deleted here. @default a new one */
  dataVolumeId?: pulumi.Input<string>;
  /** Snapshot from which a new data volume is made. @default none */
  dataSnapshotId?: pulumi.Input<string>;
  /** ARN of a KMS key for disks, buckets and secrets. @default the keys of AWS */
  kmsKeyId?: pulumi.Input<string>;
  /** Route 53 zone in which `domain` gets its record. @default none: the record is yours to make */
  zoneId?: pulumi.Input<string>;
  /** Allocation id of an elastic address that exists. @default a new one */
  allocationId?: pulumi.Input<string>;
  /** A machine that exists, reached through Systems Manager: Ubuntu 24.04 or Debian 12 and later. Its role needs what `requiredPolicy` says; its network and disks stay as they are. @default a new machine */
  instanceId?: pulumi.Input<string>;
}

const own = [
  "instanceType", "imageId", "subnetId", "cidrBlock", "securityGroupId", "instanceProfileName", "configurationBucket", "telemetryBucket",
  "dataVolumeId", "dataSnapshotId", "kmsKeyId", "zoneId", "allocationId", "instanceId",
] as const satisfies readonly Exclude<keyof MonitoringServerArgs, keyof CloudServerArgs>[];

/** What comes of the arguments before anything is made. Throws one {@link SpecError} with everything that is wrong with them. */
export function checked(name: string, args: MonitoringServerArgs): { spec: ServerSpec; machine: ChosenMachine } {
  const machine = chooseMachine(args, "instanceType", args.instanceType, typeOfSize, memoryOfType, archOf);
  const problems = [...commonProblems(args), ...(typeof machine === "string" ? [machine] : []), ...problemsOf(args)];
  if (problems.length || typeof machine === "string") throw new SpecError(problems);
  const spec = specOnMachine(specOf(args, own), "aws", name, machine);
  return { machine, spec: { storage: { kind: "s3" }, tls: args.domain && openToAll(args.allowedCidrs) ? Tls.acme : Tls.givenCa, ...spec } };
}

/** What a machine that exists brings along, or has to do without. */
const ofNewMachines = ["instanceType", "imageId", "subnetId", "cidrBlock", "instanceProfileName", "dataVolumeId", "dataSnapshotId", "allocationId", "dataDiskGiB", "snapshotsKept"] as const;

function problemsOf(args: MonitoringServerArgs): string[] {
  const both = (a: keyof MonitoringServerArgs, b: keyof MonitoringServerArgs, why: string) => (args[a] !== undefined && args[b] !== undefined ? [`${a} and ${b} cannot both be set: ${why}.`] : []);
  return [
    ...both("subnetId", "cidrBlock", "a network that exists has its own range"),
    ...both("dataVolumeId", "dataSnapshotId", "a volume that exists is taken as it is"),
    ...both("dataVolumeId", "dataDiskGiB", "a volume that exists is taken as it is"),
    ...(args.dataVolumeId !== undefined && args.snapshotsKept ? ["snapshotsKept: dataVolumeId names a volume that exists, and its snapshots are its owner's. Leave one of them out."] : []),
    ...(args.publicAddress === false && args.allocationId !== undefined ? ["allocationId: publicAddress is false, so the server takes no address. Leave one of them out."] : []),
    ...(args.publicAddress === false && args.subnetId === undefined && args.instanceId === undefined
      ? ["publicAddress: false leaves a server in a network of its own without a way to the internet, and it could not fetch its images. Give subnetId of a private subnet behind a NAT gateway, or leave publicAddress out."]
      : []),
    ...(args.zoneId !== undefined && !args.domain ? ['zoneId: there is no name for the record. Give domain: "mon.example.com", or leave zoneId out.'] : []),
    ...(args.instanceId !== undefined ? ofNewMachines.filter(key => args[key] !== undefined).map(key => `${key}: instanceId says which machine it is, so this cannot be chosen. Leave one of them out.`) : []),
    ...(args.instanceId !== undefined && args.memory === undefined ? ["memory: missing. Say how much the machine of instanceId has, in MiB as it is sold, such as memory: 4096."] : []),
    ...(args.cidrBlock !== undefined && !/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-8])$/.test(args.cidrBlock) ? [`cidrBlock: ${JSON.stringify(args.cidrBlock)} is not allowed. Allowed: an IPv4 range from /16 to /28, such as "10.90.0.0/24".`] : []),
  ];
}
