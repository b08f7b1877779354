import { awsMetrics } from "../../components/server/cloud-metrics-aws";
import { azureMetric, azureServices, type AzureService } from "../../components/server/cloud-metrics-azure";
import { gcpServices, type GcpService } from "../../components/server/cloud-metrics-gcp";
import { named, ofServer, type Case } from "./case";

type Labels = Record<string, string>;
type Series = Record<string, string>;

const at = (cloud: string, kind: string, host: string, service_name = kind): Labels => ({ environment: "prod", cloud, host, service_name, job: `cloud-${cloud}`, kind, account: "a" });
/** What an alert has of a resource's labels. */
const alerted = ({ environment, cloud, host, service_name }: Labels, more: Labels = {}): Labels => ({ environment: environment!, cloud: cloud!, host: host!, service_name: service_name!, ...more });
const one = (metric: string, labels: Labels, values: string): Series => ({ [named(metric, labels)]: values });

/** One reading every five minutes, as the server makes them: `values` are the readings. */
const read = (values: number[]) => values.map(value => `${value} _x4`).join(" ");
const steady = (value: number, readings = 8) => read(Array<number>(readings).fill(value));

/** Two situations of a rule that compares one metric with a threshold. */
const compared = (alert: string, metric: string, labels: Labels, [what, bad]: [string, number], [other, good]: [string, number], more: Labels = {}): Case[] => [
  { alert, when: what, series: one(metric, { ...labels, ...more }, steady(bad)), at: 33, fires: alerted(labels, more) },
  { alert, when: other, series: one(metric, { ...labels, ...more }, steady(good)), at: 33 },
];

const db = at("aws", "rds", "orders-db");
const alb = at("aws", "alb", "shop");
const fn = at("aws", "lambda", "lambda", "orders");
const storage = (values: string): Series => one(awsMetrics.freeStorage, db, values);
const connections = (values: string): Series => one(awsMetrics.connections, db, values);
const GiB = 1024 ** 3;
const balanced = (requests: number, own: number, target?: number): Series => ({
  ...one(awsMetrics.albRequests, alb, steady(requests)),
  ...one(awsMetrics.albOwnErrors, alb, steady(own)),
  ...(target !== undefined && one(awsMetrics.albTargetErrors, alb, steady(target))),
});
const invoked = (all: number, failed: number): Series => ({ ...one(awsMetrics.invocations, fn, steady(all)), ...one(awsMetrics.functionErrors, fn, steady(failed)) });

const aws: Case[] = [
  ...compared("RdsStorageLow", awsMetrics.freeStorage, db, ["4 GiB are left", 4 * GiB], ["50 GiB are", 50 * GiB]),
  { alert: "RdsStorageLow", when: "50 GiB are left and 5 go every hour", series: storage(read(Array.from({ length: 80 }, (_, i) => (50 - (5 * i) / 12) * GiB))), at: 60, fires: alerted(db) },
  ...compared("RdsCpuHigh", awsMetrics.databaseCpu, db, ["the processors are busy", 97], ["they are half idle", 50]),
  { alert: "RdsConnectionsHigh", when: "there are four times as many as before", series: connections(read([...Array<number>(24).fill(30), ...Array<number>(8).fill(120)])), at: 155, fires: alerted(db) },
  { alert: "RdsConnectionsHigh", when: "there are as many as ever", series: connections(steady(120, 32)), at: 155 },
  { alert: "AlbErrors", when: "a tenth of the requests finds servers that fail or none", series: balanced(100, 4, 6), at: 33, fires: alerted(alb) },
  { alert: "AlbErrors", when: "a tenth fails in the load balancer, and no server ever failed", series: balanced(100, 10), at: 33, fires: alerted(alb) },
  { alert: "AlbErrors", when: "one of a hundred fails", series: balanced(100, 0, 1), at: 33 },
  ...compared("AlbUnhealthyHosts", awsMetrics.albUnhealthy, alb, ["a server fails its health check", 1], ["none does", 0], { instance: "web" }),
  { alert: "LambdaErrors", when: "a tenth of the invocations fails", series: invoked(100, 10), at: 33, fires: alerted(fn) },
  { alert: "LambdaErrors", when: "none fails", series: invoked(100, 0), at: 33 },
  ...compared("LambdaThrottled", awsMetrics.throttles, fn, ["invocations are refused", 3], ["none is", 0]),
  ...compared("SqsMessagesOld", awsMetrics.messageAge, at("aws", "sqs", "jobs"), ["a message waits for an hour", 3600], ["it waits for a minute", 60]),
  ...compared("Ec2StatusCheckFailed", awsMetrics.statusCheck, at("aws", "ec2", "app-1"), ["a check fails", 1], ["none does", 0]),
];

