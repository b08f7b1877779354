import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isFound, locatePrograms } from "../../components/local/programs";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import { eventually } from "./harness/command";
import { killAtExit, startProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { ensureStoreServers, startServer, storeServers } from "./harness/store-servers";
import { awsAccount } from "./stand-ins/aws-account";
import { startCloudNetwork, type CloudNetwork } from "./stand-ins/cloud-network";
import { azureMachines, googleInstances } from "./stand-ins/machine-lists";

const region = "eu-central-1";
const subscription = "99999999-8888-7777-6666-555555555555";
const clientid = "11111111-2222-3333-4444-555555555555";
const project = "shop-prod-1";
const zone = "europe-west3-a";
const bindings = { region, subscription, clientid, project };

/** Private addresses of machines: all of them are this one. Nobody may ask the last. */
const at = { orders: "127.0.0.21", billing: "127.0.0.22", azure: "127.0.0.23", gcp: "127.0.0.24", listed: "127.0.0.25", nobody: "127.0.0.99" };

/** The only right that it takes; moto refuses the rest. */
const rights = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" }] };

interface Instance {
  address: string;
  tags: Record<string, string>;
  stopped?: boolean;
}

async function startEc2(port: number, instances: Instance[]) {
  const stop = await startServer(storeServers.moto, ["-H", "127.0.0.1", "-p", `${port}`], port, { INITIAL_NO_AUTH_ACTION_COUNT: "1000" });
  const account = awsAccount(`http://127.0.0.1:${port}`, region);
  for (const { address, tags, stopped } of instances) {
    const tagged = Object.entries(tags).flatMap(([key, value], i) => [[`TagSpecification.1.Tag.${i + 1}.Key`, key], [`TagSpecification.1.Tag.${i + 1}.Value`, value]]);
    const made = await account.call("ec2", "RunInstances", { ImageId: "ami-12c6146b", MinCount: "1", MaxCount: "1", PrivateIpAddress: address, "TagSpecification.1.ResourceType": "instance", ...(Object.fromEntries(tagged) as Record<string, string>) });
    if (stopped) await account.call("ec2", "StopInstances", { "InstanceId.1": /<instanceId>(.+?)</.exec(made)![1]! });
  }
  return { stop, keys: await account.closeBehindRole(rights) };
}

describe("Prometheus finds machines", () => {
  const stops: (() => unknown)[] = [];
  const folder = mkdtempSync(join(tmpdir(), "lgtm-discovery-"));
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  let spec: ServerSpec;
  let network: CloudNetwork;
  let nodePort: number;
  let appPort: number;
  let started: number;
  before(async () => {
    await ensureStoreServers();
    const names = Object.keys(internalPorts);
    const [ec2Port, node, app, ...free] = await freePorts(3 + names.length);
    [nodePort, appPort] = [node!, app!];
    spec = {
      internalPorts: Object.fromEntries(names.map((name, i) => [name, free[i]!])),
      leaveOut: ["alertmanager"],
      discovery: {
        ec2: {},
        azure: {},
        gce: { zones: [zone] },
        scrapes: [{ port: nodePort }, { port: appPort, path: "/prometheus-provider", scheme: "https", insecureSkipVerify: true, service: "*" }],
        static: [{ environment: "office", host: "db-1", cloud: "office", address: `${at.listed}:${nodePort}` }],
      },
    };
    const tags = { "lgtm-environment": "prod" };
    const ec2 = await startEc2(ec2Port!, [
      { address: at.orders, tags: { ...tags, Name: "orders-1", "lgtm-service": "orders" } },
      { address: at.billing, tags: { "lgtm-environment": "dev" } },
      { address: at.nobody, tags: { Name: "not-tagged" } },
      { address: at.nobody, tags: { ...tags, Name: "stopped" }, stopped: true },
    ]);
    stops.push(ec2.stop);
    network = await startCloudNetwork({
      "management.azure.com": azureMachines(subscription, [{ name: "orders-azure", address: at.azure, tags }, { name: "deallocated", address: at.nobody, tags, running: false }, { name: "not-tagged", address: at.nobody, tags: {} }]),
      "compute.googleapis.com": googleInstances(project, zone, [{ name: "orders-gcp", address: at.gcp, tags }, { name: "terminated", address: at.nobody, tags, running: false }, { name: "not-tagged", address: at.nobody, tags: {} }]),
    }, { aws: ec2.keys, azureClientId: clientid });
    stops.push(network.stop);

    const { node_exporter } = await locatePrograms(["node_exporter"]);
    if (!isFound(node_exporter)) throw new Error(`node_exporter is needed for this test: ${node_exporter.missing}`);
    const addresses = [at.orders, at.billing, at.azure, at.gcp, at.listed].map(address => `--web.listen-address=${address}:${nodePort}`);
    const exporter = spawn(node_exporter.path, addresses, { stdio: "ignore" });
    killAtExit(exporter);
    stops.push(() => exporter.kill("SIGKILL"));
    // In an application's place: over TLS that nobody vouches for, and without saying what its answer is.
    const application = createServer({ cert: readFileSync(network.certificate), key: readFileSync(network.key) }, (request, response) => void response.writeHead(request.url === "/prometheus-provider" ? 200 : 404).end("orders_placed_total 7\n"));
    application.listen(appPort, at.orders);
    stops.push(() => application.closeAllConnections(), () => application.close());

    // Azure's part of Prometheus takes no proxy of the environment unless its configuration says so; the test's way to the stand-in is one.
    const throughProxy = (text: string) => text.replace(/^( +)subscription_id: .*$/gm, "$&\n$1proxy_from_environment: true");
    const env = { ...network.env, AWS_ENDPOINT_URL_EC2: `http://127.0.0.1:${ec2Port}` };
    started = Date.now();
    const prometheus = await startProgram("prometheus", { folder, spec, bindings, env, change: throughProxy });
    stops.push(prometheus.stop);
  });

  const ask = async (query: string) => {
    const answer = await fetch(`http://127.0.0.1:${spec.internalPorts!.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
    return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
  };

  it("by their tags in EC2, Azure and Google, with the machine's identity, and scrapes a real node_exporter there", async () => {
    const wanted = [
      `dev aws i-ID node node ${at.billing}:${nodePort}`,
      `monitoring local monitoring prometheus prometheus 127.0.0.1:${spec.internalPorts!.prometheus}`,
      `office office db-1 node node ${at.listed}:${nodePort}`,
      `prod aws orders-1 node node ${at.orders}:${nodePort}`,
      `prod aws orders-1 orders orders ${at.orders}:${appPort}`,
      `prod azure orders-azure node node ${at.azure}:${nodePort}`,
      `prod gcp orders-gcp node node ${at.gcp}:${nodePort}`,
    ];
    const found = await eventually("every machine is scraped", async () => {
      const up = (await ask("up == 1")).map(({ metric: { environment, cloud, host, service_name, job, instance } }) => [environment, cloud, host!.replace(/^i-[0-9a-f]+$/, "i-ID"), service_name, job, instance].join(" "));
      if (up.length < wanted.length) throw new Error(up.sort().join("\n"));
      return up.sort();
    }, { seconds: 90 });
    assert.deepEqual(found, wanted);
    assert.deepEqual(await ask("up == 0"), []);
    assert.equal((await ask("node_uname_info")).length, 5);
    assert.equal((await ask('orders_placed_total{environment="prod", service_name="orders"}'))[0]!.value[1], "7");
  });

  it("asks a cloud once for all that is scraped, and only who the tag names is asked", async () => {
    const targets = (await (await fetch(`http://127.0.0.1:${spec.internalPorts!.prometheus}/api/v1/targets`)).json()) as { data: { activeTargets: { scrapeUrl: string }[] } };
    assert.deepEqual(targets.data.activeTargets.filter(({ scrapeUrl }) => scrapeUrl.includes(at.nobody)), []);
    const lists = network.seen.filter(asked => asked.includes("/zones/"));
    // Two scrapes, and one question a minute.
    assert.ok(lists.length >= 1 && lists.length <= 1 + (Date.now() - started) / 60_000, lists.join("\n"));
  });
});
