import { Vault } from "@pulumi/azure-native/keyvault/vault";
import { Deployment } from "@pulumi/azure-native/resources/deployment";
import * as pulumi from "@pulumi/pulumi";
import type { ServerSecrets } from "../server/secrets-resource";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import { guid, vaultName } from "./names";
import type { Place } from "./place";
import { serverId, type Tags } from "./tags";

/** Secrets in a key vault. */
export interface StoredSecrets {
  /** Address of the vault. */
  vault: pulumi.Output<string>;
  /** What stands in front of every name, with a hyphen between. */
  prefix: string;
  /** Resource ids to which the machine needs the right to read: a vault of its own, or its own secrets in somebody else's. */
  scopes: { key: string; scope: pulumi.Output<string> }[];
  ready: pulumi.Resource[];
}

export interface OneVault {
  resourceGroupName: pulumi.Output<string>;
  name: pulumi.Output<string>;
  id: pulumi.Output<string>;
}

/** Puts every secret into the vault that was given, else into one of its own. */
export function storeSecrets(parent: pulumi.Resource, name: string, names: string[], secrets: ServerSecrets, args: MonitoringServerArgs, place: Place, tags: Tags): StoredSecrets {
  const given = args.keyVaultId !== undefined;
  const vault = given ? givenVault(args.keyVaultId!) : madeVault(parent, name, place, tags);
  const prefix = given ? `${name}-${guid(serverId(name)).slice(0, 8)}` : name;
  const deployed = putSecrets(parent, name, names, prefix, vault, secrets.values, tags);
  const scopes = given ? names.map(secret => ({ key: `reads-${secret}`, scope: pulumi.interpolate`${vault.id}/secrets/${prefix}-${secret}` })) : [{ key: "reads-secrets", scope: vault.id }];
  return { vault: addressOf(vault), prefix, scopes, ready: [deployed] };
}

/** At which a vault of the public cloud answers. */
export function addressOf({ name }: OneVault): pulumi.Output<string> {
  return pulumi.interpolate`https://${name}.vault.azure.net`;
}

export function givenVault(keyVaultId: pulumi.Input<string>): OneVault {
  const id = pulumi.output(keyVaultId);
  const parts = id.apply(each => partsOf("keyVaultId", each, idTypes.keyVaultId));
  return { id, resourceGroupName: parts.resourceGroupName, name: parts.names.apply(names => names[0]!) };
}

/**
 * A vault whose rights are roles. Deleted, it waits for seven days and nobody can purge it; that is in nobody's way, since the
 * next one has another name.
 */
function madeVault(parent: pulumi.Resource, name: string, { resourceGroupName, location, tenantId, unique }: Place, tags: Tags): OneVault {
  const made = new Vault(
    `${name}-secrets`,
    {
      resourceGroupName,
      location,
      vaultName: vaultName(name, unique),
      properties: {
        tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 7,
        enablePurgeProtection: true,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
      },
      tags,
    },
    { parent },
  );
  return { resourceGroupName, name: made.name, id: made.id };
}

/**
 * All secrets as one deployment, not as a resource each: a secret of its own needs rights in the vault to be deleted
 * (azure-native deletes it there), and for days after that its name cannot be used again, so that a client that is taken out
 * and put back would break `pulumi up`. A deployment sets values and deletes none; what nobody asks for any more stays, unused.
 */
export function putSecrets(parent: pulumi.Resource, name: string, names: string[], prefix: string, vault: OneVault, values: pulumi.Input<Record<string, string>>, tags: Tags): pulumi.Resource {
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: { vault: { type: "string" }, secrets: { type: "secureObject" } },
    resources: names.map(secret => ({
      type: "Microsoft.KeyVault/vaults/secrets",
      apiVersion: "2023-07-01",
      name: `[format('{0}/{1}', parameters('vault'), '${prefix}-${secret}')]`,
      tags,
      properties: { value: `[parameters('secrets')['${secret}']]`, contentType: "text/plain" },
    })),
  };
  const properties = { mode: "Incremental" as const, template, parameters: { vault: { value: vault.name }, secrets: { value: pulumi.secret(values) } } };
  return new Deployment(`${name}-secrets`, { resourceGroupName: vault.resourceGroupName, properties, tags }, { parent });
}
