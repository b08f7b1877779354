import assert from "node:assert/strict";
import { serverRoot } from "../../components/server/compose";
import type { ServerSpec } from "../../components/server/spec";
import { askingCloud } from "./harness/asking-cloud";
import { eventually } from "./harness/command";
import { applied, folderScene } from "./harness/folder-scene";
import { boxes, ended, findLine, gateway, healthy, journal, pushLine, putSecrets, token, touched } from "./harness/guest";
import { metadataAddress, startMetadata } from "./harness/metadata";
import { withoutJournal } from "./harness/requirements";
import { deliver, delivery, edit, type Delivery, type DeliveryOptions } from "./harness/releases";

// One server goes through the life of a deployment, in the order of these tests.
const live = folderScene("guest");
/** A release in which Prometheus may ask the metadata service, as where it finds servers by the cloud's labels: the others must reach it all the same. */
function release(spec: ServerSpec, { change, ...options }: DeliveryOptions = {}): Delivery {
  const asking = askingCloud(spec, ["prometheus"]);
  return delivery(spec, { ...options, change: files => { asking(files); change?.(files); } });
}

/** What the server should run by now. */
let good = release({ host: "live" });
/** The second release: two services' files differ from the first. */
const spec = { host: "live", retention: { metrics: "60d", logs: "14d" } };
/** The third: one service's definition differs from the second. */
const change = (files: Record<string, string>) => {
  for (const path of ["plan.json", "compose/docker-compose.yml"]) edit(files, path, "--data.maintenance-interval=1m", "--data.maintenance-interval=2m");
};

live("a first boot ends with every service healthy, the status applied and the server's own certificate in it", async ({ server, store }) => {
  await deliver(store, good);
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  assert.match(status.ca, /^-----BEGIN CERTIFICATE-----/);
  await healthy(server, good, 5);
  assert.deepEqual(Object.keys(await boxes(server)).sort(), ["alertmanager", "alloy", "caddy", "loki", "prometheus", "tempo"]);
});

live("a line that is pushed through the gateway with a token is found in Loki, and none without", async ({ server, tokens }) => {
  assert.equal(await pushLine(server, tokens.push, "the first line"), 204);
  await findLine(server, tokens.read, "the first line");
  assert.equal(await pushLine(server, token("wrong"), "a stranger's line"), 401);
  assert.equal(await pushLine(server, tokens.read, "a line of one who may only read"), 401);
});

live("the server's own metrics are collected by Alloy", async ({ server, tokens }) => {
  const metric = encodeURIComponent('up{host="live"} == 1');
  const jobs = await eventually("all targets are up", async () => {
    const { data } = JSON.parse((await gateway(server, `/read/prometheus/api/v1/query?query=${metric}`, tokens.read)).text) as { data: { result: { metric: { job: string } }[] } };
    const found = data.result.map(each => each.metric.job).sort();
    return found.length >= 8 && found;
  }, { seconds: 120 });
  assert.deepEqual(jobs, ["alertmanager", "alloy", "caddy", "heartbeat", "loki", "node", "prometheus", "tempo"]);
});

live("the machine's journal is in Loki", async ({ server, tokens }, context) => {
  if (withoutJournal(context)) return;
  await server.exec("systemd-run --quiet --unit=backup echo the nightly backup is done");
  await findLine(server, tokens.read, "the nightly backup is done", '{host="live", service_name="journal"}');
});

live("every container has the memory limit of the plan, no swap, and no secret in its environment", async ({ server }) => {
  const all = await boxes(server);
  for (const service of good.plan.services) {
    assert.equal(all[service.name]!.memory, service.limitMiB * 1024 * 1024, service.name);
    assert.equal(all[service.name]!.memorySwap, service.limitMiB * 1024 * 1024, service.name);
    assert.ok(all[service.name]!.env.includes(`GOMEMLIMIT=${service.env.GOMEMLIMIT}`), service.name);
  }
});

