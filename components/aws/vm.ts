import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Instance } from "@pulumi/aws/ec2/instance";
import { VolumeAttachment } from "@pulumi/aws/ec2/volumeAttachment";
import { getParameterOutput } from "@pulumi/aws/ssm/getParameter";
import * as pulumi from "@pulumi/pulumi";
import { whatStage0Knows, type ChosenMachine } from "../cloud/machine";
import type { Machine } from "../server/guest/machine";
import { compressedUserData } from "../server/guest/userdata";
import type { Address } from "./address";
import type { MonitoringServerArgs } from "./args";
import type { Identity } from "./identity";
import type { TagsOf } from "./tags";

/** Engine, images of two releases and the system's own packages. */
export const rootGiB = 16;

/**
 * The machine. It is replaced when its image is named anew, its processor is of another kind, or its data disk or a bucket is
 * another one, and for nothing else: a newer Ubuntu and the text of stage 0 are left for the next machine, the type changes in place.
 */
export function vm(
  parent: pulumi.Resource,
  name: string,
  args: MonitoringServerArgs,
  chosen: ChosenMachine,
  machine: pulumi.Output<Machine>,
  address: Address,
  identity: Identity,
  dataVolume: pulumi.Output<string>,
  partition: pulumi.Output<string>,
  region: pulumi.Output<string>,
  tags: TagsOf,
): { instanceId: pulumi.Output<string>; ready: pulumi.Resource[] } {
  const instance = new Instance(
    `${name}-server`,
    {
      ami: args.imageId ?? ubuntu(parent, chosen),
      instanceType: chosen.name,
      primaryNetworkInterface: { networkInterfaceId: address.interfaceId },
      iamInstanceProfile: identity.instanceProfile,
      // Two hops: the services that need the machine's identity are one bridge away; `apply` closes it to the others.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 2 },
      rootBlockDevice: { encrypted: true, kmsKeyId: args.kmsKeyId, volumeType: "gp3", volumeSize: rootGiB, deleteOnTermination: true, tags: tags("root") },
      ebsOptimized: true,
      maintenanceOptions: { autoRecovery: "default" },
      userDataBase64: machine.apply(compressedUserData),
      userDataReplaceOnChange: false,
      tags: tags(""),
    },
    {
      parent,
      dependsOn: [...identity.ready, ...address.ready],
      // A disk and an address can be on one machine at a time.
      deleteBeforeReplace: true,
      ignoreChanges: ["userDataBase64", ...(args.imageId === undefined ? ["ami"] : [])],
      // What stage 0 was told at the first boot, and the image, whose processor the type must have.
      replacementTrigger: machine.apply(of => whatStage0Knows(of, chosen.arch)),
    },
  );
  const attached = new VolumeAttachment(
    `${name}-data`,
    { instanceId: instance.id, volumeId: dataVolume, deviceName: "/dev/sdf", stopInstanceBeforeDetaching: true },
    { parent, deleteBeforeReplace: true },
  );
  // A failed system moves to other hardware by itself (autoRecovery); a hung kernel is rebooted by this.
  new MetricAlarm(
    `${name}-hung`,
    {
      alarmDescription: `Reboots ${name} when its system does not answer`,
      namespace: "AWS/EC2",
      metricName: "StatusCheckFailed_Instance",
      dimensions: { InstanceId: instance.id },
      statistic: "Minimum",
      period: 60,
      evaluationPeriods: 5,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      alarmActions: [pulumi.interpolate`arn:${partition}:automate:${region}:ec2:reboot`],
      tags: tags("hung"),
    },
    { parent },
  );
  return { instanceId: instance.id, ready: [instance, attached] };
}

/** The newest Ubuntu 24.04, as Canonical publishes it in AWS's public parameters. */
function ubuntu(parent: pulumi.Resource, { arch }: ChosenMachine): pulumi.Output<string> {
  return getParameterOutput({ name: `/aws/service/canonical/ubuntu/server/24.04/stable/current/${arch}/hvm/ebs-gp3/ami-id` }, { parent }).insecureValue;
}

/** The stable name of a volume on machines with NVMe disks, which all current types have; the kernel's own names change. */
export function deviceOf(volumeId: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}
