import * as pulumi from "@pulumi/pulumi";

export type Tags = Record<string, string>;

/** Tags of one resource. The user's win, `Name` too. */
export type TagsOf = (role: string) => Tags;

/** What tells this server from every other one in the account. */
export function serverId(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}

export function tagsFor(name: string, tags: Tags = {}): TagsOf {
  return role => ({ Name: role ? `${name}-${role}` : name, "managed-by": "pulumi-lgtm", "lgtm-server": serverId(name), ...tags });
}
