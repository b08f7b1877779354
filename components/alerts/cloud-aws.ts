import { awsMetrics, type AwsService } from "../server/cloud-metrics-aws";
import { errorLines, newest, resource, share, shareOfRequests, type CloudRules } from "./cloud-rules";
import { by } from "./rule";

const recommended = "AWS, recommended alarms of CloudWatch (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html)";

/** A reading is a sum over one interval, so those of a window add up. */
const sum = (metric: string, window: string) => `sum by (${resource}) (sum_over_time(${metric}{$E}[${window}]))`;

export const awsRules: CloudRules<AwsService> = {
  rds: window => {
    const free = `${newest("min", awsMetrics.freeStorage, window)} / 1073741824`;
    const connections = newest("max", awsMetrics.connections, window);
    return [
      {
        name: "RdsStorageLow", severity: "critical", of: "service", about: "disk", for: "10m", dashboard: "overview", threshold: { default: 5, unit: "GiB free, or none in 24 hours" },
        expr: `${free} < $T or ${free} and min by (${resource}) (predict_linear(${awsMetrics.freeStorage}{$E}[6h], 86400)) < 0`,
        summary: 'Database {{ $labels.host }}: {{ printf "%.1f" $value }} GiB of storage are left',
        description: "Less than $T GiB are free, or nothing will be in 24 hours at the pace of the last six. A full database stops. Enlarge the storage, or switch on its autoscaling.",
        source: `${recommended}; expression and threshold own`,
      },
      {
        name: "RdsCpuHigh", severity: "warning", of: "service", about: "cpu", for: "10m", dashboard: "overview", threshold: { default: 90, unit: "%" },
        expr: `max by (${resource}) (avg_over_time(${awsMetrics.databaseCpu}{$E}[${window}])) > $T`,
        summary: 'Database {{ $labels.host }}: CPU {{ printf "%.0f" $value }} % busy',
        description: "Busier than $T % on average. Statements wait. Performance Insights names them.",
        source: recommended,
      },
      {
        name: "RdsConnectionsHigh", severity: "warning", of: "service", about: "connections", for: "10m", dashboard: "overview", threshold: { default: 50, unit: "connections, and twice as many as on the day before" },
        expr: `${connections} > $T and ${connections} > 2 * max by (${resource}) (max_over_time(${awsMetrics.connections}{$E}[1d] offset 1h))`,
        summary: 'Database {{ $labels.host }}: {{ printf "%.0f" $value }} connections',
        description: "More than $T, and twice as many as at any time of the day before: a pool leaks, or a release opens more of them. CloudWatch does not know how many are allowed.",
        source: `${recommended}; expression and threshold own`,
      },
    ];
  },
  alb: window => {
    const part = (metric: string, name: string) => `label_replace(sum_over_time(${metric}{$E}[${window}]), "of", "${name}", "", "")`;
    // Each is there only once it has happened.
    const failed = `sum by (${resource}) (${part(awsMetrics.albOwnErrors, "balancer")} or ${part(awsMetrics.albTargetErrors, "target")})`;
    return [
      {
        name: "AlbErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "overview", threshold: shareOfRequests,
        expr: share(failed, sum(awsMetrics.albRequests, window)),
        summary: 'Load balancer {{ $labels.host }}: {{ printf "%.1f" $value }} % of the requests fail',
        description: "More than $T % of the requests were answered with 5xx, by the servers behind it or because there was none.",
        source: `${recommended}; threshold own`,
      },
      {
        name: "AlbUnhealthyHosts", severity: "warning", of: "service", about: "targets", for: "10m", dashboard: "overview", threshold: { default: 0, unit: "unhealthy servers" },
        expr: `max by (${by("service", "instance")}) (last_over_time(${awsMetrics.albUnhealthy}{$E}[${window}])) > $T`,
        summary: 'Load balancer {{ $labels.host }}: {{ printf "%.0f" $value }} unhealthy servers in {{ $labels.instance }}',
        description: "They fail the health check of the target group and get no requests.",
        source: recommended,
      },
    ];
  },
  lambda: window => [
    {
      name: "LambdaErrors", severity: "warning", of: "service", about: "errors", for: "5m", dashboard: "errors", threshold: { default: 5, unit: "% of invocations" },
      expr: `100 * ${sum(awsMetrics.functionErrors, window)} / ${sum(awsMetrics.invocations, window)} > $T and ${sum(awsMetrics.functionErrors, window)} > 2`,
      summary: 'Function {{ $labels.service_name }}: {{ printf "%.1f" $value }} % of the invocations fail',
      description: "More than $T % ended with an exception, without memory or out of time. With cloudLogs the log lines say why.",
      logs: errorLines,
      source: `${recommended}; threshold own`,
    },
    {
      name: "LambdaThrottled", severity: "warning", of: "service", about: "throttles", for: "5m", dashboard: "overview", threshold: { default: 0, unit: "refused invocations" },
      expr: `${sum(awsMetrics.throttles, window)} > $T`,
      summary: 'Function {{ $labels.service_name }}: {{ printf "%.0f" $value }} invocations were refused',
      description: "The function's or the account's limit of concurrent invocations is reached. What is called without waiting is tried again, the rest is lost.",
      source: recommended,
    },
  ],
  sqs: window => [
    {
      name: "SqsMessagesOld", severity: "warning", of: "service", about: "queue", for: "5m", dashboard: "overview", threshold: { default: 900, unit: "s" },
      expr: `${newest("max", awsMetrics.messageAge, window)} > $T`,
      summary: "Queue {{ $labels.host }}: the oldest message waits for {{ $value | humanizeDuration }}",
      description: "Longer than $T s: nobody works off the queue, or not fast enough. In a dead-letter queue: messages that nobody has looked at.",
      source: `${recommended}; threshold own`,
    },
  ],
  ec2: window => [
    {
      name: "Ec2StatusCheckFailed", severity: "critical", of: "service", about: "machine", for: "5m", dashboard: "overview",
      expr: `${newest("max", awsMetrics.statusCheck, window)} > 0`,
      summary: "Instance {{ $labels.host }} fails AWS' status checks",
      description: "Its system does not start or answer (instance check), or what it runs on is broken (system check): stopping and starting it moves it elsewhere.",
      source: recommended,
    },
  ],
};
