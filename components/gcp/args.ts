import type * as pulumi from "@pulumi/pulumi";
import { openToAll, problemsOf as commonProblems, specOf, wrong, type CloudServerArgs } from "../cloud/args";
import { chooseMachine, specOnMachine, type ChosenMachine } from "../cloud/machine";
import { SpecError } from "../server/spec-error";
import { Tls, type ServerSpec } from "../server/spec";
import { labelProblems } from "./labels";
import { regionOf } from "./location";
import { archOf, memoryOfType, typeOfSize } from "./sizes";

/**
 * A monitoring server on Compute Engine: everything of its spec, what each cloud takes, and what a team may have already. `tags`
 * are labels here: lower case, digits, _ and -.
 */
export interface MonitoringServerArgs extends CloudServerArgs {
  /** Id of the project. @default the provider's: gcp:project */
  project?: string;
  /** @default that of `zone`, else the provider's: gcp:region */
  region?: string;
  /** Of the machine and its disk; another one is another machine and another disk. @default the provider's if it is in the region, else `<region>-b` */
  zone?: string;
  /** Machine type by name; another one stops and starts the machine. One of another processor or another kind of disk (E2 to C4A) replaces both: see docs/gcp.md. @default of the size: e2-small, e2-medium, e2-standard-2 */
  machineType?: string;
  /** Image of the machine's architecture, with systemd, cloud-init and Python 3. Another one replaces the machine; the data stays. @default Ubuntu 24.04 as it is when the machine is made; newer images are not taken by themselves */
  image?: pulumi.Input<string>;
  /** A subnetwork that exists, by its name in the project and region, or as projects/<project>/regions/<region>/subnetworks/<name>, such as in a shared VPC. @default a network of its own with one subnetwork */
  subnetwork?: pulumi.Input<string>;
  /** Of the subnetwork that is made. @default "10.90.0.0/24" */
  cidrBlock?: string;
  /** Network tags for the machine, whose firewall rules are yours. @default one of its own, with rules that let `allowedCidrs` in on the server's ports */
  networkTags?: string[];
  /** E-mail of a service account that exists; what it needs beside is in the output `requiredRoles`. @default one of its own */
  serviceAccountEmail?: pulumi.Input<string>;
  /** A bucket that exists, for releases: the machine reads it. @default made */
  configurationBucket?: pulumi.Input<string>;
  /** A bucket that exists, for logs, traces and the status: the machine writes it. @default made */
  telemetryBucket?: pulumi.Input<string>;
  /** Name or link of a disk with the data of an earlier server, in the zone; it is never deleted here. @default a new one */
  dataDisk?: pulumi.Input<string>;
  /** Name or link of a snapshot from which a new data disk is made. It has to stay as long as the disk: without it a new, empty disk is made. @default none */
  dataSnapshot?: pulumi.Input<string>;
  /** Id of a Cloud KMS key of the region for disks, buckets and secrets, projects/…/cryptoKeys/<key>. @default the keys of Google */
  kmsKey?: pulumi.Input<string>;
  /** Cloud DNS zone in which `domain` gets its record, by its name, or as projects/<project>/managedZones/<name>. @default none: the record is yours to make */
  managedZone?: pulumi.Input<string>;
  /** Name of a static address that exists in the region: public, or internal with `publicAddress: false`. @default a new one */
  address?: pulumi.Input<string>;
  /** Name of a machine that exists in the zone, reached through VM Manager: Ubuntu 24.04 or Debian 12 and later. Its network and disks stay as they are. @default a new machine */
  instance?: pulumi.Input<string>;
  /** Whether to switch on the services of the project that the server needs. @default true */
  enableApis?: boolean;
}

const own = [
  "project", "region", "zone", "machineType", "image", "subnetwork", "cidrBlock", "networkTags", "serviceAccountEmail", "configurationBucket", "telemetryBucket",
  "dataDisk", "dataSnapshot", "kmsKey", "managedZone", "address", "instance", "enableApis",
] as const satisfies readonly Exclude<keyof MonitoringServerArgs, keyof CloudServerArgs>[];

