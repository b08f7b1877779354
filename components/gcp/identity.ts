import { IAMMember } from "@pulumi/gcp/projects/iammember";
import { SubscriptionIAMMember } from "@pulumi/gcp/pubsub/subscriptionIAMMember";
import { Account } from "@pulumi/gcp/serviceaccount/account";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import { shortId } from "./labels";
import { projectReads, subscriptionReads } from "./project-reads";
import { configurationRoles, telemetryRoles, type RequiredRole } from "./roles";
import type { Scope } from "./scope";
import type { Storage } from "./storage";

/** Who the machine is. */
export interface Identity {
  email: pulumi.Output<string>;
  member: pulumi.Output<string>;
  /** Made here, so that it gets rights on what exists already, too. */
  own: boolean;
}

/** The service account of a machine that exists, the one that was given, else one of the server's own. */
export function identity(at: Scope, args: MonitoringServerArgs, ofMachine?: pulumi.Output<string>): Identity {
  const given = ofMachine ?? (args.serviceAccountEmail === undefined ? undefined : pulumi.output(args.serviceAccountEmail));
  const email = given ?? new Account(`${at.name}-server`, { project: at.project, accountId: shortId(at.name), displayName: `Monitoring server ${at.name}` }, at.opts).email;
  return { email, member: pulumi.interpolate`serviceAccount:${email}`, own: given === undefined };
}

/** What the service account gets on buckets, projects and subscriptions, and what is left to grant. */
export interface Grants {
  roles: pulumi.Output<RequiredRole[]>;
  ready: pulumi.Resource[];
}

/** Rights on what is made here for any account; on what exists already only for one that is made here, too. */
export function grants(at: Scope, args: MonitoringServerArgs, spec: ResolvedSpec, who: Identity, storage: Storage): Grants {
  const ready: pulumi.Resource[] = [];
  const roles: pulumi.Input<RequiredRole>[] = [];
  const onBucket = (bucket: keyof Storage, title: string, role: string) => {
    const granted = who.own || args[`${bucket}Bucket`] === undefined;
    roles.push(storage[bucket].apply(name => ({ role, on: "bucket" as const, name, granted })));
    if (granted) ready.push(new BucketIAMMember(`${at.name}-${bucket}-${title}`, { bucket: storage[bucket], role, member: who.member }, at.opts));
  };
  for (const [title, role] of Object.entries(configurationRoles)) onBucket("configuration", title, role);
  for (const [title, role] of Object.entries(telemetryRoles)) onBucket("telemetry", title, role);
  for (const { role, project } of projectReads(spec)) {
    const granted = who.own && project === undefined;
    roles.push(at.project.apply(own => ({ role, on: "project" as const, name: project ?? own, granted })));
    if (granted) ready.push(new IAMMember(`${at.name}-project-${role.replace("roles/", "")}`, { project: at.project, role, member: who.member }, at.opts));
  }
  for (const { role, subscription, project } of subscriptionReads(spec)) {
    const granted = who.own && project === undefined;
    roles.push(at.project.apply(own => ({ role, on: "subscription" as const, name: `projects/${project ?? own}/subscriptions/${subscription}`, granted })));
    if (granted) ready.push(new SubscriptionIAMMember(`${at.name}-logs`, { project: at.project, subscription, role, member: who.member }, at.opts));
  }
  return { roles: pulumi.all(roles), ready };
}
