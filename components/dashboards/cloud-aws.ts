import { cloudwatch, insights } from "./cloud-queries";
import { logs, mustBeZero, stat, timeseries, type Dashboard, type Panel, type Shown, type Thresholds } from "./panels";

const reference = (service: string) => `CloudWatch metrics of ${service}, AWS documentation, for names and units; expression pulumi-lgtm`;
const ec2 = reference("Amazon EC2");
const rds = reference("Amazon RDS");
const alb = reference("Application Load Balancer");
const lambda = reference("AWS Lambda");

/** Every series of these metrics, whatever it is of. Five minutes: what EC2 gives without detailed monitoring. */
const search = (dimensions: string, metric: string, statistic: string) => `SEARCH('{${dimensions}} MetricName=${metric.includes(" ") ? `(${metric})` : `"${metric}"`}', '${statistic}', 300)`;
const instances = "AWS/EC2,InstanceId";
const databases = "AWS/RDS,DBInstanceIdentifier";
const balancers = "AWS/ApplicationELB,LoadBalancer";
const functions = "AWS/Lambda,FunctionName";

const by = (dimension: string) => `\${PROP('Dim.${dimension}')}`;
const none = { noValue: "none", emptyWhenHealthy: "nothing of this kind runs in the account" };
const percent: Thresholds = ["green", [80, "yellow"], [90, "red"]];

/** A line for each series that the search finds. */
const lines = (dimensions: string, metric: string, statistic: string, name: string, source: string, shown: Shown): Panel =>
  timeseries({ ...none, width: 6, source, ...shown, queries: [cloudwatch(search(dimensions, metric, statistic), { legend: by(name) })] });

const one = (expr: string, source: string, shown: Shown): Panel => stat({ ...none, width: 4, source, ...shown, queries: [cloudwatch(expr)] });

