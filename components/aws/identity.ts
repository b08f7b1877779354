import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import { trust } from "./policies";
import type { TagsOf } from "./tags";

/** Who the machine is. */
export interface Identity {
  /** Absent on a machine that exists: it has its own. */
  instanceProfile?: pulumi.Output<string>;
  /** What must be there before the machine may do what it does. */
  ready: pulumi.Resource[];
}

/** The instance profile that was given, else a role with the server's rights and no other. */
export function identity(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, policy: pulumi.Output<string>, tags: TagsOf): Identity {
  if (args.instanceId !== undefined) return { ready: [] };
  if (args.instanceProfileName !== undefined) return { instanceProfile: pulumi.output(args.instanceProfileName), ready: [] };
  const role = new Role(`${name}-server`, { assumeRolePolicy: trust("ec2"), description: `Monitoring server ${name}`, tags: tags("server") }, { parent });
  const rights = new RolePolicy(`${name}-server`, { role: role.id, policy }, { parent });
  const profile = new InstanceProfile(`${name}-server`, { role: role.name, tags: tags("server") }, { parent });
  return { instanceProfile: profile.name, ready: [rights] };
}
