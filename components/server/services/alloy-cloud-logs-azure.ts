import type { ResolvedCloudLogs } from "../cloud-logs";
import { azureServiceNames, azureServices } from "../cloud-metrics-azure";
import { labels } from "../labels";
import { block, expression, relabel } from "./alloy-block";
import { clock, commonLabels, levelFrom, namedBy, stage, toCloudLogs } from "./alloy-cloud";

/**
 * Event Hubs, as Kafka, with the machine's identity. Alloy ends at its start where this component cannot reach its hub; so it is in a
 * list that is empty until Alloy runs, and is tried again every minute; if it is there already, that changes nothing.
 */
export function azureLogs({ namespace, hubs }: NonNullable<ResolvedCloudLogs["azure"]>, wanted: ResolvedCloudLogs, later: string): string[] {
  const source = block('loki.source.azure_event_hubs "cloud_azure"', {
    fully_qualified_namespace: `${namespace}:9093`,
    event_hubs: hubs,
    group_id: "pulumi-lgtm",
    use_incoming_timestamp: true,
    forward_to: [expression("loki.process.cloud_azure.receiver")],
  }, [block("authentication", { mechanism: "oauth" })]);
  return [
    block('discovery.file "cloud_azure"', { files: [later], refresh_interval: "1m" }),
    clock("cloud_azure", "1m"),
    block('foreach "cloud_azure"', { collection: expression("discovery.file.cloud_azure.targets"), var: "each", enable_metrics: expression('local.file.cloud_azure.content != ""') }, [block("template", {}, [source])]),
    block('loki.process "cloud_azure"', { forward_to: [expression("loki.relabel.cloud_azure.receiver")] }, [
      stage("json", { expressions: { resource: "resourceId", said: "level", category: "category", message: "properties.message || resultDescription || properties.error || operationName" } }),
      stage("labels", { values: { resource: "", said: "", category: "" } }),
      // What the error says stands somewhere else in each category.
      stage("match", { selector: '{said=~"(?i)error|critical"}' }, [stage("structured_metadata", { values: { error_excerpt: "message" } })]),
    ]),
    block('loki.relabel "cloud_azure"', toCloudLogs, [
      block("rule", { action: "lowercase", source_labels: ["resource"], target_label: "resource" }),
      relabel("account", "$1", ["resource"], "/subscriptions/([^/]+)/.*"),
      ...commonLabels("azure", wanted),
      relabel(labels.host, namespace.split(".")[0]!),
      relabel(labels.service, "event-hub"),
      relabel(labels.host, "$1", ["resource"], ".+/providers/[^/]+/[^/]+/([^/]+).*"),
      relabel(labels.service, "$1", ["resource"], ".+/providers/[^/]+/([^/]+)/.+"),
      ...azureServiceNames.flatMap(name => namedBy(name, azureServices[name].named, ["resource"], path(azureServices[name].type), name === "sql" ? "$1/$2" : "$1")),
      ...levelFrom("said"),
      block("rule", { action: "labeldrop", regex: "said" }),
    ]),
  ];
}

/** A resource's path by its type, in lower case: each level of the type has a name after it. */
function path(type: string): string {
  const [provider, ...levels] = type.toLowerCase().split("/");
  return `.+/providers/${provider!.replaceAll(".", "\\.")}${levels.map(level => `/${level}/([^/]+)`).join("")}(?:/.*)?`;
}
