import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity";
import * as pulumi from "@pulumi/pulumi";
import { issuer, subjectsOf, type PreviewRoleSubjects } from "../cloud/preview-role";
import { assign } from "./roles";
import { tagsFor } from "./tags";

export interface PreviewRoleArgs extends PreviewRoleSubjects {
  /** Resource group for the identity. */
  resourceGroupName: pulumi.Input<string>;
  /** @default that of the provider: azure-native:location */
  location?: pulumi.Input<string>;
  /** Resource ids of what previews may look at: the resource groups of servers and of what they use, such as /subscriptions/<id>/resourceGroups/<name>. Never what is in vaults and containers. */
  scopes: pulumi.Input<string>[];
  /** Resource id of the container with Pulumi's state; previews may read it. @default none: the state is elsewhere */
  stateContainerId?: pulumi.Input<string>;
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * An identity that GitHub Actions takes to preview pull requests, without a password that somebody would have to keep. It reads
 * the given scopes and the state; it changes nothing, and reads no secret.
 *
 * @example
 * new PreviewRole("preview", {
 *   repository: "acme/infra", environments: ["preview-prod"],
 *   resourceGroupName: "ci", scopes: [serverGroup.id], stateContainerId: state.id,
 * });
 */
export class PreviewRole extends pulumi.ComponentResource {
  /** What the workflow takes: `ARM_CLIENT_ID`, `ARM_TENANT_ID`, `ARM_SUBSCRIPTION_ID`. */
  readonly clientId: pulumi.Output<string>;
  readonly tenantId: pulumi.Output<string>;
  readonly subscriptionId: pulumi.Output<string>;

  constructor(name: string, args: PreviewRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const subjects = subjectsOf(args);
    super("lgtm:azure:PreviewRole", name, { repository: args.repository, environments: args.environments }, opts);
    const parent = this;
    const client = getClientConfigOutput({ parent });
    const { resourceGroupName, location } = args;
    const identity = new UserAssignedIdentity(`${name}-preview`, { resourceGroupName, location, tags: tagsFor(name, args.tags) }, { parent });
    // Azure takes the credentials of one identity one after the other.
    let before: pulumi.Resource[] = [];
    for (const [i, subject] of subjects.entries())
      before = [new FederatedIdentityCredential(`${name}-${args.environments[i]}`, { resourceGroupName, resourceName: identity.name, issuer, subject, audiences: ["api://AzureADTokenExchange"] }, { parent, dependsOn: before })];
    assign(parent, name, identity, [
      ...args.scopes.map((scope, i) => ({ key: `reads-${i + 1}`, role: "Reader" as const, scope })),
      ...(args.stateContainerId === undefined ? [] : [{ key: "reads-state", role: "Storage Blob Data Reader" as const, scope: args.stateContainerId }]),
    ], client.subscriptionId);
    this.clientId = identity.clientId;
    this.tenantId = client.tenantId;
    this.subscriptionId = client.subscriptionId;
    this.registerOutputs({ clientId: this.clientId, tenantId: this.tenantId, subscriptionId: this.subscriptionId });
  }
}