/** The whole account as CloudWatch sees it. No refresh: every metric that is asked for costs. */
export const awsDashboard: Dashboard = {
  name: "aws",
  title: "AWS account",
  description: "Everything in the account and region, asked from CloudWatch when it is opened: 0.01 USD for 1,000 metrics. It shows the region of the datasource.",
  since: "3h",
  refresh: "",
  view: { cloud: "aws" },
  rows: [
    {
      title: "What is wrong",
      height: 4,
      panels: [
        one(`SUM(${search(instances, "StatusCheckFailed", "Maximum")})`, ec2, { title: "Failing status checks", about: "EC2 instances whose machine or system does not answer.", unit: "none", thresholds: mustBeZero }),
        one(`SUM(${search("AWS/ApplicationELB,LoadBalancer,TargetGroup", "UnHealthyHostCount", "Maximum")})`, alb, { title: "Unhealthy targets", about: "Targets to which the load balancers send nothing.", unit: "none", thresholds: mustBeZero }),
        one(`SUM(${search(balancers, '"HTTPCode_ELB_5XX_Count" OR "HTTPCode_Target_5XX_Count"', "Sum")})`, alb, { title: "5xx", about: "Answers with 5xx in the time range, of the load balancers and of what is behind them.", unit: "none", total: true, thresholds: ["green", [1, "yellow"], [20, "red"]] }),
        one(`SUM(${search(functions, "Errors", "Sum")})`, lambda, { title: "Lambda errors", about: "Invocations that ended with an error, in the time range.", unit: "none", total: true, thresholds: mustBeZero }),
        one(`MIN(${search(databases, "FreeStorageSpace", "Minimum")})`, rds, { title: "Least free storage", about: "Of the database that has the least left. Red below 2 GiB: CloudWatch gives no size to compare with.", unit: "bytes", thresholds: ["red", [2 * 2 ** 30, "yellow"], [10 * 2 ** 30, "green"]] }),
        one(`MAX(${search("AWS/SQS,QueueName", "ApproximateAgeOfOldestMessage", "Maximum")})`, reference("Amazon SQS"), { title: "Oldest message", about: "How long the oldest message of all queues has been waiting.", unit: "s", thresholds: ["green", [300, "yellow"], [3600, "red"]] }),
      ],
    },
    {
      title: "EC2",
      height: 7,
      panels: [
        lines(instances, "CPUUtilization", "Average", "InstanceId", ec2, { title: "CPU", about: "As the hypervisor sees it.", unit: "percent", thresholds: percent }),
        lines(instances, "StatusCheckFailed", "Maximum", "InstanceId", ec2, { title: "Status checks", about: "1 while a check of the instance or of its system fails.", unit: "none", thresholds: mustBeZero }),
        lines(instances, "NetworkOut", "Average", "InstanceId", ec2, { title: "Sent", about: "Bytes sent in five minutes.", unit: "bytes" }),
        lines(instances, "CPUCreditBalance", "Minimum", "InstanceId", ec2, { title: "CPU credits", about: "Of machines whose CPU is shared (t3, t4g). At 0 they are slow, or cost more.", unit: "none" }),
      ],
    },
    {
      title: "RDS",
      height: 7,
      panels: [
        lines(databases, "CPUUtilization", "Average", "DBInstanceIdentifier", rds, { title: "Database CPU", about: "Of each database.", unit: "percent", thresholds: percent }),
        lines(databases, "DatabaseConnections", "Maximum", "DBInstanceIdentifier", rds, { title: "Connections", about: "In use; what a database allows is in its parameters.", unit: "none" }),
        lines(databases, "FreeStorageSpace", "Minimum", "DBInstanceIdentifier", rds, { title: "Free storage", about: "A full disk stops the database.", unit: "bytes" }),
        lines(databases, "FreeableMemory", "Minimum", "DBInstanceIdentifier", rds, { title: "Free memory", about: "Memory that the database could still take.", unit: "bytes" }),
      ],
    },
    {
      title: "Load balancers",
      height: 7,
      panels: [
        lines(balancers, "RequestCount", "Sum", "LoadBalancer", alb, { title: "Requests", about: "In five minutes.", unit: "short" }),
        lines(balancers, "HTTPCode_Target_5XX_Count", "Sum", "LoadBalancer", alb, { title: "5xx of the targets", about: "Answers of the applications, in five minutes. Nothing where there were none.", unit: "short", thresholds: mustBeZero }),
        lines(balancers, "HTTPCode_ELB_5XX_Count", "Sum", "LoadBalancer", alb, { title: "5xx of the balancers", about: "Answers that no application gave, in five minutes: nobody was there, or it took too long.", unit: "short", thresholds: mustBeZero }),
        lines(balancers, "TargetResponseTime", "p95", "LoadBalancer", alb, { title: "Targets answer within (p95)", about: "19 of 20 answers came faster.", unit: "s", thresholds: ["green", [0.5, "yellow"], [2, "red"]] }),
      ],
    },
    {
      title: "Lambda",
      height: 7,
      panels: [
        lines(functions, "Invocations", "Sum", "FunctionName", lambda, { title: "Invocations", about: "In five minutes.", unit: "short" }),
        lines(functions, "Errors", "Sum", "FunctionName", lambda, { title: "Errors", about: "Invocations that ended with an error, in five minutes.", unit: "short", thresholds: mustBeZero }),
        lines(functions, "Throttles", "Sum", "FunctionName", lambda, { title: "Throttled", about: "Invocations that were refused because too many ran already.", unit: "short", thresholds: mustBeZero }),
        lines(functions, "Duration", "p95", "FunctionName", lambda, { title: "Runs for (p95)", about: "19 of 20 invocations were done sooner.", unit: "ms" }),
      ],
    },
    {
      title: "Logs",
      height: 10,
      panels: [
        lines("AWS/Logs,LogGroupName", "IncomingBytes", "Sum", "LogGroupName", reference("CloudWatch Logs"), { title: "Logs coming in", about: "Bytes in five minutes by log group: what CloudWatch Logs is paid for.", unit: "bytes", stacked: true, width: 8 }),
        logs({
          title: "Error lines",
          about: "Newest lines with the words error, exception or fatal of the chosen log groups, found by Logs Insights: 0.005 USD for a GB that it reads.",
          queries: [insights("fields @timestamp, @message, @log\n| filter @message like /(?i)(error|exception|fatal)/\n| sort @timestamp desc\n| limit 100")],
          emptyWhenHealthy: "nothing logs an error",
          width: 16,
        }),
      ],
    },
  ],
};
