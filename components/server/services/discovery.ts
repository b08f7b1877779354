import { nameOf, type DiscoveredScrape, type DiscoverySpec, type StaticTarget } from "../discovery";
import { labels, machineTags, nodeService } from "../labels";
import type { ResolvedSpec } from "../spec";

/** As far as it is used here (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config). */
export interface Relabel {
  source_labels?: string[];
  regex?: string;
  target_label?: string;
  replacement?: string;
  action?: "keep";
}

/** How one cloud's machines are found, and under which names it tells what they are. */
interface Finder {
  configs: Record<string, object[]>;
  cloud: string;
  /** Meta labels of Prometheus' discovery. */
  environment: string;
  service: string;
  address: string;
  /** Label and value of a machine that runs. */
  running?: [label: string, value: string];
  host: Relabel[];
}

/** Prometheus makes label names of tags by replacing what cannot be in one. */
const asLabel = (tag: string) => tag.replace(/[^a-zA-Z0-9_]/g, "_");
const tags = (prefix: string) => ({ environment: prefix + asLabel(machineTags.environment), service: prefix + asLabel(machineTags.service) });
const copied = (source: string, target_label: string): Relabel => ({ source_labels: [source], target_label });

/** Each has the same content in every scrape, so that Prometheus asks a cloud once for all of them. The port is not part of it. */
function finders({ ec2, azure, gce }: DiscoverySpec): Finder[] {
  return [
    ...(ec2 ? [ec2Finder(ec2.regions ?? ["@@region@@"])] : []),
    ...(azure ? [azureFinder(azure.subscriptions ?? ["@@subscription@@"], azure.resourceGroup)] : []),
    ...(gce ? [gceFinder(gce.projects ?? ["@@project@@"], gce.zones)] : []),
  ];
}

function ec2Finder(regions: string[]): Finder {
  const meta = "__meta_ec2_";
  const filters = [{ name: "tag-key", values: [machineTags.environment] }, { name: "instance-state-name", values: ["running"] }];
  return {
    configs: { ec2_sd_configs: regions.map(region => ({ region, filters })) },
    cloud: "aws",
    ...tags(`${meta}tag_`),
    address: `${meta}private_ip`,
    running: [`${meta}instance_state`, "running"],
    host: [
      copied(`${meta}instance_id`, labels.host),
      { ...copied(`${meta}tag_Name`, labels.host), regex: "(.+)" },
      // The machines of an Auto Scaling group all have the group's name.
      { source_labels: [`${meta}tag_Name`, `${meta}tag_aws_autoscaling_groupName`, `${meta}instance_id`], regex: "(.+);.+;i-(.{8}).*", replacement: "$1-$2", target_label: labels.host },
    ],
  };
}

/** What is switched off without being deallocated stays a target: Azure does not tell it in the list of machines. */
function azureFinder(subscriptions: string[], resourceGroup?: string): Finder {
  const meta = "__meta_azure_machine_";
  const identity = { authentication_method: "ManagedIdentity", client_id: "@@clientid@@" };
  return {
    configs: { azure_sd_configs: subscriptions.map(subscription_id => ({ ...identity, subscription_id, ...(resourceGroup && { resource_group: resourceGroup }) })) },
    cloud: "azure",
    ...tags(`${meta}tag_`),
    address: `${meta}private_ip`,
    host: [copied(`${meta}name`, labels.host)],
  };
}

function gceFinder(projects: string[], zones: string[]): Finder {
  const meta = "__meta_gce_";
  return {
    configs: { gce_sd_configs: projects.flatMap(project => zones.map(zone => ({ project, zone }))) },
    cloud: "gcp",
    ...tags(`${meta}label_`),
    address: `${meta}private_ip`,
    running: [`${meta}instance_status`, "RUNNING"],
    host: [copied(`${meta}instance_name`, labels.host)],
  };
}

/** Rules by which machines that were found become targets with the four labels. What they drop is not scraped. */
function relabelling(finder: Finder, { port, service }: DiscoveredScrape): Relabel[] {
  const { environment, address, running } = finder;
  const literally = (text: string) => text.replace(/[.]/g, "\\.");
  return [
    { action: "keep", source_labels: [environment, address, ...(running ? [running[0]] : [])], regex: ["(.+)", "(.+)", ...(running ? [running[1]] : [])].join(";") },
    ...(service === undefined ? [] : [{ action: "keep" as const, source_labels: [finder.service], regex: service === "*" ? "(.+)" : literally(service) }]),
    { ...copied(address, "__address__"), replacement: `$1:${port}` },
    copied(environment, labels.environment),
    { target_label: labels.cloud, replacement: finder.cloud },
    ...finder.host,
    service === undefined ? { target_label: labels.service, replacement: nodeService } : copied(finder.service, labels.service),
    copied(labels.service, "job"),
  ];
}

/** Of both kinds. One target that shows ever more series is refused as a whole, instead of taking Prometheus' memory. */
function common(spec: ResolvedSpec): object {
  // What all of a machine of 2 GiB was measured with: see memory.ts.
  const sample_limit = Math.round((10_000 * spec.memory) / 2048);
  // Prometheus 3 refuses an answer that does not say what it is; exporters that do not send text of this kind.
  return { sample_limit, fallback_scrape_protocol: "PrometheusText0.0.4" };
}

const skipVerify = { tls_config: { insecure_skip_verify: true } };

/** `scrape_configs` of what the spec wants scraped beside the server itself. */
export function discoveredScrapes(spec: ResolvedSpec): object[] {
  const { discovery } = spec;
  if (!discovery) return [];
  const found = finders(discovery).flatMap(finder =>
    discovery.scrapes.map(scrape => ({
      job_name: `${finder.cloud} ${nameOf(scrape)}`,
      ...(scrape.path && { metrics_path: scrape.path }),
      ...(scrape.scheme && { scheme: scrape.scheme }),
      ...(scrape.insecureSkipVerify && skipVerify),
      ...common(spec),
      ...finder.configs,
      relabel_configs: relabelling(finder, scrape),
    })),
  );
  return [...found, ...listed(spec, discovery.static, false), ...listed(spec, discovery.static, true)];
}

/** Targets may differ in everything but whether their certificate is checked. */
function listed(spec: ResolvedSpec, all: StaticTarget[], insecure: boolean): object[] {
  const targets = all.filter(({ insecureSkipVerify = false }) => insecureSkipVerify === insecure);
  if (!targets.length) return [];
  const static_configs = targets.map(({ address, environment, host, cloud = spec.cloud, service = nodeService, path = "/metrics", scheme = "http" }) => ({
    targets: [address],
    labels: { __scheme__: scheme, __metrics_path__: path, [labels.environment]: environment, [labels.cloud]: cloud, [labels.host]: host, [labels.service]: service, job: service },
  }));
  return [{ job_name: insecure ? "listed, any certificate" : "listed", ...(insecure && skipVerify), ...common(spec), static_configs }];
}
