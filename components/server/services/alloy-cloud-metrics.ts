import { labels, machineTags } from "../labels";
import type { Named } from "../cloud-labels";
import type { Cloud, ResolvedCloudMetrics } from "../cloud-metrics";
import { awsServices, type AwsServiceMetrics } from "../cloud-metrics-aws";
import { azureMetric, azureServices, type AzureService, type AzureServiceMetrics } from "../cloud-metrics-azure";
import { gcpServices, type GcpServiceMetrics } from "../cloud-metrics-gcp";
import { block, expression, relabel } from "./alloy-block";
import { commonLabels, namedBy, underscored } from "./alloy-cloud";
import type { Rendering } from "./service";

/** Part of Alloy's configuration on the server: the clouds' own metrics, with the labels that everything has. */
export function cloudMetricsConfig({ spec }: Rendering): string[] {
  const wanted = spec.cloudMetrics;
  if (!wanted) return [];
  const parts: string[] = [];
  const { aws, azure, gcp, interval } = wanted;
  if (aws) parts.push(awsExporter(aws, interval), scraped("aws", ["cloud_aws"], wanted, awsLabels(aws.services)));
  if (azure) parts.push(...azure.services.map(name => azureExporter(name, azure.subscriptions)), scraped("azure", azure.services.map(azureComponent), wanted, azureLabels(azure.services)));
  if (gcp) parts.push(gcpExporter(gcp), scraped("gcp", ["cloud_gcp"], wanted, gcpLabels(gcp.services, spec)));
  return parts.map(part => `${part}\n`);
}

const azureComponent = (service: AzureService) => `cloud_azure_${underscored(service)}`;
const kinds = { aws: "cloudwatch", azure: "azure", gcp: "gcp" } as const;

/** The label by which each exporter says whose resource it is; its own metrics have none, but those of gcp. */
const account: Record<Cloud, string> = { aws: "account_id", azure: "subscriptionID", gcp: "project_id" };

/** Scrapes a cloud's exporters, and gives each resource its labels. A resource's own labels win over those of the server. */
function scraped(cloud: Cloud, exporters: string[], wanted: ResolvedCloudMetrics, own: string[]): string {
  const name = `cloud_${cloud}`;
  const targets = exporters.map(each =>
    block(`discovery.relabel "${each}"`, { targets: expression(`prometheus.exporter.${kinds[cloud]}.${each}.targets`) }, [relabel("job", `cloud-${cloud}`), relabel("instance", each), relabel(labels.service, "alloy")]),
  );
  const scrape = block(`prometheus.scrape "${name}"`, {
    targets: expression(`array.concat(${exporters.map(each => `discovery.relabel.${each}.output`).join(", ")})`),
    scrape_interval: wanted.interval,
    scrape_timeout: "1m",
    // Google's exporter tells counters twice, as of two times.
    honor_timestamps: cloud === "gcp",
    forward_to: [expression(`prometheus.relabel.${name}.receiver`)],
  });
  const rules = [
    relabel("account", "$1", [account[cloud]], "(.+)"),
    ...commonLabels(cloud, wanted, ["account"]),
    relabel(labels.environment, "$1", [`tag_${underscored(machineTags.environment)}`], "([\\w.:/-]{1,128})"),
    ...own,
  ];
  const relabelled = block(`prometheus.relabel "${name}"`, { forward_to: [expression("prometheus.remote_write.server.receiver")] }, rules);
  return [...targets, scrape, relabelled].join("\n\n");
}

/** The labels that name a resource, and which kind it is. */
const ofKind = (kind: string, named: Named, from: string[], regex: string) => [...namedBy(kind, named, from, regex), relabel("kind", kind, from, regex)];
const serviceTag = relabel(labels.service, "$1", [`tag_${underscored(machineTags.service)}`], "([\\w.:/-]{1,128})");
const keep = (...more: string[]) => block("rule", { action: "labelkeep", regex: ["__name__", labels.environment, labels.cloud, labels.host, labels.service, "job", "instance", "kind", "account", "region", ...more].join("|") });

/** One job for each set of dimensions. Values of the five minutes before the last five: newer ones are not complete yet. */
function awsExporter({ services, regions }: NonNullable<ResolvedCloudMetrics["aws"]>, interval: string): string {
  const jobs = services.flatMap(name => {
    const { namespace, metrics }: AwsServiceMetrics = awsServices[name];
    const sets = [...new Set(metrics.map(({ dimensions }) => dimensions.join()))];
    return sets.map(set => {
      const own = metrics.filter(({ dimensions }) => dimensions.join() === set);
      // Nothing counted is zero; nothing measured is not.
      const each = own.map(({ name, statistic }) => block("metric", { name, statistics: [statistic], nil_to_zero: statistic === "Sum" }));
      return block("discovery", { type: namespace, regions, period: interval, length: interval, delay: interval === "15m" ? "15m" : "5m", dimension_name_requirements: set.split(",") }, each);
    });
  });
  const tags = [...new Set(services.map(name => awsServices[name].namespace))];
  return block('prometheus.exporter.cloudwatch "cloud_aws"', {
    sts_region: regions[0],
    discovery_exported_tags: Object.fromEntries(tags.map(namespace => [namespace, [...Object.values(machineTags), ...(namespace === "AWS/EC2" ? ["Name", "aws:autoscaling:groupName"] : [])]])),
  }, jobs);
}

