import { usesOwnRole } from "../server/cloud-datasources";
import { awsLogGroups, awsLogsActions } from "../server/cloud-logs";
import { awsMetricsActions } from "../server/cloud-metrics-aws";
import type { ResolvedSpec } from "../server/spec";

/** What the server reads of the account, for what its spec asks: no more. */
export interface AccountReads {
  /** Actions that AWS lets nobody narrow to resources. */
  actions: string[];
  /** Log groups that are read into Loki; a star at the end stands for a prefix. */
  logGroups: string[];
  /** Region of the log groups; the server's own where it is absent. */
  logRegion?: string;
  /** Roles of other accounts that a datasource takes on. */
  roles: string[];
}

/** As Grafana's documentation of the CloudWatch datasource has them, without alarms, which are Prometheus' here. */
const ofDatasource = [
  "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "ec2:DescribeRegions",
  "logs:DescribeLogGroups", "logs:StartQuery", "logs:StopQuery", "logs:GetQueryResults", "logs:GetLogEvents",
];

/** As Prometheus' documentation of ec2_sd_config has them. */
const ofDiscovery = ["ec2:DescribeInstances", "ec2:DescribeAvailabilityZones"];

export function accountReads({ cloudDatasources, cloudMetrics, cloudLogs, discovery }: ResolvedSpec): AccountReads {
  const own = (cloudDatasources.aws ?? []).filter(usesOwnRole);
  const actions = [
    ...(own.some(({ assumeRoleArn }) => !assumeRoleArn) ? ofDatasource : []),
    ...(cloudMetrics?.aws ? awsMetricsActions : []),
    ...(discovery?.ec2 ? ofDiscovery : []),
  ];
  const region = cloudLogs?.aws?.region;
  return {
    actions: [...new Set(actions)].sort(),
    logGroups: awsLogGroups(cloudLogs),
    ...(region && !region.includes("@@") && { logRegion: region }),
    roles: [...new Set(own.flatMap(({ assumeRoleArn }) => assumeRoleArn ?? []))],
  };
}

export const logActions = [...awsLogsActions];
