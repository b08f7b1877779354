import { Secret } from "@pulumi/gcp/secretmanager/secret";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { ServerSecrets } from "../server/secrets-resource";
import type { MonitoringServerArgs } from "./args";
import type { Identity } from "./identity";
import { secretRole, type RequiredRole } from "./roles";
import type { Scope } from "./scope";

/** Secrets in Secret Manager. */
export interface StoredSecrets {
  /** In front of every id, with a hyphen in between. */
  prefix: string;
  roles: RequiredRole[];
  ready: pulumi.Resource[];
}

/** In front of the ids of a server's secrets, which are letters, digits, _ and - (at most 255). */
export function secretPrefix(name: string): string {
  return ["lgtm", pulumi.getProject(), pulumi.getStack(), name].join("-").replace(/[^A-Za-z0-9_-]/g, "-");
}

/** Every secret by itself, readable for the machine's service account alone; a new value destroys the former version. */
export function storeSecrets(at: Scope, names: string[], secrets: ServerSecrets, args: MonitoringServerArgs, who: Identity): StoredSecrets {
  const prefix = secretPrefix(at.name);
  // A key of a region encrypts what is in that region only.
  const replication = args.kmsKey === undefined ? { auto: {} } : { userManaged: { replicas: [{ location: at.region, customerManagedEncryption: { kmsKeyName: args.kmsKey } }] } };
  const ready = names.flatMap(secret => {
    const resource = `${at.name}-${secret}`;
    const made = new Secret(resource, { project: at.project, secretId: `${prefix}-${secret}`, replication, labels: at.labels }, at.opts);
    return [
      new SecretVersion(resource, { secret: made.id, secretData: secrets.each[secret]! }, at.opts),
      new SecretIamMember(resource, { project: at.project, secretId: made.secretId, role: secretRole, member: who.member }, at.opts),
    ];
  });
  return { prefix, ready, roles: names.map(secret => ({ role: secretRole, on: "secret", name: `${prefix}-${secret}`, granted: true })) };
}