function awsLabels(services: NonNullable<ResolvedCloudMetrics["aws"]>["services"]): string[] {
  return [
    // The exporter's list of resources, with all tags that they have.
    block("rule", { action: "drop", source_labels: ["__name__"], regex: "aws_.+_info" }),
    ...services.flatMap(name => {
      const { name: [dimension, part] } = awsServices[name];
      return [...ofKind(name, awsServices[name].named, [`dimension_${dimension}`], part), relabel("instance", "$1", [`dimension_${dimension}`], part)];
    }),
    relabel("instance", "$1", ["dimension_TargetGroup"], "targetgroup/([^/]+)/.*"),
    // A machine's name is the one under which Prometheus finds it: all machines of an Auto Scaling group have the group's tag.
    relabel(labels.host, "$1", ["dimension_InstanceId", "tag_Name"], ".+;(.+)"),
    relabel(labels.host, "$1-$2", ["tag_Name", "tag_aws_autoscaling_groupName", "dimension_InstanceId"], "(.+);.+;i-(.{8}).*"),
    serviceTag,
    keep("api_name"),
  ];
}

function azureExporter(name: AzureService, subscriptions: string[]): string {
  const { type, metrics, filter, dimension }: AzureServiceMetrics = azureServices[name];
  return block(`prometheus.exporter.azure "${azureComponent(name)}"`, {
    subscriptions,
    resource_type: type,
    metrics: metrics.map(metric => metric.name),
    metric_aggregations: [...new Set(metrics.map(metric => metric.aggregation))],
    metric_name_template: `azure_${underscored(name)}_{metric}_{aggregation}`,
    timespan: "PT15M",
    interval: "PT15M",
    // A resource group's tag holds for what is in it.
    included_resource_tags: Object.values(machineTags).map(tag => `${tag}?inherit`),
    included_dimensions: dimension ? [dimension] : undefined,
    resource_graph_query_filter: filter,
  });
}

function azureLabels(services: NonNullable<ResolvedCloudMetrics["azure"]>["services"]): string[] {
  const series = (name: (typeof services)[number]) => `azure_${underscored(name)}_.+`;
  const wanted = services.flatMap(name => azureServices[name].metrics.map(metric => azureMetric(name, metric)));
  return [
    // Each metric comes by every aggregation that one of them needs; what is not a resource's has no such name.
    relabel("__tmp_wanted", "yes", ["__name__"], wanted.join("|")),
    block("rule", { action: "drop", source_labels: ["__tmp_wanted", "account"], regex: ";.+" }),
    relabel("instance", "$1", ["resourceGroup"], "(.+)"),
    ...services.flatMap(name => ofKind(name, azureServices[name].named, ["__name__", "resourceName"], `${series(name)};(.+)`)),
    relabel(labels.host, "$1/$2", ["__name__", "resourceID"], "azure_sql_.+;.*/servers/([^/]+)/databases/([^/]+)"),
    relabel("instance", "$1", ["dimension"], "(.+)"),
    serviceTag,
    keep(),
  ];
}

function gcpExporter({ services, projects }: NonNullable<ResolvedCloudMetrics["gcp"]>): string {
  const metrics = services.flatMap((name): GcpServiceMetrics["metrics"] => gcpServices[name].metrics);
  const filters = metrics.flatMap(({ type, filter }) => (filter ? [`${type}:${filter}`] : []));
  return block('prometheus.exporter.gcp "cloud_gcp"', { project_ids: projects, metrics_prefixes: metrics.map(({ type }) => type), extra_filters: filters.length ? filters : undefined });
}

/** What else the series are told apart by stays: there are several of one resource. */
function gcpLabels(services: NonNullable<ResolvedCloudMetrics["gcp"]>["services"], own: Record<"environment" | "cloud" | "host", string>): string[] {
  const ofTheExporter = "stackdriver_monitoring_.+";
  return [
    ...services.flatMap(name => ofKind(name, gcpServices[name].named, [gcpServices[name].name[0]], gcpServices[name].name[1])),
    ...(["environment", "cloud", "host"] as const).map(label => relabel(labels[label], own[label], ["__name__"], ofTheExporter)),
    block("rule", { action: "labeldrop", regex: "project_id|unit|exported_service_name" }),
  ];
}