/** What comes of the arguments before anything is made. Throws one {@link SpecError} with everything that is wrong with them. */
export function checked(name: string, args: MonitoringServerArgs): { spec: ServerSpec; machine: ChosenMachine } {
  const machine = chooseMachine(args, "machineType", args.machineType, typeOfSize, memoryOfType, archOf);
  const problems = [...nameProblems(name), ...commonProblems(args), ...(typeof machine === "string" ? [machine] : []), ...problemsOf(args)];
  if (problems.length || typeof machine === "string") throw new SpecError(problems);
  const spec = specOnMachine(specOf(args, own), "gcp", name, machine);
  return { machine, spec: { storage: { kind: "gcs" }, tls: args.domain && openToAll(args.allowedCidrs) ? Tls.acme : Tls.givenCa, ...spec } };
}

/** Buckets, disks and machines are called after the server, with a role and some characters at the end: 63 in all. */
function nameProblems(name: string): string[] {
  return /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) ? [] : [`name: ${JSON.stringify(name)} is not allowed. Allowed: lower-case letters, digits and -, a letter first, at most 40, such as "mon".`];
}

/** What a machine that exists brings along, or has to do without. */
const ofNewMachines = ["machineType", "image", "subnetwork", "cidrBlock", "networkTags", "serviceAccountEmail", "dataDisk", "dataSnapshot", "address", "dataDiskGiB", "snapshotsKept"] as const;

function problemsOf(args: MonitoringServerArgs): string[] {
  const both = (a: keyof MonitoringServerArgs, b: keyof MonitoringServerArgs, why: string) => (args[a] !== undefined && args[b] !== undefined ? [`${a} and ${b} cannot both be set: ${why}.`] : []);
  return [
    ...both("subnetwork", "cidrBlock", "a network that exists has its own range"),
    ...both("dataDisk", "dataSnapshot", "a disk that exists is taken as it is"),
    ...both("dataDisk", "dataDiskGiB", "a disk that exists is taken as it is"),
    ...(args.dataDisk !== undefined && args.snapshotsKept ? ["snapshotsKept: dataDisk names a disk that exists, and its snapshots are its owner's. Leave one of them out."] : []),
    ...(args.publicAddress === false && args.subnetwork === undefined && args.instance === undefined
      ? ["publicAddress: false leaves a server in a network of its own without a way to the internet, and it could not fetch its images. Give subnetwork of a private network with Cloud NAT, or leave publicAddress out."]
      : []),
    ...(args.managedZone !== undefined && !args.domain ? ['managedZone: there is no name for the record. Give domain: "mon.example.com", or leave managedZone out.'] : []),
    ...(args.instance !== undefined ? ofNewMachines.filter(key => args[key] !== undefined).map(key => `${key}: instance says which machine it is, so this cannot be chosen. Leave one of them out.`) : []),
    ...(args.instance !== undefined && args.memory === undefined ? ["memory: missing. Say how much the machine of instance has, in MiB as it is sold, such as memory: 4096."] : []),
    ...(args.cidrBlock !== undefined && !/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-9])$/.test(args.cidrBlock) ? [wrong("cidrBlock", args.cidrBlock, 'an IPv4 range from /16 to /29, such as "10.90.0.0/24"')] : []),
    ...(Array.isArray(args.allowedCidrs) ? args.allowedCidrs.filter(cidr => typeof cidr === "string" && cidr.includes(":")).map(cidr => `allowedCidrs: on Google Cloud the server has an IPv4 address only, which nobody of "${cidr}" could reach. Leave it out.`) : []),
    ...(args.zone !== undefined && !/^[a-z]+-[a-z]+\d+-[a-z]$/.test(args.zone) ? [wrong("zone", args.zone, 'a zone such as "europe-west3-b"')] : []),
    ...(args.zone !== undefined && args.region !== undefined && regionOf(args.zone) !== args.region ? [`zone: "${args.zone}" is not in the region "${args.region}". Leave one of them out.`] : []),
    ...(args.networkTags !== undefined && !(args.networkTags.length && args.networkTags.every(tag => /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(tag))) ? [wrong("networkTags", args.networkTags, 'at least one network tag: lower-case letters, digits and -, such as ["monitoring"]')] : []),
    ...labelProblems(args.tags),
  ];
}
