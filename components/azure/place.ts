import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { getResourceGroupOutput } from "@pulumi/azure-native/resources/getResourceGroup";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import * as pulumi from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random/randomBytes";
import type { MonitoringServerArgs } from "./args";
import type { Tags } from "./tags";

/** Where in Azure everything of a server is. */
export interface Place {
  resourceGroupName: pulumi.Output<string>;
  location: pulumi.Output<string>;
  subscriptionId: pulumi.Output<string>;
  tenantId: pulumi.Output<string>;
  /** Eight hexadecimal digits for names that must be unique in the world; a stack that is made anew has others. */
  unique: pulumi.Output<string>;
}

export function place(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, tags: Tags): Place {
  const client = getClientConfigOutput({ parent });
  // Part of names, and nobody's secret.
  const unique = pulumi.unsecret(new RandomBytes(`${name}-unique`, { length: 4 }, { parent }).hex);
  return { ...group(parent, name, args, tags), subscriptionId: client.subscriptionId, tenantId: client.tenantId, unique };
}

function group(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, tags: Tags): Pick<Place, "resourceGroupName" | "location"> {
  if (args.resourceGroupName !== undefined) {
    const found = (resourceGroupName: pulumi.Input<string>) => getResourceGroupOutput({ resourceGroupName }, { parent }).location;
    return { resourceGroupName: pulumi.output(args.resourceGroupName), location: pulumi.output(args.location ?? found(args.resourceGroupName)) };
  }
  // A resource group is deleted with everything that is in it, also with what Pulumi was told to leave alone.
  const made = new ResourceGroup(`${name}-group`, { location: args.location, tags }, { parent, retainOnDelete: keepsData(args) });
  return { resourceGroupName: made.name, location: made.location };
}

/** Whether telemetry, and with it the group that it is in, stays when the stack goes. */
export function keepsData({ onDestroy }: MonitoringServerArgs): boolean {
  return onDestroy !== "delete";
}
