import type { ResolvedCloudLogs } from "../cloud-logs";
import { labels } from "../labels";
import { block, expression, relabel } from "./alloy-block";
import { commonLabels, levelFrom, namedBy, stage, toCloudLogs } from "./alloy-cloud";

/** What a sink sends of which kind of resource, by the kind's label that names it. Kinds as in https://cloud.google.com/monitoring/api/resources. */
const kinds: [type: string, kind: string, its: "service" | "host", label: string, part?: string][] = [
  ["cloud_run_revision", "cloud-run", "service", "service_name"],
  ["cloud_run_job", "cloud-run", "service", "job_name"],
  ["cloud_function", "cloud-functions", "service", "function_name"],
  ["k8s_container", "kubernetes", "service", "container_name"],
  ["cloudsql_database", "cloud-sql", "host", "database_id", "(?:[^:]+:)?(.+)"],
  ["http_load_balancer", "load-balancer", "host", "url_map_name"],
  ["gce_instance", "compute-engine", "host", "instance_id"],
];

/** Cloud Logging's entries from a subscription, which keeps them until they are taken. */
export function gcpLogs({ subscription, project }: NonNullable<ResolvedCloudLogs["gcp"]>, wanted: ResolvedCloudLogs): string[] {
  const ofResource = (label: string) => `__gcp_resource_labels_${label}`;
  return [
    block('loki.relabel "cloud_gcp"', { forward_to: [] }, [
      relabel("account", "$1", [ofResource("project_id")], "(.+)"),
      ...commonLabels("gcp", wanted),
      relabel(labels.environment, "$1", ["__gcp_labels_lgtm_environment"], "([\\w.:/-]{1,128})"),
      relabel(labels.host, "gcp"),
      relabel(labels.service, "cloud-logging"),
      relabel(labels.service, "$1", ["__gcp_resource_type"], "(.+)"),
      ...kinds.flatMap(([type, kind, its, label, part = "(.+)"]) => namedBy(kind, its, ["__gcp_resource_type", ofResource(label)], `${type};${part}`)),
      relabel("log_name", "$1", ["__gcp_logname"], "projects/[^/]+/logs/(.+)"),
      ...levelFrom("__gcp_severity"),
    ]),
    // Far less in memory at once than the default of 1 GiB.
    block('loki.source.gcplog "cloud_gcp"', { relabel_rules: expression("loki.relabel.cloud_gcp.rules"), forward_to: [expression("loki.process.cloud_gcp.receiver")] }, [
      block("pull", { project_id: project, subscription, use_incoming_timestamp: true }, [block("limit", { max_outstanding_bytes: "16MiB", max_outstanding_messages: 500 })]),
    ]),
    // What a program wrote as JSON is the line, as where an agent reads it.
    block('loki.process "cloud_gcp"', toCloudLogs, [stage("json", { expressions: { payload: "jsonPayload" } }), stage("output", { source: "payload" })]),
  ];
}
