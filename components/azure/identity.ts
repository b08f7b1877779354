import { getUserAssignedIdentityOutput } from "@pulumi/azure-native/managedidentity/getUserAssignedIdentity";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity";
import * as pulumi from "@pulumi/pulumi";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import type { Place } from "./place";
import type { Tags } from "./tags";

/** Who the machine is. */
export interface Identity {
  id: pulumi.Output<string>;
  clientId: pulumi.Output<string>;
  principalId: pulumi.Output<string>;
  /** Whether it is the server's own, to which rights are given here. */
  made: boolean;
}

/** The identity that was given, else one that does nothing but run this server; it outlives the machine, and so do its rights. */
export function identity(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, { resourceGroupName, location }: Place, tags: Tags): Identity {
  if (args.identityId === undefined) {
    const { id, clientId, principalId } = new UserAssignedIdentity(`${name}-server`, { resourceGroupName, location, tags }, { parent });
    return { id, clientId, principalId, made: true };
  }
  const id = pulumi.output(args.identityId);
  const { clientId, principalId } = id.apply(each => {
    const { resourceGroupName, names } = partsOf("identityId", each, idTypes.identityId);
    return getUserAssignedIdentityOutput({ resourceGroupName, resourceName: names[0]! }, { parent });
  });
  return { id, clientId, principalId, made: false };
}
