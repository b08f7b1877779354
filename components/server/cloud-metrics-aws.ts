import { Named } from "./cloud-labels";

/** One metric of CloudWatch, read as one statistic over one period. */
export interface AwsMetric {
  name: string;
  statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  /** Exactly the dimensions of the series that are read; a metric has many by other dimensions, and each costs. */
  dimensions: string[];
  /** What goes wrong that only this metric tells. */
  why: string;
}

export interface AwsServiceMetrics {
  /** CloudWatch's name of the service. */
  namespace: string;
  /** What is counted as one of it. */
  resource: string;
  named: Named;
  /** The dimension that names it, and the part of its value that is a name. */
  name: readonly [dimension: string, part: string];
  metrics: AwsMetric[];
}

const whole = "(.+)";
const rds = ["DBInstanceIdentifier"];
const alb = ["LoadBalancer"];
const lambda = ["FunctionName"];

/**
 * The metrics of AWS that deserve an alert. Names and dimensions as in CloudWatch's documentation of each service
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html).
 */
export const awsServices = {
  rds: {
    namespace: "AWS/RDS", resource: "database instance", named: Named.host, name: ["DBInstanceIdentifier", whole],
    metrics: [
      { name: "FreeStorageSpace", statistic: "Minimum", dimensions: rds, why: "A full disk stops the database." },
      { name: "CPUUtilization", statistic: "Average", dimensions: rds, why: "Every statement waits." },
      { name: "DatabaseConnections", statistic: "Maximum", dimensions: rds, why: "A pool that leaks takes all connections." },
    ],
  },
  alb: {
    namespace: "AWS/ApplicationELB", resource: "load balancer", named: Named.host, name: ["LoadBalancer", "app/([^/]+)/.*"],
    metrics: [
      { name: "RequestCount", statistic: "Sum", dimensions: alb, why: "What the failing ones are a share of." },
      { name: "HTTPCode_ELB_5XX_Count", statistic: "Sum", dimensions: alb, why: "The load balancer itself had no server to ask." },
      { name: "HTTPCode_Target_5XX_Count", statistic: "Sum", dimensions: alb, why: "The servers failed." },
      { name: "UnHealthyHostCount", statistic: "Maximum", dimensions: ["TargetGroup", "LoadBalancer"], why: "A server gets no requests any more." },
    ],
  },
  lambda: {
    namespace: "AWS/Lambda", resource: "function", named: Named.service, name: ["FunctionName", whole],
    metrics: [
      { name: "Invocations", statistic: "Sum", dimensions: lambda, why: "What the failing ones are a share of." },
      { name: "Errors", statistic: "Sum", dimensions: lambda, why: "The function threw, ran out of memory or time." },
      { name: "Throttles", statistic: "Sum", dimensions: lambda, why: "Calls are refused: the limit of concurrent ones is reached." },
    ],
  },
  sqs: {
    namespace: "AWS/SQS", resource: "queue", named: Named.host, name: ["QueueName", whole],
    metrics: [{ name: "ApproximateAgeOfOldestMessage", statistic: "Maximum", dimensions: ["QueueName"], why: "Nobody works off the queue, or not fast enough." }],
  },
  ec2: {
    namespace: "AWS/EC2", resource: "instance", named: Named.host, name: ["InstanceId", whole],
    metrics: [{ name: "StatusCheckFailed", statistic: "Maximum", dimensions: ["InstanceId"], why: "The machine or what it runs on is broken; an agent on it cannot tell." }],
  },
} as const satisfies Record<string, AwsServiceMetrics>;

export type AwsService = keyof typeof awsServices;
export const awsServiceNames = Object.keys(awsServices) as AwsService[];

/** The name under which the exporter shows a metric; tested against the exporter for each of them (test/live/cloud.test.ts). */
export const awsMetrics = {
  freeStorage: "aws_rds_free_storage_space_minimum",
  databaseCpu: "aws_rds_cpuutilization_average",
  connections: "aws_rds_database_connections_maximum",
  albRequests: "aws_applicationelb_request_count_sum",
  albOwnErrors: "aws_applicationelb_httpcode_elb_5_xx_count_sum",
  albTargetErrors: "aws_applicationelb_httpcode_target_5_xx_count_sum",
  albUnhealthy: "aws_applicationelb_un_healthy_host_count_maximum",
  invocations: "aws_lambda_invocations_sum",
  functionErrors: "aws_lambda_errors_sum",
  throttles: "aws_lambda_throttles_sum",
  messageAge: "aws_sqs_approximate_age_of_oldest_message_maximum",
  statusCheck: "aws_ec2_status_check_failed_maximum",
} as const;

/**
 * What the server's role may do, for all of it. None of these actions can be limited to single resources
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html and the pages beside it).
 * The exporter asks for the account's alias at each reading, and logs a warning where it may not.
 */
export const awsMetricsActions = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "tag:GetResources", "iam:ListAccountAliases"] as const;
