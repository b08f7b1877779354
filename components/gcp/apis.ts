import { Service } from "@pulumi/gcp/projects/service";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import { projectReads, subscriptionReads } from "./project-reads";

/** Google's services that a server needs in its project. */
export function neededApis(args: MonitoringServerArgs, spec: ResolvedSpec): string[] {
  return [
    "compute", "iam", "secretmanager", "storage",
    ...(args.instance !== undefined ? ["osconfig"] : []),
    ...(args.managedZone !== undefined ? ["dns"] : []),
    ...projectReads(spec).flatMap(({ api }) => api),
    ...(subscriptionReads(spec).length ? ["pubsub"] : []),
  ].filter((api, i, all) => all.indexOf(api) === i);
}

/** Switches them on; they stay on when the stack goes, since others may use them. */
export function enableApis(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, spec: ResolvedSpec, project: pulumi.Output<string>): pulumi.Resource[] {
  if (args.enableApis === false) return [];
  return neededApis(args, spec).map(api => new Service(`${name}-api-${api}`, { project, service: `${api}.googleapis.com`, disableOnDestroy: false }, { parent }));
}
