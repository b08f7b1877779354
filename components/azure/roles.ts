import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import * as pulumi from "@pulumi/pulumi";
import { azureLogsRoles } from "../server/cloud-logs";
import type { Identity } from "./identity";
import { guid } from "./names";

/** Built-in roles, from learn.microsoft.com/azure/role-based-access-control/built-in-roles. */
export const roles = {
  "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
  ...azureLogsRoles,
  "Disk Backup Reader": "3e5e47e6-65f7-47ef-90b5-e5dd4d455f24",
  "Disk Snapshot Contributor": "7efff54f-a5b4-42b5-a1c5-5411624893ce",
} as const;
export type RoleName = keyof typeof roles;

/** A right that an identity needs. */
export interface NeededRole {
  /** Tells it from the others of the same identity. */
  key: string;
  role: RoleName;
  scope: pulumi.Input<string>;
}

/** A right as the output `requiredRoles` says it. */
export interface RequiredRole {
  role: string;
  /** Of the role definition. */
  id: string;
  /** Resource id of what it is for. */
  scope: string;
}

export function required(needed: NeededRole[]): pulumi.Output<RequiredRole[]> {
  return pulumi.output(needed.map(({ role, scope }) => ({ role, id: roles[role], scope }))) as pulumi.Output<RequiredRole[]>;
}

/** Gives an identity its roles. */
export function assign(parent: pulumi.Resource, name: string, who: Pick<Identity, "principalId">, needed: NeededRole[], subscriptionId: pulumi.Output<string>): pulumi.Resource[] {
  return needed.map(({ key, role, scope }) => new RoleAssignment(
    `${name}-${key}`,
    {
      roleAssignmentName: pulumi.all([scope, who.principalId]).apply(([where, principal]) => guid(where, principal, roles[role])),
      scope,
      roleDefinitionId: pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
      principalId: who.principalId,
      // Azure then does not look the identity up, which right after its creation is not known everywhere.
      principalType: "ServicePrincipal",
    },
    { parent },
  ));
}
