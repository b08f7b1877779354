import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fill } from "../../components/alerts/prometheus-rules";
import { subjects } from "../../components/alerts/subjects";
import { awsMetrics, awsMetricsActions, awsServiceNames } from "../../components/server/cloud-metrics-aws";
import { azureMetric, azureServiceNames, azureServices } from "../../components/server/cloud-metrics-azure";
import { gcpServiceNames, gcpServices } from "../../components/server/cloud-metrics-gcp";
import { internalPorts } from "../../components/server/ports";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { eventually } from "./harness/command";
import { startProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { ensureStoreServers, startServer, storeServers } from "./harness/store-servers";
import { awsAccount, type AwsAccount } from "./stand-ins/aws-account";
import { azureMonitor, cloudMonitoring, type AzureResource, type GcpSeries } from "./stand-ins/cloud-monitoring";
import { startCloudNetwork } from "./stand-ins/cloud-network";
import { startCloudWatch } from "./stand-ins/cloudwatch";

const region = "eu-central-1";
const subscription = "00000000-1111-2222-3333-444444444444";
const project = "shop-prod-1";
const clientid = "11111111-2222-3333-4444-555555555555";

/** Everything is as bad as it can be, in moto. What AWS itself does with tags moto does, too: what never had one is in no list of tagged things. */
async function fillAws(aws: AwsAccount): Promise<void> {
  const tag = (key: string, value: string, prefix: string) => ({ [`${prefix}.1.Key`]: key, [`${prefix}.1.Value`]: value });
  const database = (name: string, tags: Record<string, string>) => aws.call("rds", "CreateDBInstance", { DBInstanceIdentifier: name, DBInstanceClass: "db.t4g.micro", Engine: "postgres", MasterUsername: "test", MasterUserPassword: "not-a-secret", AllocatedStorage: "20", ...tags });
  await database("orders-db", tag("lgtm-environment", "prod", "Tags.Tag"));
  await database("plain-db", tag("team", "orders", "Tags.Tag"));
  await database("untagged-db", {});
  await aws.call("sqs", "CreateQueue", { QueueName: "jobs", "Tag.1.Key": "lgtm-environment", "Tag.1.Value": "dev", "Tag.2.Key": "lgtm-service", "Tag.2.Value": "worker" });
  const found = (text: string, name: string) => new RegExp(`<${name}>(.+?)</${name}>`).exec(text)![1]!;
  const image = found(await aws.call("ec2", "DescribeImages", {}), "imageId");
  const machine = found(await aws.call("ec2", "RunInstances", { ImageId: image, MinCount: "1", MaxCount: "1", "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "lgtm-environment", "TagSpecification.1.Tag.1.Value": "prod", "TagSpecification.1.Tag.2.Key": "Name", "TagSpecification.1.Tag.2.Value": "app-1" }), "instanceId");
  const subnets = [...(await aws.call("ec2", "DescribeSubnets", {})).matchAll(/<subnetId>(.+?)<\/subnetId>/g)].map(match => match[1]!);
  const tags = tag("lgtm-environment", "prod", "Tags.member");
  const balancer = found(await aws.call("elasticloadbalancing", "CreateLoadBalancer", { Name: "shop", "Subnets.member.1": subnets[0]!, "Subnets.member.2": subnets[1]!, ...tags }), "LoadBalancerArn").split("loadbalancer/")[1]!;
  const group = found(await aws.call("elasticloadbalancing", "CreateTargetGroup", { Name: "web", Protocol: "HTTP", Port: "80", VpcId: found(await aws.call("ec2", "DescribeVpcs", {}), "vpcId"), ...tags }), "TargetGroupArn").split(":").at(-1)!;
  await aws.createFunction("orders", { "lgtm-environment": "prod" });

  const put = async (namespace: string, dimensions: Record<string, string>, values: Record<string, number>) => {
    const of = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const minutes = Array.from({ length: 25 }, (_, i) => Math.round(Date.now() / 1000) - 60 * i);
    for (const [MetricName, Value] of Object.entries(values)) await aws.json("monitoring", "GraniteServiceVersion20100801.PutMetricData", { Namespace: namespace, MetricData: minutes.map(Timestamp => ({ MetricName, Dimensions: of, Timestamp, Value })) });
  };
  for (const DBInstanceIdentifier of ["orders-db", "plain-db", "untagged-db"]) await put("AWS/RDS", { DBInstanceIdentifier }, { FreeStorageSpace: 2 * 1024 ** 3, CPUUtilization: 97, DatabaseConnections: 60 });
  // By other dimensions, too, as AWS has them: those are not to be read, and not to be paid for.
  await put("AWS/RDS", { DatabaseClass: "db.t4g.micro" }, { CPUUtilization: 97 });
  await put("AWS/SQS", { QueueName: "jobs" }, { ApproximateAgeOfOldestMessage: 4000 });
  await put("AWS/EC2", { InstanceId: machine }, { StatusCheckFailed: 1 });
  await put("AWS/ApplicationELB", { LoadBalancer: balancer }, { RequestCount: 100, HTTPCode_Target_5XX_Count: 10, HTTPCode_ELB_5XX_Count: 5 });
  await put("AWS/ApplicationELB", { LoadBalancer: balancer, AvailabilityZone: `${region}a` }, { RequestCount: 100 });
  await put("AWS/ApplicationELB", { LoadBalancer: balancer, TargetGroup: group }, { UnHealthyHostCount: 1 });
  await put("AWS/Lambda", { FunctionName: "orders" }, { Invocations: 30, Errors: 3, Throttles: 1 });
}

const azureId = (type: string) => `/subscriptions/${subscription}/resourceGroups/shop/providers/${type}`;
const everyWay = (value: number) => ({ average: value, maximum: value, minimum: value, total: value });
const onAzure: AzureResource[] = [
  { id: azureId("Microsoft.Sql/servers/main/databases/orders"), metrics: { storage_percent: everyWay(92), cpu_percent: everyWay(97) } },
  { id: azureId("Microsoft.Sql/servers/main/databases/master"), metrics: { storage_percent: everyWay(99), cpu_percent: everyWay(99) } },
  { id: azureId("Microsoft.DBforPostgreSQL/flexibleServers/orders-pg"), metrics: { storage_percent: everyWay(92), cpu_percent: everyWay(97), is_db_alive: everyWay(0) } },
  { id: azureId("Microsoft.DBforMySQL/flexibleServers/orders-my"), metrics: { storage_percent: everyWay(92), cpu_percent: everyWay(97) } },
  { id: azureId("Microsoft.Web/sites/orders"), tags: { "lgtm-environment": "prod", "lgtm-service": "orders-api" }, metrics: { Requests: { total: 300 }, Http5xx: { total: 30 } } },
  { id: azureId("Microsoft.Network/applicationGateways/front"), metrics: { TotalRequests: { total: 300 }, FailedRequests: { total: 30 }, UnhealthyHostCount: { average: 1 } } },
  { id: azureId("Microsoft.ServiceBus/namespaces/shop-bus"), metrics: { DeadletteredMessages: { average: 2, maximum: 2, minimum: 2 } }, dimension: ["EntityName", "jobs"] },
  { id: azureId("Microsoft.Compute/virtualMachines/app-1"), metrics: { VmAvailabilityMetric: everyWay(0) } },
];

const sql = { type: "cloudsql_database", labels: { database_id: `${project}:orders-db`, project_id: project, region: "asia-northeast3" } };
const revision = (code: string, value: number): GcpSeries => ({ type: "run.googleapis.com/request_count", kind: "DELTA", valueType: "INT64", resource: { type: "cloud_run_revision", labels: { service_name: "orders", revision_name: "orders-1", location: "asia-northeast3", configuration_name: "orders", project_id: project } }, labels: { response_code: code, response_code_class: `${code[0]}xx` }, value });
const balanced = (code: string, country: string): GcpSeries => ({ type: "loadbalancing.googleapis.com/https/request_count", kind: "DELTA", valueType: "INT64", resource: { type: "https_lb_rule", labels: { url_map_name: "front", project_id: project, region: "global" } }, labels: { response_code: code, response_code_class: `${code[0]}00`, client_country: country }, value: 40 });
const onGcp: GcpSeries[] = [
  { type: "cloudsql.googleapis.com/database/disk/utilization", kind: "GAUGE", valueType: "DOUBLE", resource: sql, value: 0.92 },
  { type: "cloudsql.googleapis.com/database/cpu/utilization", kind: "GAUGE", valueType: "DOUBLE", resource: sql, value: 0.97 },
  revision("200", 90), revision("500", 10),
  { type: "pubsub.googleapis.com/subscription/oldest_unacked_message_age", kind: "GAUGE", valueType: "INT64", resource: { type: "pubsub_subscription", labels: { subscription_id: "jobs", project_id: project } }, value: 4000 },
  balanced("200", "Korea"), balanced("502", "Korea"), balanced("502", "Germany"),
];

/** moto's names of the actions' services are those of signatures. AWS lets everybody ask who he is; moto asks for the right. */
const rights = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: [...awsMetricsActions.map(action => action.replace("cloudwatch:", "monitoring:").replace("tag:", "tagging:")), "sts:GetCallerIdentity"], Resource: "*" }] };

describe("Metrics of cloud resources, from stand-ins of the clouds through the real Alloy into the real Prometheus", () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-cloud-metrics-"));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  let spec: ServerSpec;
  let refuse: (yes: boolean) => void;

  before(async () => {
    const names = Object.keys(internalPorts);
    const [moto, ...free] = await freePorts(names.length + 1);
    spec = {
      internalPorts: Object.fromEntries(names.map((name, i) => [name, free[i]!])),
      cloudMetrics: { environments: { [subscription]: "staging", [project]: "prod" }, aws: { services: awsServiceNames }, azure: { services: azureServiceNames }, gcp: { services: gcpServiceNames } },
    };
    await ensureStoreServers();
    stops.push(await startServer(storeServers.moto, ["-H", "127.0.0.1", "-p", `${moto}`], moto!, { INITIAL_NO_AUTH_ACTION_COUNT: "1000" }));
    const account = awsAccount(`http://127.0.0.1:${moto}`, region);
    await fillAws(account);
    const keys = await account.closeBehindRole(rights);
    const cloudWatch = await startCloudWatch(moto!, region, keys);
    let refusing = true;
    refuse = yes => {
      refusing = yes;
      cloudWatch.refuse(yes);
    };
    refuse(true);
    const network = await startCloudNetwork({
      [`monitoring.${region}.amazonaws.com`]: { port: cloudWatch.port },
      [`${region}.amazonaws.com`]: { port: moto! },
      "iam.amazonaws.com": { port: moto! },
      "management.azure.com": azureMonitor(subscription, { "lgtm-environment": "qa" }, onAzure, () => refusing),
      "monitoring.googleapis.com": cloudMonitoring(onGcp, () => refusing),
    }, { aws: keys, azureClientId: clientid });
    stops.push(cloudWatch.stop, network.stop);
    const bindings = { region, subscription, project, clientid };
    const prometheus = await startProgram("prometheus", { folder, spec, bindings });
    stops.push(prometheus.stop);
    // Readings every five minutes are too few for a test.
    const hurried = (text: string) => text.replace(/scrape_interval( *)= "5m"\n( *)scrape_timeout( *)= "1m"/g, 'scrape_interval$1= "5s"\n$2scrape_timeout$3= "5s"');
    const alloy = await startProgram("alloy", { folder, spec, bindings, env: network.env, change: hurried });
    stops.push(alloy.stop);
  });

  const ask = async (query: string) => {
    const answer = await fetch(`http://127.0.0.1:${spec.internalPorts!.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data, error } = (await answer.json()) as { data?: { result: { metric: Record<string, string>; value: [number, string] }[] }; error?: string };
    assert.ok(data, `${query}: ${error}`);
    return data.result;
  };
  const rules = () => subjects(resolveSpec(spec)).find(subject => subject.name === "cloud")!.rules;
  const found = async (alert: string) => {
    const rule = rules().find(({ name }) => name === alert)!;
    return ask(fill(rule.expr, rule.threshold?.default));
  };

  it("says so while the clouds refuse", async () => {
    const jobs = await eventually("every cloud is found to fail", async () => {
      const result = await found("CloudMetricsFailing");
      return result.length === 3 && result.map(({ metric }) => metric.job).sort();
    }, { seconds: 60 });
    assert.deepEqual(jobs, ["cloud-aws", "cloud-azure", "cloud-gcp"]);
    const always = gcpServiceNames.filter(name => !("onlyWithTraffic" in gcpServices[name]));
    await eventually("what is missing is known by kind", async () => (await found("CloudMetricsMissing")).length === awsServiceNames.length + azureServiceNames.length + always.length, { seconds: 90 });
  });

  it("reads every metric of every service with the labels that everything has, as what the machine is in each cloud", async () => {
    refuse(false);
    const names = [...Object.values(awsMetrics), ...azureServiceNames.flatMap(name => azureServices[name].metrics.map(metric => azureMetric(name, metric))), ...gcpServiceNames.flatMap(name => gcpServices[name].metrics.map(({ shown }) => shown))];
    await eventually("every metric is there", async () => {
      const there = new Set((await ask('{job=~"cloud-.+", kind!=""}')).map(({ metric }) => metric.__name__));
      const missing = names.filter(name => !there.has(name));
      if (missing.length) throw new Error(`missing: ${missing.join(", ")}`);
      return true;
    }, { seconds: 60 });
    const labelled = async (metric: string, where = "") => (await ask(`${metric}{${where}}`)).map(({ metric: { environment, cloud, host, service_name, account, instance } }) => [environment, cloud, host, service_name, account, instance].join(" "));
    const aws = "123456789012";
    assert.deepEqual((await labelled(awsMetrics.freeStorage)).sort(), [`prod aws orders-db rds ${aws} orders-db`, `unattributed aws plain-db rds ${aws} plain-db`]);
    assert.deepEqual(await labelled(awsMetrics.messageAge), [`dev aws jobs worker ${aws} jobs`]);
    assert.match((await labelled(awsMetrics.statusCheck))[0]!, /^prod aws app-1 ec2 \d+ i-/);
    assert.deepEqual(await labelled(awsMetrics.functionErrors), [`prod aws lambda orders ${aws} orders`]);
    assert.deepEqual(await labelled(awsMetrics.albUnhealthy), [`prod aws shop alb ${aws} web`]);
    // Moto does not list load balancers by their tags.
    assert.match((await labelled(awsMetrics.albRequests)).join(), /aws shop alb/);
    const of = (service: (typeof azureServiceNames)[number], index = 0) => azureMetric(service, azureServices[service].metrics[index]!);
    // The resource group's tag, which counts for more than the subscription; a resource's own counts for more than both.
    assert.deepEqual(await labelled(of("sql")), [`qa azure main/orders sql ${subscription} shop`]);
    assert.deepEqual(await labelled(of("app-service")), [`prod azure app-service orders-api ${subscription} shop`]);
    assert.deepEqual(await labelled(of("service-bus")), [`qa azure shop-bus service-bus ${subscription} jobs`]);
    assert.deepEqual(await labelled(gcpServices["cloud-sql"].metrics[0].shown), [`prod gcp orders-db cloud-sql ${project} cloud_gcp`]);
    assert.deepEqual(new Set(await labelled(gcpServices["cloud-run"].metrics[0].shown)), new Set([`prod gcp cloud-run orders ${project} cloud_gcp`]));
    assert.equal((await labelled(gcpServices["load-balancer"].metrics[0].shown)).length, 2);
  });

  it("makes every alert about a resource fire, and stops saying that something fails or is missing", async () => {
    const about = rules().map(({ name }) => name).filter(name => !/^Cloud(Metrics|Unattributed)|^RdsConnectionsHigh$/.test(name));
    assert.ok(about.length >= 20, about.join());
    for (const name of about) await eventually(`${name} finds something`, async () => (await found(name)).length > 0, { seconds: 30 });
    assert.deepEqual(await found("CloudMetricsMissing"), []);
    assert.deepEqual(rules().filter(({ name }) => name === "CloudMetricsFailing").length, 1);
    assert.equal((await ask('up{job=~"cloud-.+"} == 0')).length, 0);
  });

  it("counts what has no environment", async () => {
    const counted = (await found("CloudUnattributed")).filter(({ metric }) => metric.kind === "rds");
    assert.deepEqual(counted.map(({ metric, value }) => [metric.environment, metric.cloud, value[1]]), [["unattributed", "aws", "1"]]);
  });

  it("asks CloudWatch for as many metrics as the price is reckoned with, and no more", async () => {
    // Two databases, and one of everything else; each reading asks for all of their metrics.
    const each = 2 * 3 + 4 + 3 + 1 + 1;
    const steps = await eventually("two readings have come", async () => {
      const values = (await ask("yace_cloudwatch_getmetricdata_metrics_requested_total[20s]")) as unknown as { values: [number, string][] }[];
      const numbers = [...new Set(values[0]?.values.map(([, value]) => Number(value)) ?? [])];
      return numbers.length > 2 && numbers.slice(1).map((value, i) => value - numbers[i]!);
    }, { seconds: 30 });
    assert.deepEqual(new Set(steps), new Set([each]));
  });
});
