import { getInstanceOutput } from "@pulumi/aws/ec2/getInstance";
import { Association } from "@pulumi/aws/ssm/association";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../server/guest/machine";
import { installScript } from "../server/guest/install-script";
import { installFiles } from "../server/guest/userdata";
import type { MonitoringServerArgs } from "./args";
import type { TagsOf } from "./tags";

/** A machine that exists: where it is and in which group. */
export interface ExistingMachine {
  ip: pulumi.Output<string>;
  securityGroupId: pulumi.Output<string>;
}

export function existingMachine(parent: pulumi.Resource, args: MonitoringServerArgs): ExistingMachine {
  const found = getInstanceOutput({ instanceId: args.instanceId! }, { parent });
  return {
    ip: found.apply(({ publicIp, privateIp }) => (args.publicAddress === false ? privateIp : publicIp || privateIp)),
    securityGroupId: args.securityGroupId === undefined ? found.vpcSecurityGroupIds.apply(ids => ids[0]!) : pulumi.output(args.securityGroupId),
  };
}

/** Puts stage 0 on it through Systems Manager; from then on it fetches its releases like any other. Destroying the stack leaves the machine as it is. */
export function installOn(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, memory: number, machine: pulumi.Output<Machine>, tags: TagsOf): pulumi.Resource {
  return new Association(
    `${name}-install`,
    {
      name: "AWS-RunShellScript",
      targets: [{ key: "InstanceIds", values: [args.instanceId!] }],
      parameters: { commands: machine.apply(of => installScript(of.root, memory, installFiles(of))), executionTimeout: "600" },
      tags: tags("install"),
    },
    { parent },
  );
}
