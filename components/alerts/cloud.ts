import { unattributed } from "../server/cloud-labels";
import type { Cloud, ResolvedCloudMetrics } from "../server/cloud-metrics";
import { gcpServices } from "../server/cloud-metrics-gcp";
import { labels } from "../server/labels";
import { awsRules } from "./cloud-aws";
import { azureRules } from "./cloud-azure";
import { gcpRules } from "./cloud-gcp";
import { errorLines, readingsIn, windowFor, type CloudRules } from "./cloud-rules";
import { by, type RecordingRule, type Rule, type Subject } from "./rule";
import type { Watched } from "./spec";

/** Resources of the clouds, and whether their metrics and logs come at all. There where the spec asks for one of them. */
export function cloud(spec: Watched): Subject[] {
  const { cloudMetrics, cloudLogs } = spec;
  if (!cloudMetrics && !cloudLogs) return [];
  return [
    {
      name: "cloud",
      interval: "1m",
      records: cloudMetrics && expected(spec, cloudMetrics),
      rules: [...(cloudMetrics ? metricRules(spec, cloudMetrics) : []), ...(cloudLogs ? [logsFailing(spec)] : []), withoutEnvironment(cloudMetrics, Boolean(cloudLogs))],
    },
  ];
}

const jobs = 'job=~"cloud-.+"';

/** The kinds of resources that were asked for and always have metrics, for the one that has none. */
function expected({ environment }: Watched, { aws, azure, gcp }: ResolvedCloudMetrics): RecordingRule[] {
  const wanted: [Cloud, string[]][] = [["aws", aws?.services ?? []], ["azure", azure?.services ?? []], ["gcp", gcp?.services.filter(name => !("onlyWithTraffic" in gcpServices[name])) ?? []]];
  return wanted.flatMap(([of, names]) => names.map(kind => ({ record: "cloud_metrics_expected:info", expr: "vector(1)", labels: { [labels.environment]: environment, [labels.cloud]: of, kind } })));
}

function metricRules({ environment, host }: Watched, wanted: ResolvedCloudMetrics): Rule[] {
  const window = windowFor(wanted);
  const ofExporters = (metric: string) => `${metric}{environment="${environment}", host="${host}", ${jobs}}[${window}]`;
  const failing = [`last_over_time(${ofExporters("up")}) == 0`, `last_over_time(${ofExporters("stackdriver_monitoring_last_scrape_error")}) > 0`, `increase(${ofExporters("yace_cloudwatch_request_errors")}) > 0`];
  const of = <Service extends string>(rules: CloudRules<Service>, services: Service[] = []) => services.flatMap(name => rules[name](window, readingsIn(wanted)));
  return [
    ...of(awsRules, wanted.aws?.services),
    ...of(azureRules, wanted.azure?.services),
    ...of(gcpRules, wanted.gcp?.services),
    {
      name: "CloudMetricsFailing", severity: "warning", of: "host", about: "cloud-metrics", for: "10m", dashboard: "server",
      expr: failing.map(each => `max by (${by("host", "job")}) (${each})`).join(" or "),
      summary: "Metrics of cloud resources cannot be read: {{ $labels.job }}",
      description: "The cloud refuses or does not answer, and alerts about its resources are blind. Alloy's log on the monitoring server says what it answered; mostly a right is missing.",
      logs: "", source: "own",
    },
    {
      // The exporter of AWS says nothing where it may not even ask who it is: then everything is missing.
      name: "CloudMetricsMissing", severity: "warning", of: "software", about: "cloud-metrics-missing", for: "1h", dashboard: "server",
      expr: `cloud_metrics_expected:info unless on (cloud, kind) count by (cloud, kind) (last_over_time({${jobs}, kind!=""}[${window}]))`,
      summary: "No metrics of {{ $labels.kind }} come from {{ $labels.cloud }}",
      description: "There is none, or none in the regions, subscriptions and projects of cloudMetrics, or the server may not see it; in AWS also: none has any tag. Alerts about them are blind. None on purpose: take it out of cloudMetrics.",
      source: "own",
    },
  ];
}

function logsFailing({ environment, host }: Watched): Rule {
  const own = `environment="${environment}", host="${host}"`;
  return {
    name: "CloudLogsFailing", severity: "warning", of: "host", about: "cloud-logs", dashboard: "server", for: "5m",
    expr: `max by (${by("host")}) (count_over_time(log_errors:count1m{${own}, service_name="alloy"}[15m])) >= 10`,
    summary: "The monitoring server's Alloy fails again and again: cloud logs may be missing",
    description: "It logs errors in most minutes. Its log says what the cloud answered; mostly a right is missing, or a log group, hub or subscription is gone.",
    logs: errorLines, source: "own",
  };
}

/** What lands without an environment is found by no dashboard's variable and no route, but it is counted. */
function withoutEnvironment(wanted: ResolvedCloudMetrics | undefined, logs: boolean): Rule {
  const none = `environment="${unattributed}"`;
  const parts = [
    ...(wanted ? [`count by (environment, cloud, kind) (count by (environment, cloud, kind, host, service_name) (last_over_time({${jobs}, ${none}}[${windowFor(wanted)}])))`] : []),
    ...(logs ? [`label_replace(sum by (environment, cloud) (sum_over_time(log_lines:count1m{${none}}[15m])) > 0, "kind", "log lines", "", "")`] : []),
  ];
  return {
    name: "CloudUnattributed", severity: "warning", of: "software", about: "unattributed", for: "30m", dashboard: "overview",
    expr: parts.join(" or "),
    summary: '{{ $labels.cloud }}: {{ printf "%.0f" $value }} {{ $labels.kind }} without an environment',
    description: "Tag the resources with lgtm-environment, or say in cloudMetrics and cloudLogs which environment an account, a subscription or a project is.",
    source: "own",
  };
}
