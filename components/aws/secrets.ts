import { Parameter } from "@pulumi/aws/ssm/parameter";
import * as pulumi from "@pulumi/pulumi";
import type { ServerSecrets } from "../server/secrets-resource";
import type { MonitoringServerArgs } from "./args";
import { serverId, type TagsOf } from "./tags";

/** Secrets in the Parameter Store. */
export interface StoredSecrets {
  /** Path in front of every name. */
  prefix: string;
  ready: pulumi.Resource[];
}

/** Path of a server's parameters. */
export function secretPrefix(name: string): string {
  return `/lgtm/${serverId(name)}`;
}

/** Every secret as a SecureString. Standard parameters cost nothing and hold 4 KB; a larger value, such as a certificate with its chain, takes the advanced kind. */
export function storeSecrets(parent: pulumi.Resource, name: string, names: string[], secrets: ServerSecrets, args: MonitoringServerArgs, tags: TagsOf): StoredSecrets {
  const prefix = secretPrefix(name);
  const ready = names.map(secret => new Parameter(
    `${name}-${secret}`,
    { name: `${prefix}/${secret}`, type: "SecureString", tier: "Intelligent-Tiering", value: secrets.each[secret], keyId: args.kmsKeyId, tags: tags(secret) },
    { parent },
  ));
  return { prefix, ready };
}