const azure = (service: AzureService, metric: string) => azureMetric(service, azureServices[service].metrics.find(({ name }) => name === metric)!);
const site = at("azure", "app-service", "app-service", "orders");
const gateway = at("azure", "application-gateway", "front");
const server = (kind: string) => at("azure", kind, "orders-db");
const counted = (labels: Labels, service: AzureService, all: [string, number], failed: [string, number]): Series => ({ ...one(azure(service, all[0]), labels, steady(all[1])), ...one(azure(service, failed[0]), labels, steady(failed[1])) });

const ofAzure: Case[] = [
  ...(["sql", "postgresql", "mysql"] as const).flatMap(service => {
    const name = service[0]!.toUpperCase() + service.slice(1);
    return [
      ...compared(`Azure${name}StorageHigh`, azure(service, "storage_percent"), server(service), ["it is 92 % full", 92], ["it is half full", 50]),
      ...compared(`Azure${name}CpuHigh`, azure(service, "cpu_percent"), server(service), ["the processors are busy", 97], ["they are half idle", 50]),
    ];
  }),
  ...compared("AzurePostgresqlDown", azure("postgresql", "is_db_alive"), server("postgresql"), ["it is not alive", 0], ["it is", 1]),
  { alert: "AppServiceErrors", when: "a tenth of the requests fails", series: counted(site, "app-service", ["Requests", 300], ["Http5xx", 30]), at: 33, fires: alerted(site) },
  { alert: "AppServiceErrors", when: "three of three hundred fail", series: counted(site, "app-service", ["Requests", 300], ["Http5xx", 3]), at: 33 },
  { alert: "AppGatewayErrors", when: "a tenth of the requests fails", series: counted(gateway, "application-gateway", ["TotalRequests", 300], ["FailedRequests", 30]), at: 33, fires: alerted(gateway) },
  { alert: "AppGatewayErrors", when: "none fails", series: counted(gateway, "application-gateway", ["TotalRequests", 300], ["FailedRequests", 0]), at: 33 },
  ...compared("AppGatewayUnhealthyHosts", azure("application-gateway", "UnhealthyHostCount"), gateway, ["a server fails its probe", 1], ["none does", 0]),
  ...compared("ServiceBusDeadLetters", azure("service-bus", "DeadletteredMessages"), at("azure", "service-bus", "shop"), ["two letters are dead", 2], ["none is", 0], { instance: "jobs" }),
  ...compared("AzureVmUnavailable", azure("vm", "VmAvailabilityMetric"), at("azure", "vm", "app-1"), ["Azure finds it down", 0], ["it is up", 1]),
];

const gcp = (service: GcpService, index = 0) => gcpServices[service].metrics[index]!.shown;
const run = at("gcp", "cloud-run", "cloud-run", "orders");
const lb = at("gcp", "load-balancer", "front");
const sql = at("gcp", "cloud-sql", "orders-db");
const grows = (a: number) => read(Array.from({ length: 8 }, (_, i) => a * i));
const ran = (ok: number, failed: number): Series => ({ ...one(gcp("cloud-run"), { ...run, response_code_class: "2xx" }, grows(ok)), ...one(gcp("cloud-run"), { ...run, response_code_class: "5xx" }, grows(failed)) });

