import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { errors } from "../../components/dashboards/error-messages";
import { awsLogsActions } from "../../components/server/cloud-logs";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import { eventually } from "./harness/command";
import { startProgram, type RunningProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { ensureStoreServers, startServer, storeServers } from "./harness/store-servers";
import { awsAccount } from "./stand-ins/aws-account";
import { signed } from "./stand-ins/aws-signature";
import { startCloudNetwork } from "./stand-ins/cloud-network";
import { startPubSub, type PubSub } from "./stand-ins/pubsub/start";

const region = "eu-central-1";
const project = "shop-prod-1";
const subscription = "00000000-1111-2222-3333-444444444444";
const stream = "2026/11/22/[$LATEST]0123";
const lambda = "/aws/lambda/orders";
const ecs = "/ecs/shop.prod";

const missing = spawnSync("go", ["version"]).status === 0 ? undefined : "the stand-in of Pub/Sub is built with Go, which is not installed";

describe("Logs of the clouds, from stand-ins through the real Alloy into the real Loki", { skip: process.env.CI === "true" ? false : missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-cloud-logs-"));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  let spec: ServerSpec;
  let putLine: (group: string, message: string, ago?: number) => Promise<void>;
  let pubSub: PubSub;
  let alloy: RunningProgram;
  let startAlloy: () => Promise<RunningProgram>;
  let azureInput: number;

  before(async () => {
    const names = Object.keys(internalPorts);
    const [moto, api, closed, ...free] = await freePorts(names.length + 3);
    azureInput = api!;
    spec = {
      internalPorts: Object.fromEntries(names.map((name, i) => [name, free[i]!])),
      cloudLogs: {
        environments: { [subscription]: "staging", [project]: "prod" },
        aws: { groups: [{ prefix: "/aws/lambda/", environment: "prod" }, { name: ecs, environment: "dev", service: "shop" }] },
        azure: { namespace: "lgtm-test.servicebus.windows.net", hubs: ["logs"] },
        gcp: { subscription: "lgtm-logs" },
      },
    };
    await ensureStoreServers();
    stops.push(await startServer(storeServers.moto, ["-H", "127.0.0.1", "-p", `${moto}`], moto!, { INITIAL_NO_AUTH_ACTION_COUNT: "1000" }));
    const account = awsAccount(`http://127.0.0.1:${moto}`, region);
    for (const logGroupName of [lambda, ecs, "/aws/other"]) {
      await account.json("logs", "Logs_20140328.CreateLogGroup", { logGroupName });
      await account.json("logs", "Logs_20140328.CreateLogStream", { logGroupName, logStreamName: stream });
    }
    // What the server needs; and the test itself writes.
    const keys = await account.closeBehindRole({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: [...awsLogsActions, "logs:PutLogEvents"], Resource: "*" }] });
    putLine = async (logGroupName, message, ago = 0) => {
      const body = JSON.stringify({ logGroupName, logStreamName: stream, logEvents: [{ timestamp: Date.now() - ago, message }] });
      const answer = await fetch(`http://127.0.0.1:${moto}/`, { method: "POST", headers: signed({ host: `127.0.0.1:${moto}`, service: "logs", region, target: "Logs_20140328.PutLogEvents", body }, keys), body });
      assert.ok(answer.ok, await answer.text());
    };
    pubSub = await startPubSub(project, "lgtm-logs");
    const network = await startCloudNetwork({ [`${region}.amazonaws.com`]: { port: moto! } }, { aws: keys });
    stops.push(pubSub.stop, network.stop);
    const [loki, prometheus] = [await startProgram("loki", { folder, spec, bindings: {} }), await startProgram("prometheus", { folder, spec, bindings: {} })];
    stops.push(loki.stop, prometheus.stop);
    // Faster than in earnest; the hub is a port where nobody answers, and its lines come in where they would come from it.
    const hurried = (text: string) =>
      !text.startsWith("logging") ? text : `${text
        .replace(/(poll_interval +)= "1m"/g, '$1= "2s"').replace(/(poll_interval +)= "10m"/g, '$1= "5s"').replace(/(poll_frequency +)= "1+m"/g, '$1= "6s"').replace(/(refresh_interval +)= "1m"/g, '$1= "1s"')
        .replace('level = "warn"', 'level = "info"').replace("lgtm-test.servicebus.windows.net:9093", `127.0.0.1:${closed}`)}
loki.source.api "test" {
  http {
    listen_address = "127.0.0.1"
    listen_port    = ${azureInput}
  }
  forward_to = [loki.process.cloud_azure.receiver]
}
`;
    startAlloy = () => startProgram("alloy", { folder, spec, bindings: { region, project, clientid: "none" }, env: { ...network.env, PUBSUB_EMULATOR_HOST: pubSub.address }, change: hurried });
    alloy = await startAlloy();
    stops.push(() => alloy.stop());
  });

  const ask = async (path: string, query: string) => {
    const parameters = new URLSearchParams({ query, limit: "500", ...(path === "query_range" && { start: `${Date.now() - 3_600_000}000000`, end: `${Date.now() + 60_000}000000` }) });
    const answer = await fetch(`http://127.0.0.1:${spec.internalPorts!.loki}/loki/api/v1/${path}?${parameters.toString()}`, { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return (JSON.parse(text) as { data: { result: { stream: Record<string, string>; metric: Record<string, string>; values: [string, string][]; value: [number, string] }[] } }).data.result;
  };
  const lines = async (query: string) => (await ask("query_range", query)).flatMap(({ stream, values }) => values.map(([, line]) => ({ ...stream, line }) as Record<string, string>));
  const seen = (query: string, text: string) => eventually(`"${text}" is in Loki`, async () => (await lines(query)).find(({ line }) => line!.includes(text)), { seconds: 30, every: 0.5 });
  const short = ({ environment, cloud, host, service_name, detected_level }: Record<string, string>) => [environment, cloud, host, service_name, detected_level].join(" ");

  it("CloudWatch: lines have environment, function and level, and the group is told", async () => {
    await putLine(lambda, "[ERROR] KeyError: 'id' in order 17");
    await putLine(lambda, JSON.stringify({ level: "ERROR", message: "payment 42 refused" }));
    await putLine(lambda, "2026-11-22T19:00:00Z 0123 Task timed out after 3.00 seconds");
    await putLine(ecs, "started in 3 s");
    await putLine("/aws/other", "nobody asked for this");
    const found = await seen('{cloud="aws"}', "KeyError");
    assert.equal(short(found), "prod aws lambda orders error");
    assert.deepEqual([found.log_group, found.log_stream, found.line], [lambda, stream, "[ERROR] KeyError: 'id' in order 17"]);
    assert.equal(short(await seen('{cloud="aws"}', "Task timed out")), "prod aws lambda orders error");
    assert.match(short(await seen('{cloud="aws"}', "started in 3 s")), /^dev aws cloudwatch shop /);
    assert.deepEqual((await lines('{cloud="aws"}')).filter(({ line }) => line!.includes("nobody")), []);
  });

  it("CloudWatch: a line that it took in late comes, too, and no line counts twice", async () => {
    await putLine(lambda, "a line that came late", 60_000);
    await seen('{cloud="aws"}', "came late");
    // Each has been read several times by now.
    await new Promise(wake => setTimeout(wake, 13_000));
    const counted = await ask("query", 'sum(count_over_time({cloud="aws"}[1h]))');
    assert.equal(counted[0]!.value[1], "5");
  });

  it("CloudWatch: what was written while Alloy was away is read from where it was", async () => {
    await alloy.stop();
    await putLine(lambda, "a line that nobody was there for");
    alloy = await startAlloy();
    await seen('{cloud="aws"}', "nobody was there for");
    assert.match(alloy.log().split("Alloy is starting").at(-1)!, /Resuming from previously known checkpoint.*logGroup=\/aws\/lambda\/orders/);
  });

  it("Cloud Logging: entries have service, environment and level, and JSON is the line", async () => {
    const entry = (type: string, labels: Record<string, string>, rest: object) => ({ insertId: "1", logName: `projects/${project}/logs/run.googleapis.com%2Fstderr`, timestamp: new Date().toISOString(), receiveTimestamp: new Date().toISOString(), resource: { type, labels: { project_id: project, ...labels } }, ...rest });
    pubSub.publish(entry("cloud_run_revision", { service_name: "orders", revision_name: "orders-1", location: "asia-northeast3" }, { severity: "ERROR", jsonPayload: { message: "stock 7 is gone" } }));
    pubSub.publish(entry("cloud_run_revision", { service_name: "orders", revision_name: "orders-1" }, { severity: "INFO", textPayload: "the word error does not make one" }));
    pubSub.publish(entry("cloudsql_database", { database_id: `${project}:orders-db` }, { severity: "ALERT", textPayload: "too many connections", labels: { "lgtm-environment": "qa" } }));
    const found = await seen('{cloud="gcp"}', "stock 7");
    assert.equal(short(found), "prod gcp cloud-run orders error");
    assert.deepEqual([found.line, found.account, found.log_name], ['{"message":"stock 7 is gone"}', project, "run.googleapis.com%2Fstderr"]);
    assert.equal(short(await seen('{cloud="gcp"}', "does not make one")), "prod gcp cloud-run orders info");
    assert.equal(short(await seen('{cloud="gcp"}', "too many connections")), "qa gcp orders-db cloud-sql critical");
  });

  it("Event Hubs: records have resource, environment and level, whatever the hub is; the component that asks the hub has no stand-in", async () => {
    const record = (resourceId: string, rest: object) => JSON.stringify({ time: new Date().toISOString(), resourceId, operationName: "log", ...rest });
    const site = `/SUBSCRIPTIONS/${subscription}/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.WEB/SITES/ORDERS`;
    const values = [
      record(site, { category: "AppServiceConsoleLogs", level: "Error", resultDescription: "cannot reach bank 3" }),
      record(site, { category: "AppServiceConsoleLogs", level: "Informational", resultDescription: "no error at all" }),
      record(`/subscriptions/${subscription}/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-pg`, { category: "PostgreSQLLogs", level: "Critical", properties: { message: "out of disk" } }),
    ].map((line, i) => [`${Date.now() + i}000000`, line]);
    const answer = await fetch(`http://127.0.0.1:${azureInput}/loki/api/v1/push`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ streams: [{ stream: { job: "hub" }, values }] }) });
    assert.equal(answer.status, 204);
    const found = await seen('{cloud="azure"}', "cannot reach bank");
    assert.equal(short(found), "staging azure app-service orders error");
    assert.deepEqual([found.error_excerpt, found.category, found.account], ["cannot reach bank 3", "AppServiceConsoleLogs", subscription]);
    assert.equal(short(await seen('{cloud="azure"}', "no error at all")), "staging azure app-service orders info");
    assert.equal(short(await seen('{cloud="azure"}', "out of disk")), "staging azure orders-pg postgresql critical");
  });

  it("Event Hubs: a hub that cannot be reached ends nothing else, and is tried again", async () => {
    const failures = () => alloy.log().match(/level=error msg="failed to evaluate config" .*node=foreach.cloud_azure .*error creating kafka client/g)?.length ?? 0;
    const before = failures();
    await eventually("it is tried again, and says so each time", async () => failures() > before, { seconds: 20 });
    assert.ok((await fetch(`http://127.0.0.1:${spec.internalPorts!.alloy}/-/ready`)).ok);
  });

  it("all of their errors are among those of the dashboard Errors, by what they say", async () => {
    const everything = errors.replace(/\$(environment|cloud|host|service)\b/g, ".*");
    const counted = await ask("query", `sum by (cloud, service_name, error) (count_over_time(${everything} [1h]))`);
    const texts = counted.map(({ metric }) => `${metric.cloud} ${metric.service_name}: ${metric.error}`);
    for (const expected of ["aws orders: KeyError: … in order #", "aws orders: payment # refused", "gcp orders: stock # is gone", "gcp cloud-sql: too many connections", "azure orders: cannot reach bank #", "azure postgresql: out of disk"]) assert.ok(texts.includes(expected), `${expected} is not among\n${texts.join("\n")}`);
    assert.ok(texts.some(text => text.startsWith("aws orders:") && text.includes(" Task timed out after # seconds")), texts.join("\n"));
    assert.ok(!texts.some(text => /no error at all|does not make one/.test(text)), texts.join("\n"));
  });
});
