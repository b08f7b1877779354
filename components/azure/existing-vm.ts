import { getVirtualMachineOutput } from "@pulumi/azure-native/compute/getVirtualMachine";
import { VirtualMachineRunCommandByVirtualMachine } from "@pulumi/azure-native/compute/virtualMachineRunCommandByVirtualMachine";
import { getNetworkInterfaceOutput } from "@pulumi/azure-native/network/getNetworkInterface";
import { getPublicIPAddressOutput } from "@pulumi/azure-native/network/getPublicIPAddress";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../server/guest/machine";
import { installScript } from "../server/guest/install-script";
import { installFiles } from "../server/guest/userdata";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import type { Tags } from "./tags";

/** A machine that exists: what it is, where it is reached, and what stands for it in the rules of others. */
export interface ExistingMachine {
  resourceGroupName: pulumi.Output<string>;
  vmName: pulumi.Output<string>;
  location: pulumi.Output<string>;
  ip: pulumi.Output<string>;
  privateIp: pulumi.Output<string>;
  applicationSecurityGroupId: pulumi.Output<string | undefined>;
}

export function existingMachine(parent: pulumi.Resource, args: MonitoringServerArgs): ExistingMachine {
  const parts = pulumi.output(args.vmId!).apply(id => partsOf("vmId", id, idTypes.vmId));
  const resourceGroupName = parts.resourceGroupName;
  const vmName = parts.names.apply(names => names[0]!);
  const found = getVirtualMachineOutput({ resourceGroupName, vmName }, { parent });
  const nic = found.apply(({ networkProfile }) => {
    const { resourceGroupName, names } = partsOf("vmId", first(networkProfile?.networkInterfaces)?.id ?? "", "Microsoft.Network/networkInterfaces");
    return getNetworkInterfaceOutput({ resourceGroupName, networkInterfaceName: names[0]! }, { parent });
  });
  const configuration = nic.apply(({ ipConfigurations }) => first(ipConfigurations));
  const privateIp = configuration.apply(it => it?.privateIPAddress ?? "");
  return {
    resourceGroupName,
    vmName,
    location: found.location,
    privateIp,
    ip: configuration.apply(it => (args.publicAddress === false || !it?.publicIPAddress?.id ? privateIp : publicIp(parent, it.publicIPAddress.id))),
    applicationSecurityGroupId: configuration.apply(it => it?.applicationSecurityGroups?.[0]?.id),
  };
}

/** The primary one; where there is one alone, Azure may not say so. */
function first<T extends { primary?: boolean }>(all: T[] = []): T | undefined {
  return all.find(({ primary }) => primary) ?? all[0];
}

function publicIp(parent: pulumi.Resource, id: string): pulumi.Output<string> {
  const { resourceGroupName, names } = partsOf("vmId", id, idTypes.publicIpAddressId);
  return getPublicIPAddressOutput({ resourceGroupName, publicIpAddressName: names[0]! }, { parent }).apply(({ ipAddress }) => ipAddress ?? "");
}

/** Puts stage 0 on it through Run Command; from then on it fetches its releases like any other. Destroying the stack leaves the machine as it is. */
export function installOn(parent: pulumi.Resource, name: string, { resourceGroupName, vmName, location }: ExistingMachine, memory: number, machine: pulumi.Output<Machine>, rights: pulumi.Resource[], tags: Tags): pulumi.Resource {
  return new VirtualMachineRunCommandByVirtualMachine(
    `${name}-install`,
    {
      resourceGroupName,
      vmName,
      location,
      source: { script: machine.apply(of => installScript(of.root, memory, installFiles(of))) },
      timeoutInSeconds: 600,
      asyncExecution: false,
      treatFailureAsDeploymentFailure: true,
      tags,
    },
    { parent, dependsOn: rights },
  );
}