const ofGcp: Case[] = [
  ...compared("CloudSqlStorageHigh", gcp("cloud-sql"), sql, ["it is 92 % full", 0.92], ["it is half full", 0.5]),
  ...compared("CloudSqlCpuHigh", gcp("cloud-sql", 1), sql, ["the processors are busy", 0.97], ["they are half idle", 0.5]),
  { alert: "CloudRunErrors", when: "a tenth of the requests fails", series: ran(90, 10), at: 33, fires: alerted(run) },
  { alert: "CloudRunErrors", when: "none fails", series: ran(100, 0), at: 33 },
  ...compared("PubsubMessagesOld", gcp("pubsub"), at("gcp", "pubsub", "jobs"), ["a message waits for an hour", 3600], ["it waits for a minute", 60]),
  { alert: "GcpLoadBalancerErrors", when: "twenty requests a minute fail", series: one(gcp("load-balancer"), { ...lb, client_country: "KR" }, grows(20)), at: 33, fires: alerted(lb) },
  { alert: "GcpLoadBalancerErrors", when: "one does", series: one(gcp("load-balancer"), { ...lb, client_country: "KR" }, grows(1)), at: 33 },
];

const exporter = { ...ofServer, service_name: "alloy", job: "cloud-aws", instance: "cloud_aws" };
const failing = { ...ofServer, job: "cloud-aws" };
/** One kind of each resource that the situations ask for, but one. */
const allBut = (missing: string): Series =>
  Object.assign({}, ...[["aws", ["rds", "alb", "lambda", "sqs", "ec2"]], ["azure", Object.keys(azureServices)], ["gcp", ["cloud-sql", "pubsub"]]].flatMap(([cloud, kinds]) => (kinds as string[]).filter(kind => kind !== missing).map(kind => one("aws_any", at(cloud as string, kind, "x"), steady(1, 24)))));
const none = { environment: "unattributed", cloud: "aws" };

const reading: Case[] = [
  { alert: "CloudMetricsFailing", when: "an exporter does not answer", series: one("up", exporter, steady(0)), at: 30, fires: failing },
  { alert: "CloudMetricsFailing", when: "CloudWatch refuses calls", series: one("yace_cloudwatch_request_errors", { ...exporter, api_name: "GetMetricData" }, read([0, 5, 10, 15, 20, 25, 30, 35])), at: 33, fires: failing },
  { alert: "CloudMetricsFailing", when: "Google refuses calls", series: one("stackdriver_monitoring_last_scrape_error", { ...exporter, job: "cloud-gcp" }, steady(1)), at: 30, fires: { ...failing, job: "cloud-gcp" } },
  { alert: "CloudMetricsFailing", when: "all is read", series: { ...one("up", exporter, steady(1)), ...one("yace_cloudwatch_request_errors", { ...exporter, api_name: "GetMetricData" }, steady(3)), ...one("stackdriver_monitoring_last_scrape_error", { ...exporter, job: "cloud-gcp" }, steady(0)) }, at: 30 },
  { alert: "CloudMetricsMissing", when: "no database shows itself", series: allBut("rds"), at: 70, fires: { environment: "monitoring", cloud: "aws", kind: "rds" } },
  { alert: "CloudMetricsMissing", when: "there is one of everything that was asked for", series: allBut(""), at: 70 },
  { alert: "CloudLogsFailing", when: "Alloy logs an error every minute", series: one("log_errors:count1m", { ...ofServer, service_name: "alloy" }, "1x40"), at: 30, fires: ofServer },
  { alert: "CloudLogsFailing", when: "Alloy logged two errors", series: one("log_errors:count1m", { ...ofServer, service_name: "alloy" }, "1x1 _x40"), at: 30 },
  { alert: "CloudUnattributed", when: "a database has no environment", series: { ...one("aws_a", { ...db, ...none }, steady(1, 12)), ...one("aws_b", { ...db, ...none }, steady(1, 12)) }, at: 50, fires: { ...none, kind: "rds" } },
  { alert: "CloudUnattributed", when: "log lines have none", series: one("log_lines:count1m", { ...none, host: "lambda", service_name: "orders" }, "1x60"), at: 50, fires: { ...none, kind: "log lines" } },
  { alert: "CloudUnattributed", when: "all have one", series: { ...one("aws_a", db, steady(1, 12)), ...one("log_lines:count1m", alerted(fn), "5x60") }, at: 50 },
];

export const cloudCases: Case[] = [...aws, ...ofAzure, ...ofGcp, ...reading];