live("no secret is in what the engine shows, the journal, the process list or the files that stay", async ({ server, tokens }) => {
  const seen = await server.exec("docker inspect $(docker ps -aq); journalctl --no-pager; for x in $(docker ps -aq); do docker logs $x 2>&1; done; tr '\\0' ' ' < /proc/1/cmdline; cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
  // As they are, and as the HTTP basic credentials that are made of them.
  const secrets = Object.values(tokens).flatMap(value => [value, Buffer.from(`default:${value}`).toString("base64")]);
  for (const secret of secrets) assert.ok(!seen.includes(secret));
  const files = (await server.tryExec(`grep -rlFf /dev/stdin ${serverRoot} /etc`, { input: secrets.join("\n") })).stdout.split("\n").filter(Boolean);
  assert.deepEqual(files.sort(), [`${serverRoot}/secrets/push-default`, `${serverRoot}/secrets/read-default`]);
  assert.equal(await server.exec("stat -f -c %T /run/pulumi-lgtm/secrets"), "tmpfs");
});

live("the metadata service is open to the containers that need it, over restarts of them and of the engine, and closed to all others", async ({ server }, context) => {
  const metadata = await startMetadata();
  context.after(() => metadata.stop());
  const ask = async (service: string, address: string) => {
    const pid = await server.exec(`docker inspect --format '{{.State.Pid}}' lgtm-${service}`);
    return (await server.tryExec(`nsenter --target ${pid} --net curl -s -m 4 http://${address}/`)).stdout;
  };
  assert.equal(await server.exec(`curl -s -m 4 http://${metadataAddress}/`), "metadata stand-in", "the machine itself reaches it");
  assert.deepEqual(good.plan.services.filter(service => service.metadata).map(service => service.name), ["prometheus", "alloy"]);
  for (const { name } of good.plan.services) assert.equal(await ask(name, metadata.ip), "metadata stand-in", `${name} reaches the same stand-in at its other address`);
  const reached = () => Promise.all(good.plan.services.map(async ({ name, metadata: allowed }) => ({ name, open: (await ask(name, metadataAddress)) !== "", allowed })));
  for (const restart of ["true", "docker restart lgtm-prometheus lgtm-alertmanager", "systemctl restart docker.service"]) {
    await server.exec(restart);
    for (const { name, open, allowed } of await reached()) assert.equal(open, allowed, `${name} after ${restart}`);
  }
  await healthy(server, good);
});

live("Azure's agent channel is closed to every container on a bridge", async ({ server }) => {
  const rules = (await server.exec("iptables -S DOCKER-USER")).split("\n");
  for (const bridge of ["lgtm0", "lgtm-cloud0"]) assert.ok(rules.some(rule => rule.includes(`-i ${bridge}`) && rule.includes("-d 168.63.129.16/32") && rule.includes("-j REJECT")), rules.join("\n"));
  const route = await server.exec("docker inspect lgtm-prometheus --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}'");
  assert.deepEqual(route.trim().split(" ").sort(), ["lgtm_cloud", "lgtm_lgtm"]);
});

live("a second release reloads what can reload, restarts what cannot, and touches nothing else", async scene => {
  const { server, tokens } = scene;
  const before = await boxes(server);
  good = await applied(scene, release(spec));
  const now = await boxes(server);
  assert.deepEqual(touched(before, now), ["loki"], "only Loki was restarted");
  assert.equal(now.loki!.id, before.loki!.id, "its container is the same, its definition did not change");
  const status = await server.exec("curl -fsS http://127.0.0.1:9090/api/v1/status/config");
  assert.match(status, /time: (60d|8w4d)/, "Prometheus took its new file");
  await findLine(server, tokens.read, "the first line");
});

live("what a service writes is found in Loki under the service's name", async ({ server, tokens }) => {
  const query = encodeURIComponent('{service_name="prometheus", host="live"} |= "configuration file"');
  await eventually("Prometheus' line about its reload is in Loki", async () => (await gateway(server, `/read/loki/loki/api/v1/query_range?query=${query}&since=1h`, tokens.read)).text.includes("Completed loading"), { seconds: 60 });
});

live("a release with a changed definition recreates that service alone", async scene => {
  const { server } = scene;
  const before = await boxes(server);
  good = await applied(scene, release(spec, { change }));
  const now = await boxes(server);
  assert.deepEqual(touched(before, now), ["alertmanager"]);
  assert.notEqual(now.alertmanager!.id, before.alertmanager!.id);
});

live("a rotated token is taken without a restart: the new one works, the old one does not, the others are untouched", async scene => {
  const { server, tokens } = scene;
  const before = await boxes(server);
  const old = tokens.push;
  tokens.push = token("rotated");
  await putSecrets(server, { "push-default": tokens.push });
  good = await applied(scene, release(spec, { change, secretVersions: { "push-default": "2" } }));
  assert.deepEqual(touched(before, await boxes(server)), []);
  assert.equal(await pushLine(server, tokens.push, "a line with the new token"), 204);
  assert.equal(await pushLine(server, old, "a line with the old token"), 401);
  await findLine(server, tokens.read, "a line with the new token");
});

live("status tells what runs, and destroy leaves nothing running and the data where it is", async ({ server }) => {
  const apply = `python3 -B ${serverRoot}/releases/${good.release}/apply --machine ${serverRoot}/machine.json`;
  const status = JSON.parse(await server.exec(`${apply} --status`)) as { release: string; services: Record<string, { running: boolean; memoryBytes: number; limitBytes: number }> };
  assert.equal(status.release, good.release);
  for (const service of good.plan.services) {
    assert.equal(status.services[service.name]!.running, true, service.name);
    assert.equal(status.services[service.name]!.limitBytes, service.limitMiB * 1024 * 1024);
    assert.ok(status.services[service.name]!.memoryBytes > 0);
  }
  await server.exec(`${apply} --destroy`);
  assert.deepEqual(await boxes(server), {});
  assert.equal(await server.exec("docker network ls --filter label=com.docker.compose.project=lgtm -q"), "");
  assert.notEqual(await server.exec(`ls ${serverRoot}/data/loki`), "");
  assert.equal((await server.tryExec("ls /run/pulumi-lgtm/secrets/caddy")).stdout, "");
  assert.equal((await server.tryExec("systemctl is-active pulumi-lgtm.service")).stdout.trim(), "inactive");
  assert.equal((await server.tryExec("systemctl is-enabled pulumi-lgtm-secrets.service")).stdout.trim(), "");
  assert.ok(!(await server.exec("iptables -S")).includes(metadataAddress));
});
