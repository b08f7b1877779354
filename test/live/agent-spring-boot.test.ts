import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { appEnvironment, type AppIdentity } from "../../components/agent/app-environment";
import type { AgentSpec } from "../../components/agent/spec";
import { checkout } from "../checkout";
import { blocksOf } from "../markdown";
import { agentPackages } from "./agent-packages";
import { connectionTo, eventually, givePrograms, identityOf, startMonitoring, type Finder } from "./agent-scene";
import { engineStack } from "./engine-stack";
import { shell } from "./harness/command";
import { suite } from "./harness/requirements";
import { startServer, type Server } from "./harness/server";
import { builtApplication, missingForSpringBoot } from "./harness/spring-boot";

// What docs/applications.md shows is what runs here: its application.yml, its commands, its loggers.
const page = blocksOf("docs/applications.md");
const block = (info: string, part: string) => page.find(each => each.info === info && each.text.includes(part))!.text;
const commandOf = (part: string) => block("sh", part).split("\n").find(line => line.includes(part))!;

/** Two servers of a team: the monitoring server scrapes dev, and prod sends everything itself. */
const agents: Record<"prod" | "dev", AgentSpec> = {
  prod: {
    environment: "prod", cloud: "aws", service: "orders", journal: false,
    logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\{" }],
    applications: [{ service: "orders", path: "/prometheus-provider" }],
  },
  dev: {
    environment: "dev", cloud: "aws", service: "orders", journal: false, metrics: "pull",
    logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\d{4}-\\d{2}-\\d{2}" }, { paths: ["/var/log/shop/*.log"], service: "shop" }, { paths: ["/var/log/stock/*.log"], service: "stock" }],
  },
};
const stages = ["prod", "dev"] as const;
const labelsOf = (environment: string, service_name = "orders") => ({ environment, cloud: "aws", host: `orders-${environment}`, service_name });

const ends: (() => unknown)[] = [];
const step = suite(start, missingForSpringBoot);
after(async () => {
  for (const end of ends.reverse()) await end();
});

async function start() {
  const { node, python, java } = await agentPackages();
  const jar = await builtApplication();
  const servers = {} as Record<"prod" | "dev", Server>;
  const each = <T>(work: (stage: "prod" | "dev") => Promise<T>) => Promise.all(stages.map(work));
  await each(async stage => {
    const server = (servers[stage] = await startServer({ name: `orders-${stage}`, image: "java" }));
    ends.push(() => server.stop());
    await givePrograms(server);
    await put(server, jar, "/srv/orders/orders.jar");
    await server.copyIn("/srv/orders/application.yml", block("yaml", "prometheus-provider"));
    const own: Record<string, string> = stage === "prod" ? {} : { SERVER_ADDRESS: "0.0.0.0", DB_TRACING_VALUES: "true", LOGGING_STRUCTURED_FORMAT_FILE: "" };
    await startApplication(server, agents[stage], { service: "orders" }, "java -Xmx96m -jar orders.jar --spring.config.additional-location=application.yml", own);
  });
  const { dev, prod } = servers;
  await put(prod, join(java, "opentelemetry-javaagent.jar"), "/opt/opentelemetry-javaagent.jar");
  await prod.exec("mkdir -p /srv/billing && ln -s /srv/orders/orders.jar /srv/billing/");
  await startApplication(prod, agents.prod, { service: "billing" }, commandOf("-javaagent"), { ...often, JAVA_TOOL_OPTIONS: "-Xmx96m", SERVER_PORT: "8081", MANAGEMENT_TRACING_ENABLED: "false", LOGGING_FILE_NAME: "/var/log/billing/unread.log" });
  await put(dev, join(node, "node_modules"), "/srv/shop/node_modules");
  await put(dev, process.execPath, "/usr/local/bin/node");
  await dev.copyIn("/srv/shop/log.js", `${block("js", "pino")}module.exports = log;\n`);
  await dev.copyIn("/srv/shop/app.js", readFileSync(join(checkout, "test/live/applications/shop/app.js")));
  await startApplication(dev, agents.dev, { service: "shop" }, commandOf("node --require"), often);
  await put(dev, python, "/opt/python");
  await dev.exec("sed -i '1s|.*|#!/usr/bin/python3|' /opt/python/bin/opentelemetry-instrument");
  await dev.copyIn("/srv/stock/log.py", block("python", "JsonFormatter"));
  await dev.copyIn("/srv/stock/app.py", readFileSync(join(checkout, "test/live/applications/stock/app.py")));
  await startApplication(dev, agents.dev, { service: "stock" }, commandOf("opentelemetry-instrument"), { ...often, PYTHONPATH: "/opt/python", PATH: "/opt/python/bin:/usr/bin:/bin" });

  const address = await dev.ip();
  const { environment, cloud, host } = labelsOf("dev");
  const { monitoring, contract, tokenOf, find } = await startMonitoring({
    discovery: { static: [{ address: `${address}:9100`, environment, cloud, host }, { address: `${address}:8080`, environment, cloud, host, service: "orders", path: "/prometheus-provider" }] },
  });
  ends.push(() => monitoring.stop());
  const stack = await engineStack("spring-boot", join(__dirname, "agent-pair-program.js"), { plugins: ["command", "random"] });
  ends.push(() => stack.remove());
  const common = { server: contract, token: tokenOf() };
  await stack.up({ prod: { ...common, ...agents.prod, connection: await connectionTo(prod) }, dev: { ...common, ...agents.dev, connection: await connectionTo(dev) } });
  for (const stage of stages) await answers(servers[stage], "http://127.0.0.1:8080/health");
  return { servers, find };
}

/** Metrics that are sent come once a minute otherwise. */
const often = { OTEL_METRIC_EXPORT_INTERVAL: "5000", OTEL_METRIC_EXPORT_TIMEOUT: "4000" };

/** As a team runs it: a unit with a user of its own, which gets its addresses from `appEnvironment`. */
async function startApplication(server: Server, agent: AgentSpec, app: AppIdentity, command: string, env: Record<string, string>): Promise<void> {
  const folder = `/srv/${app.service}`;
  const variables = Object.entries({ ...appEnvironment(agent, app), ...env });
  await server.copyIn(`${folder}/.env`, variables.map(([key, value]) => `${key}=${value}\n`).join(""));
  await server.copyIn(`${folder}/start`, `#!/bin/sh\n${command}\n`, "755");
  await server.copyIn(`/etc/systemd/system/${app.service}.service`, `[Service]\nUser=${app.service}\nWorkingDirectory=${folder}\nEnvironmentFile=${folder}/.env\nExecStart=${folder}/start\n`);
  // Nobody but its user may look into the folder of its logs.
  await server.exec(`useradd --create-home ${app.service} && install -d -o ${app.service} -m 700 /var/log/${app.service} && systemctl daemon-reload && systemctl start ${app.service}`);
}

async function put(server: Server, from: string, to: string): Promise<void> {
  await server.exec(`mkdir -p "$(dirname ${to})"`);
  await shell(`docker cp -q '${from}' '${server.name}:${to}'`);
}

async function answers(server: Server, url: string): Promise<void> {
  await eventually(`${url} on ${server.name}`, async () => (await server.tryExec(`curl -fsS ${url}`)).code === 0, { seconds: 120 }).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${(await server.tryExec("journalctl -n 30 --no-pager -o cat -u orders -u billing -u shop -u stock")).stdout}`);
  });
}

interface Trace {
  batches: { resource: { attributes: Attribute[] }; scopeSpans: { spans: { name: string; attributes?: Attribute[] }[] }[] }[];
}
interface Attribute {
  key: string;
  value: { stringValue?: string };
}
const flat = (attributes: Attribute[] = []) => Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ""]));

/** Who sent a trace, and what its spans carry. */
async function traceOf(find: Finder, id: string): Promise<{ resource: Record<string, string>; spans: Record<string, string>[] }> {
  const { batches } = await eventually(`trace ${id}`, () => find.get(`/tempo/api/traces/${id}`).then(found => found as Trace, () => undefined), { seconds: 60 });
  const resource = flat(batches[0]!.resource.attributes);
  return { resource: { ...resource, service_name: resource["service.name"]! }, spans: batches.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name, attributes }) => ({ name, ...flat(attributes) })))) };
}

const first = async (find: Finder, query: string) => eventually(`lines of ${query}`, async () => (await find.logs(query))[0], { seconds: 60 });

step("metrics of the application and of its host are there under the same labels, scraped by the agent and by the server", async ({ servers, find }) => {
  for (const [stage, id] of [["prod", 100], ["dev", 200]] as const)
    await servers[stage].exec(`for i in 0 1 2; do curl -sS http://127.0.0.1:8080/orders/$((${id} + i)); curl -sS -X POST http://127.0.0.1:8080/orders/$((${id} + i))/cancel; done`);
  for (const stage of stages) {
    const found = async (query: string) => find.metrics(query.replace("$", `environment="${stage}"`));
    const [requests] = await eventually(`${stage}'s requests`, async () => {
      const series = await found('http_server_requests_seconds_count{$, uri="/orders/{id}"} >= 3');
      return series.length > 0 && series;
    }, { seconds: 60 });
    assert.deepEqual(identityOf(requests!.metric), labelsOf(stage));
    const [memory] = await found("node_memory_MemTotal_bytes{$}");
    assert.deepEqual(identityOf(memory!.metric), labelsOf(stage, "node"));
    assert.deepEqual([requests!.metric.job, memory!.metric.job], ["orders", "node"]);
    assert.deepEqual(new Set((await found('up{$, job=~"orders|node"}')).map(({ value }) => value)), new Set([1]));
  }
});

step("a stack trace is one entry with level and labels, in JSON and in plain text", async ({ find }) => {
  for (const stage of stages) {
    const { line, labels } = await first(find, `{environment="${stage}", service_name="orders"} |= "is already sent" |= "IllegalStateException"`);
    assert.match(line, stage === "prod" ? /"stack_trace":"java\.lang\.IllegalStateException: Order 10\d is already sent\\n\\tat example/ : /^\d{4}-.*ERROR[^]*\njava\.lang\.IllegalStateException: Order 20\d is already sent\n\tat example/);
    assert.deepEqual(identityOf(labels), labelsOf(stage));
    assert.equal(labels.detected_level, "error");
  }
});

step("a request is found as a trace with its SQL, whose values only dev shows", async ({ find }) => {
  for (const [stage, order] of [["prod", 101], ["dev", 201]] as const) {
    const { line, labels } = await first(find, `{environment="${stage}", service_name="orders"} |= "Order ${order} asked for"`);
    const { resource, spans } = await traceOf(find, labels.trace_id ?? /\[([0-9a-f]{32})-[0-9a-f]{16}\]/.exec(line)![1]!);
    assert.deepEqual(identityOf(resource), labelsOf(stage));
    const sql = spans.find(span => span["jdbc.query[0]"])!;
    assert.match(sql["jdbc.query[0]"]!, /^select name from orders where id = \?$/);
    assert.equal(sql["jdbc.params[0]"], stage === "dev" ? "(1)" : undefined);
  }
});

step("dev and prod do not mix", async ({ find }) => {
  assert.deepEqual(await find.logs('{environment="prod"} |~ "Order 20\\\\d"'), []);
  assert.deepEqual(await find.logs('{environment="dev"} |~ "Order 10\\\\d"'), []);
});

step("OpenTelemetry's Java agent, Node.js and Python send through the same agent, as the page says", async ({ servers, find }) => {
  const programs = [
    { service: "billing", stage: "prod", url: "http://127.0.0.1:8081/orders/300", span: /^SELECT orders/ },
    { service: "shop", stage: "dev", url: "http://127.0.0.1:3000/basket", span: /^GET/, line: "basket /basket is empty", level: "error" },
    { service: "stock", stage: "dev", url: "http://127.0.0.1:5000/stock/7", span: /^GET \/stock/, line: "stock of 7 is low", level: "warn" },
  ] as const;
  for (const program of programs) {
    const { service, stage, url } = program;
    await answers(servers[stage], url);
    const query = encodeURIComponent(`{resource.service.name="${service}" && kind=server}`);
    const found = await eventually(`a trace of ${service}`, async () => ((await find.get(`/tempo/api/search?q=${query}&limit=1`)) as { traces?: { traceID: string }[] }).traces?.[0], { seconds: 60 });
    const { resource, spans } = await traceOf(find, found.traceID);
    assert.deepEqual(identityOf(resource), labelsOf(stage, service));
    assert.ok(spans.some(({ name }) => program.span.test(name!)), spans.map(({ name }) => name).join());
    const [metric] = await eventually(`metrics of ${service}`, async () => {
      const series = await find.metrics(`{service_name="${service}", __name__=~"(jvm_memory_used|http_server).*"}`);
      return series.length > 0 && series;
    }, { seconds: 60 });
    assert.deepEqual(identityOf(metric!.metric), labelsOf(stage, service));
    if (!("line" in program)) continue;
    const { labels } = await first(find, `{service_name="${service}"} |= "${program.line}"`);
    assert.deepEqual([identityOf(labels), labels.detected_level], [labelsOf(stage, service), program.level]);
    assert.deepEqual((await traceOf(find, labels.trace_id!)).resource.service_name, service);
  }
});
