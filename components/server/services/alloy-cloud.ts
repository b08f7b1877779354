import { Named, unattributed } from "../cloud-labels";
import type { Cloud } from "../cloud-metrics";
import { labels } from "../labels";
import type { ResolvedSpec } from "../spec";
import { block, expression, relabel } from "./alloy-block";

/** What Alloy needs to be who it is in a cloud. No secret is in it. */
export function cloudEnvironment({ cloudMetrics, cloudLogs }: ResolvedSpec): Record<string, string> {
  return {
    // Which identity of the machine.
    ...((cloudMetrics?.azure ?? cloudLogs?.azure) && { AZURE_CLIENT_ID: "@@clientid@@" }),
    // That there is one: else Google's library looks for it while Alloy starts, and Alloy ends where it does not answer.
    ...((cloudMetrics?.gcp ?? cloudLogs?.gcp) && { GCE_METADATA_HOST: "169.254.169.254" }),
  };
}

/** CloudWatch's receiver and `foreach` are experimental in Alloy 1.19, which wants to be told that they may be used. */
export const stabilityArgs = ({ cloudLogs }: ResolvedSpec): string[] => (cloudLogs?.aws ?? cloudLogs?.azure ? ["--stability.level=experimental"] : []);

/** The two labels that name a resource of a kind: `regex` finds its name in the labels of `from`, as the first group or as `name` says. */
export function namedBy(kind: string, its: Named, from: string[], regex: string, name = "$1"): string[] {
  const [own, other] = its === Named.host ? [labels.host, labels.service] : [labels.service, labels.host];
  return [relabel(own, name, from, regex), relabel(other, kind, from, regex)];
}

/** What a cloud writes with "-" and Alloy with "_". */
export const underscored = (name: string) => name.replaceAll("-", "_");

/** Its content is another whenever it is looked at. */
export const clock = (name: string, every: string): string => block(`local.file "${name}"`, { filename: "/proc/uptime", detector: "poll", poll_frequency: every });

/** A list of one target that Alloy reads only after it has started, and its file's name in the configuration folder. */
export const laterFile = "later.json";
export const laterTargets = '[{"targets": ["later"]}]\n';

/** Where each cloud's lines go with their labels. */
export const toCloudLogs = { forward_to: [expression("loki.process.cloud_logs.receiver")] };

/** The cloud, and the environment where nothing else says it. By then `account` is known; where it must be there, `from` names it. */
export function commonLabels(cloud: Cloud, { environment = unattributed, environments }: { environment?: string; environments: Record<string, string> }, from: string[] = []): string[] {
  const there = from.length ? ".+" : undefined;
  return [relabel(labels.cloud, cloud, from, there), relabel(labels.environment, environment, from, there), ...Object.entries(environments).map(([id, of]) => relabel(labels.environment, of, ["account"], id))];
}

/** Levels as we write them, from a cloud's. Where it says none, Loki looks for one in the line. */
export const levelFrom = (label: string): string[] => [
  relabel("level", "critical", [label], "(?i)critical|alert|emergency|fatal"),
  relabel("level", "error", [label], "(?i)error"),
  relabel("level", "warn", [label], "(?i)warning"),
  relabel("level", "info", [label], "(?i)info|informational|information|notice"),
  relabel("level", "debug", [label], "(?i)debug|verbose|trace"),
];

export const stage = (name: string, attributes: Record<string, unknown>, inner: string[] = []): string => block(`stage.${name}`, attributes, inner);
