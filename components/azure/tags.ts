import * as pulumi from "@pulumi/pulumi";

export type Tags = Record<string, string>;

/** What tells this server from every other one in the subscription. */
export function serverId(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}

/** The provider has no tags of its own that it puts on everything, so each resource is given these. The user's win. */
export function tagsFor(name: string, tags: Tags = {}): Tags {
  return { "managed-by": "pulumi-lgtm", "lgtm-server": serverId(name), ...tags };
}
