import { Instance } from "@pulumi/gcp/compute/instance";
import * as pulumi from "@pulumi/pulumi";
import { whatStage0Knows, type ChosenMachine } from "../cloud/machine";
import type { Machine } from "../server/guest/machine";
import { userData } from "../server/guest/userdata";
import type { Address } from "./address";
import type { MonitoringServerArgs } from "./args";
import type { DataDisk } from "./disk";
import type { Identity } from "./identity";
import type { Network } from "./network";
import type { Scope } from "./scope";
import { diskTypeOf } from "./sizes";

/** Engine, images of two releases and the system's own packages. */
export const rootGiB = 16;

/** Name under which the machine knows its data disk, whichever disk that is. */
const deviceName = "lgtm-data";

export const dataDevice = `/dev/disk/by-id/google-${deviceName}`;

/** What the machine is attached to. */
interface Attached {
  network: Network;
  networkTags: string[];
  address: Address;
  disk: DataDisk;
  who: Identity;
  /** What must be there before it starts. */
  after: pulumi.Resource[];
}

/**
 * The machine. It is replaced when its image is named anew, when its processor is of another kind or when its data disk is another
 * one, and for nothing else: the text of stage 0 is left for the next machine, the type changes in place.
 */
export function vm(at: Scope, args: MonitoringServerArgs, chosen: ChosenMachine, machine: pulumi.Output<Machine>, { network, networkTags, address, disk, who, after }: Attached): Instance {
  return new Instance(
    `${at.name}-server`,
    {
      project: at.project,
      zone: at.zone,
      machineType: chosen.name,
      bootDisk: {
        // A newer image of the family is no other one to the provider, so the machine stays as it is.
        initializeParams: { image: args.image ?? `ubuntu-os-cloud/ubuntu-2404-lts-${chosen.arch}`, size: rootGiB, type: diskTypeOf(chosen.name), labels: at.labels },
        ...(args.kmsKey !== undefined && { kmsKeySelfLink: args.kmsKey }),
      },
      attachedDisks: [{ source: disk.source, deviceName }],
      networkInterfaces: [{ subnetwork: network.subnetwork, ...(address.isPublic ? { accessConfigs: [{ natIp: address.ip }] } : { networkIp: address.ip }) }],
      tags: networkTags,
      // The scope sets no bounds: what the account may do is said by its roles.
      serviceAccount: { email: who.email, scopes: ["cloud-platform"] },
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
      scheduling: { automaticRestart: true, onHostMaintenance: "MIGRATE" },
      canIpForward: false,
      metadata: {
        "user-data": machine.apply(userData),
        "block-project-ssh-keys": "true",
        "enable-oslogin": "TRUE",
        "serial-port-enable": "FALSE",
      },
      allowStoppingForUpdate: true,
      labels: at.labels,
      description: `Monitoring server ${at.name}`,
    },
    {
      ...at.opts,
      dependsOn: [...at.opts.dependsOn, ...after],
      // A disk and an address can be on one machine at a time.
      deleteBeforeReplace: true,
      ignoreChanges: ['metadata["user-data"]'],
      // What stage 0 was told at the first boot; and under the same name it would find another disk while it runs.
      replacementTrigger: pulumi.all([machine, disk.source]).apply(([of, source]) => `${whatStage0Knows(of, chosen.arch)} ${source}`),
    },
  );
}
