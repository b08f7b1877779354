import * as pulumi from "@pulumi/pulumi";
import { usesOwnIdentity } from "../server/cloud-datasources";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import type { NeededRole } from "./roles";

/** What stands for the server's own subscription until it is known. */
const own = "@@subscription@@";

/** Roles by which the server reads what is not its own, for what its spec asks: no more. */
export function accountReads({ discovery, cloudDatasources, cloudMetrics, cloudLogs }: ResolvedSpec, args: MonitoringServerArgs, subscriptionId: pulumi.Output<string>): NeededRole[] {
  const reads = (what: string, role: NeededRole["role"], subscription: string): NeededRole => ({
    key: `${what}-${subscription === own ? "subscription" : subscription}`,
    role,
    scope: subscription === own ? pulumi.interpolate`/subscriptions/${subscriptionId}` : `/subscriptions/${subscription}`,
  });
  const monitored = new Set([...(cloudDatasources.azure ?? []).filter(usesOwnIdentity).map(({ subscription }) => subscription ?? own), ...(cloudMetrics?.azure?.subscriptions ?? [])]);
  const discovered = new Set(discovery?.azure ? (discovery.azure.subscriptions ?? [own]) : []);
  return [
    // Metrics, Log Analytics and Resource Graph. Whoever has it may read all resources, too.
    ...[...monitored].map(subscription => reads("monitors", "Monitoring Reader", subscription)),
    ...[...discovered].filter(subscription => !monitored.has(subscription)).map(subscription => reads("discovers", "Reader", subscription)),
    ...(cloudLogs?.azure && args.eventHubsNamespaceId !== undefined ? [{ key: "receives-logs", role: "Azure Event Hubs Data Receiver" as const, scope: args.eventHubsNamespaceId }] : []),
  ];
}
