import type { LogGroups, ResolvedCloudLogs } from "../cloud-logs";
import { labels } from "../labels";
import { block, expression, relabel } from "./alloy-block";
import { clock, commonLabels, namedBy, stage, toCloudLogs } from "./alloy-cloud";

/**
 * CloudWatch is read twice. Every minute from a position that is kept on disk, which counts as long as it is not older than the look
 * back at the start. And every eleven minutes the last twenty once more, since the receiver never goes back (0.158): what CloudWatch
 * takes in late, and what a failed call would have brought, it does not read. It looks back only when it is made anew, which a changed
 * argument does. Loki drops lines that it has.
 */
export function awsLogs({ groups, region }: NonNullable<ResolvedCloudLogs["aws"]>, wanted: ResolvedCloudLogs): string[] {
  const named = groups.flatMap(({ name }) => (name ? [block("named", { group_name: name })] : []));
  const byPrefix = groups.flatMap(({ prefix }) => (prefix ? [[block("autodiscover", { prefix, limit: 200 })]] : []));
  const receivers = [...(named.length ? [named] : []), ...byPrefix].flatMap((found, i) => [
    receiver(`cloud_aws_${i}`, region, found, { initial_lookback: "6h", poll_interval: "1m", max_events_per_request: 10_000 }, expression("otelcol.storage.file.cloud_aws.handler")),
    receiver(`cloud_aws_again_${i}`, region, found, { initial_lookback: "10m", poll_interval: "10m", max_events_per_request: expression('9000 + encoding.from_json(string.split(local.file.cloud_aws.content, ".")[0]) % 1000') }),
  ]);
  return [
    block('otelcol.storage.file "cloud_aws"'),
    clock("cloud_aws", "11m"),
    ...receivers,
    block('otelcol.exporter.loki "cloud_aws"', { forward_to: [expression("loki.process.cloud_aws.receiver")] }),
    block('loki.process "cloud_aws"', { forward_to: [expression("loki.relabel.cloud_aws.receiver")] }, [
      stage("json", { expressions: { line: "body", log_group: 'resources."cloudwatch.log.group.name"', log_stream: 'resources."cloudwatch.log.stream"' } }),
      stage("labels", { values: { log_group: "", log_stream: "" } }),
      stage("label_drop", { values: ["exporter"] }),
      stage("output", { source: "line" }),
      // The one error of a function that has no such word in it.
      stage("match", { selector: '{log_group=~"/aws/lambda/.+"} |= "Task timed out after"' }, [stage("static_labels", { values: { level: "error" } })]),
    ]),
    block('loki.relabel "cloud_aws"', toCloudLogs, [
      ...commonLabels("aws", wanted),
      ...namedBy("cloudwatch", "service", ["log_group"], "(?:.*/)?([^/]+)/?"),
      ...namedBy("lambda", "service", ["log_group"], "/aws/lambda/(.+)"),
      ...namedBy("rds", "host", ["log_group"], "/aws/rds/(?:instance|cluster)/([^/]+)/.+"),
      // A group's own name counts for more than a prefix.
      ...[...groups].sort((a, b) => Number(Boolean(a.name)) - Number(Boolean(b.name))).flatMap(ownLabels),
    ]),
  ];
}

function receiver(name: string, region: string, groups: string[], logs: Record<string, unknown>, storage?: unknown): string {
  return block(`otelcol.receiver.awscloudwatch "${name}"`, { region, storage }, [
    block("logs", logs, [block("groups", {}, groups)]),
    block("output", { logs: [expression("otelcol.exporter.loki.cloud_aws.input")] }),
  ]);
}

function ownLabels({ name, prefix, environment, service }: LogGroups): string[] {
  const regex = `${(name ?? prefix)!.replaceAll(".", "\\.")}${name ? "" : ".*"}`;
  return [...(environment ? [relabel(labels.environment, environment, ["log_group"], regex)] : []), ...(service ? [relabel(labels.service, service, ["log_group"], regex)] : [])];
}
