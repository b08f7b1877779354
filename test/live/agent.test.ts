import assert from "node:assert/strict";
import { after } from "node:test";
import { code, tableRows } from "../markdown";
import { agentScene, eventually, identityOf, type AgentScene } from "./agent-scene";
import { suite } from "./harness/requirements";
import { failureOf } from "./ssh-scene";

let scene: AgentScene | undefined;
const step = suite(async () => (scene = await agentScene("orders-1")));
after(() => scene?.end());

const identity = { environment: "prod", cloud: "aws", host: "orders-1", service_name: "orders" };
const logs = [{ paths: ["/home/app/logs/*.log"], firstLine: "^(\\{|\\d{4}-)", labels: { job: "fittoring_logs" } }];

step("is installed over SSH, and the machine's metrics arrive under its four labels", async ({ up, find, server }) => {
  // As an application's user has it: nobody else may look into the folder.
  await server.exec("useradd --create-home app && chmod 700 /home/app && install -d -o app -m 700 /home/app/logs");
  await up({ logs });
  await eventually("node_exporter's metrics are there", async () => (await find.metrics('node_memory_MemTotal_bytes{host="orders-1"}')).length === 1, { seconds: 90 });
  const [memory] = await find.metrics('node_memory_MemTotal_bytes{host="orders-1"}');
  assert.deepEqual(identityOf(memory!.metric), { ...identity, service_name: "node" });
  assert.equal(memory!.metric.instance, "orders-1");
});

step("reads an application's files: a stack trace is one entry, JSON has its level, time and trace", async ({ server, find }) => {
  const time = new Date(Date.now() - 120_000).toISOString();
  await server.copyIn("/home/app/logs/orders.log", [
    "2026-11-22 12:00:00 ERROR order 7 failed",
    "java.lang.IllegalStateException: 주문을 찾을 수 없습니다",
    "\tat example.Orders.find(Orders.java:7)",
    JSON.stringify({ "@timestamp": time, level: "ERROR", message: "payment refused", trace_id: "5b8efff798038103d269b633813fc60c" }),
    JSON.stringify({ "@timestamp": time, level: "INFO", message: "the last one" }),
    "",
  ].join("\n"));
  await eventually("the entries are there", async () => (await find.logs('{host="orders-1", service_name="orders"}')).length >= 3, { seconds: 60 });
  const entries = await find.logs('{host="orders-1", service_name="orders"}');
  const trace = entries.find(({ line }) => line.includes("order 7"))!;
  assert.match(trace.line, /주문을 찾을 수 없습니다\n\tat example\.Orders\.find/);
  assert.equal(trace.labels.job, "fittoring_logs");
  const json = entries.find(({ line }) => line.includes("payment refused"))!;
  assert.deepEqual(identityOf(json.labels), identity);
  assert.deepEqual([json.labels.detected_level, json.labels.trace_id, new Date(json.at).toISOString()], ["error", "5b8efff798038103d269b633813fc60c", time]);
  assert.equal(json.labels.filename, "/home/app/logs/orders.log");
});

step("a second up changes nothing", async ({ up }) => {
  const { changes } = await up({ logs });
  assert.deepEqual(Object.keys(changes), ["same"]);
});

step("a change is taken without a restart and without a line lost", async ({ server, up, find, preview }) => {
  const pid = await server.exec("systemctl show -p MainPID --value lgtm-agent");
  await server.exec("nohup sh -c 'i=0; while [ $i -lt 400 ]; do echo \"2026-11-22 12:00:01 INFO counted $i\" >>/home/app/logs/orders.log; i=$((i+1)); sleep 0.05; done' >/dev/null 2>&1 &");
  const { output } = await preview({ logs, cloud: "gcp" });
  assert.match(output, /\+.*"cloud" = "gcp"/);
  await up({ logs, cloud: "gcp" });
  assert.equal(await server.exec("systemctl show -p MainPID --value lgtm-agent"), pid);
  await eventually("all lines are there", async () => new Set((await find.logs('{host="orders-1"} |= "counted"')).map(({ line }) => line)).size === 400, { seconds: 60 });
  const clouds = new Set((await find.logs('{host="orders-1"} |= "counted"')).map(({ labels }) => labels.cloud));
  assert.deepEqual([...clouds].sort(), ["aws", "gcp"]);
});

step("a configuration that Alloy refuses is refused with its words, and what ran goes on", async ({ server, up }) => {
  const before = await server.exec("systemctl show -p MainPID --value lgtm-agent; sha256sum /etc/lgtm-agent/config.alloy");
  const message = await failureOf(up({ logs: [{ paths: ["/home/app/logs/*.log"], firstLine: "(" }] }));
  assert.match(message, /Alloy refuses the configuration[^]*missing closing \)[^]*What ran before runs again/);
  assert.equal(await server.exec("systemctl show -p MainPID --value lgtm-agent; sha256sum /etc/lgtm-agent/config.alloy"), before);
});

step("no secret is in the state, in a list of processes, in a unit or in a log", async ({ stack, token, server }) => {
  assert.ok(!stack.state().includes(token));
  await server.copyIn("/root/wanted", `${token}\n`, "600");
  assert.equal((await server.tryExec(`grep -rlFf /root/wanted /etc/systemd /proc/[0-9]*/cmdline /var/log /etc/lgtm-agent/agent.json 2>/dev/null | grep -v self`)).stdout, "");
  assert.equal(await server.exec("stat -c '%a %U' /etc/lgtm-agent/token"), "400 lgtm-agent");
});

step("nothing listens on a public address, both units are as hardened as docs/agents.md says, and neither runs as root", async ({ server }) => {
  const open = (await server.exec("ss -Hltn | awk '{print $4}'")).split("\n").filter(address => !/^(127\.|\[::1\]|0\.0\.0\.0:22$|\[::\]:22$|\*:22$)/.test(address));
  assert.deepEqual(open, []);
  const documented = tableRows("docs/agents.md").filter(([unit]) => unit!.startsWith("`lgtm-"));
  assert.equal(documented.length, 2);
  for (const [unit, limit] of documented) {
    const [, score] = /→ Overall exposure level for \S+: ([\d.]+)/.exec(await server.exec(`systemd-analyze security ${code(unit!)} --no-pager`))!;
    assert.equal(score, limit, unit);
    assert.notEqual(await server.exec(`stat -c %U /proc/$(systemctl show -p MainPID --value ${code(unit!)})`), "root");
  }
});

step("killed, it comes back and goes on where it was", async ({ server, find }) => {
  await server.exec("systemctl kill -s KILL lgtm-agent; for i in 1 2 3; do echo \"2026-11-22 12:00:02 INFO after the kill $i\" >>/home/app/logs/orders.log; done");
  await eventually("the lines are there", async () => (await find.logs('{host="orders-1"} |= "after the kill"')).length >= 3, { seconds: 60 });
  assert.equal(new Set((await find.logs('{host="orders-1"} |= "counted"')).map(({ line }) => line)).size, 400);
});

step("destroyed, it takes off what it put on and nothing else", async ({ stack, server }) => {
  await server.exec("echo mine >/etc/lgtm-agent/of-the-user");
  await stack.destroy();
  assert.equal((await server.tryExec("ls -d /opt/lgtm-agent /var/lib/lgtm-agent /etc/systemd/system/lgtm-* 2>/dev/null; getent passwd lgtm-agent")).stdout, "");
  assert.equal(await server.exec("ls /etc/lgtm-agent; wc -l < /home/app/logs/orders.log"), "of-the-user\n408");
});
