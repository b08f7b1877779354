import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { applyScript, removeScript } from "../../components/agent/channel";
import { renderAgent, selfServingDocument, type AgentDocument } from "../../components/agent/document";
import { applyCommand } from "../../components/agent/script";
import { setupUnit } from "../../components/agent/setup-units";
import type { AgentSpec } from "../../components/agent/spec";
import { agentUserData } from "../../components/agent/user-data";
import { eventually, givePrograms, identityOf, startMonitoring } from "./agent-scene";
import { startMetadata } from "./harness/metadata";
import { suite } from "./harness/requirements";
import { strangeAuthority } from "./harness/self-signed";
import { startS3 } from "./harness/s3";
import { startServer, type Server } from "./harness/server";
import { cloudSystem } from "./harness/server-systems";

// A new machine as AWS starts it: user data is all it gets; its token it reads from the Parameter Store with its own identity.
const ends: (() => unknown)[] = [];
const step = suite(start);
after(async () => {
  for (const end of ends.reverse()) await end();
});

const spec: AgentSpec = { environment: "prod", cloud: "aws", service: "orders", client: "orders", logs: [{ paths: ["/var/log/orders/*.log"] }] };

async function start() {
  const metadata = await startMetadata();
  ends.push(() => metadata.stop());
  const store = await startS3("unused");
  ends.push(() => store.stop());
  const { monitoring, contract, tokenOf, find } = await startMonitoring({ pushClients: ["orders", "next"] });
  ends.push(() => monitoring.stop());
  await store.putParameter("/lgtm/mon/push-orders", tokenOf("orders"));
  const own = { ...contract, secretStore: { kind: "ssm" as const, prefix: "/lgtm/mon", region: "us-east-1", endpoint: store.endpoint } };
  const userData = agentUserData(spec, own).text;
  const server = await startServer({ name: "new-1", image: "bare", system: await cloudSystem(), userData });
  ends.push(() => server.stop());
  return { server, store, contract: own, document: selfServingDocument(spec, own), userData, tokenOf, find, monitoring };
}

/** What is on a server of ours, with mode and owner. */
const state = (server: Server) => server.exec("find /etc/lgtm-agent /opt/lgtm-agent /etc/systemd/system/lgtm-* -not -name '*.pyc' -printf '%p %m %u\\n' | sort; systemctl is-active lgtm-agent lgtm-node-exporter lgtm-agent-setup.timer; systemctl is-enabled lgtm-agent lgtm-node-exporter lgtm-agent-setup.timer");
const pid = (server: Server) => server.exec("systemctl show -p MainPID --value lgtm-agent");

/** Applies a document by hand and gives back what was said. */
async function apply(server: Server, document: AgentDocument): Promise<{ code: number; said: string }> {
  await server.copyIn("/root/agent.json", JSON.stringify(document), "600");
  const { code, stdout, stderr } = await server.tryExec("python3 -B /opt/lgtm-agent/setup apply --document /root/agent.json");
  return { code, said: stderr + stdout };
}

step("a new machine puts its agent on by itself, as soon as everything can be reached, and does not wait for it to start", async ({ server, userData, tokenOf, find }) => {
  assert.match(await server.exec("cloud-init status --wait"), /status: done/);
  await eventually("what is missing is said", async () => /cannot be fetched/.test(await server.exec(`journalctl -u ${setupUnit} --no-pager`)), { seconds: 90 });
  await server.exec("mkdir -p /var/log/orders && echo 'a line of the new machine' >/var/log/orders/a.log");
  await givePrograms(server);
  await eventually("the agent runs", async () => (await server.tryExec("systemctl is-active lgtm-agent")).stdout.trim() === "active", { seconds: 120 });
  const [line] = await eventually("the line is there", async () => {
    const found = await find.logs('{service_name="orders", host="new-1"}');
    return found.length > 0 && found;
  }, { seconds: 60 });
  assert.deepEqual(identityOf(line!.labels), { environment: "prod", cloud: "aws", host: "new-1", service_name: "orders" });
  await eventually("its metrics are there", async () => (await find.metrics('node_memory_MemTotal_bytes{host="new-1", environment="prod"}')).length === 1, { seconds: 60 });
  assert.ok(!userData.includes(tokenOf("orders")));
  assert.equal((await server.tryExec("grep -rlFf /dev/stdin /var/lib/cloud /etc/systemd /var/log /etc/lgtm-agent/agent.json", { input: tokenOf("orders") })).stdout, "");
});

step("a token that is rotated in the store is taken without a restart; one that the server does not know is not", async ({ server, store, tokenOf, find, monitoring }) => {
  const before = await pid(server);
  await store.putParameter("/lgtm/mon/push-orders", randomBytes(32).toString("hex"));
  const refused = await server.tryExec(applyCommand);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /^The monitoring server refuses the token \(401 at https:\/\/\S+\)\. Is it that of its push client 'orders', and was it rotated\?/);
  assert.equal(await server.exec("cat /etc/lgtm-agent/token"), tokenOf("orders"));
  await store.putParameter("/lgtm/mon/push-orders", tokenOf("next"));
  await server.exec(`systemctl start ${setupUnit}`);
  assert.equal(await server.exec("cat /etc/lgtm-agent/token"), tokenOf("next"));
  writeFileSync(join(monitoring.folder, "run/secrets/caddy/push-orders.token"), "revoked");
  await server.exec("echo 'a line with the next token' >>/var/log/orders/a.log");
  await eventually("the line is there", async () => (await find.logs('{host="new-1"} |= "next token"')).length === 1, { seconds: 60 });
  assert.equal(await pid(server), before);
});

step("a cloud's own way into machines comes to the same state, changes nothing the second time, and takes everything off again", async ({ server, document, find }) => {
  const wanted = await state(server);
  const { text, hash, mark } = applyScript(document);
  await server.copyIn("/root/apply", text, "700");
  assert.match((await server.tryExec("sh /root/apply")).stderr, /the agent runs, unchanged/);
  assert.equal(await state(server), wanted);
  await server.copyIn("/root/remove", removeScript.text, "700");
  assert.equal((await server.tryExec("sh /root/remove")).code, 0);
  assert.equal((await server.tryExec("ls -d /etc/lgtm-agent /opt/lgtm-agent /var/lib/lgtm-agent /etc/systemd/system/lgtm-* 2>/dev/null; getent passwd lgtm-agent; systemctl list-units --all 'lgtm-*' --no-legend")).stdout, "");
  assert.equal((await server.tryExec("sh /root/remove")).code, 0);
  await givePrograms(server);
  const first = await server.tryExec("sh /root/apply");
  assert.equal(first.code, 0, first.stderr);
  assert.equal(await state(server), wanted);
  assert.equal(await server.exec(`cat ${mark}`), hash);
  const before = await pid(server);
  assert.match((await server.tryExec("sh /root/apply")).stderr, /the agent runs, unchanged/);
  assert.equal(await pid(server), before);
  await server.exec("echo 'a line after the channel' >>/var/log/orders/a.log");
  await eventually("the line is there", async () => (await find.logs('{host="new-1"} |= "after the channel"')).length === 1, { seconds: 60 });
});

step("what cannot work is refused in words, and what runs is not touched", async ({ server, contract, document }) => {
  const before = `${await pid(server)}\n${await server.exec("sha256sum /etc/lgtm-agent/*")}`;
  const other = await strangeAuthority();
  const refused: [string, AgentDocument, RegExp][] = [
    ["another authority", { ...document, files: { ...document.files, "server-ca.pem": other } }, /The certificate at https:\S+ is not trusted: unable to get local issuer certificate/],
    ["no Docker", renderAgent({ ...spec, docker: true }, contract, document.token), /docker: this server has no group docker/],
  ];
  for (const [what, wrong, words] of refused) {
    const { code, said } = await apply(server, wrong);
    assert.match(said, words, what);
    assert.equal(code, 1, what);
  }
  // A server that is away is waited for.
  const away = await apply(server, { ...document, server: { ...document.server, url: "https://127.0.0.2:1/" } });
  assert.match(away.said, /note: the monitoring server cannot be reached at https:\/\/127\.0\.0\.2:1\/: .*Connection refused.*\nthe agent runs/s);
  assert.equal(away.code, 0);
  assert.equal(`${await pid(server)}\n${await server.exec("sha256sum /etc/lgtm-agent/*")}`, before);
});

step("a disk that is full refuses a change and nothing else; files that cannot be read are named", async ({ server, contract, document, find }) => {
  const watched = renderAgent({ ...spec, logs: [{ paths: ["/var/log/orders/*.log", "/sys/bus/cpu/uevent", "/var/log/none/*.log"] }] }, contract, document.token);
  await server.exec("cp -a /etc/lgtm-agent /root/kept && mount -t tmpfs -o size=256k tmpfs /etc/lgtm-agent && cp -a /root/kept/. /etc/lgtm-agent && (cat /dev/zero >/etc/lgtm-agent/filled || true) 2>/dev/null");
  const { code, said } = await apply(server, watched);
  assert.match(said, /^\/etc\/lgtm-agent\/config\.alloy: No space left on device\nWhat ran before runs again\.$/m);
  assert.equal(code, 1);
  assert.equal(await server.exec("cmp /etc/lgtm-agent/config.alloy /root/kept/config.alloy && ls /etc/lgtm-agent | grep part || true"), "");
  await server.exec("rm /etc/lgtm-agent/filled");
  const done = await apply(server, watched);
  assert.equal(done.code, 0, done.said);
  assert.match(done.said, /note: \/sys\/bus\/cpu\/uevent cannot be read: Permission denied\nnote: no file matches \/var\/log\/none\/\*\.log yet/);
  await server.exec("echo 'a line beside the unreadable' >>/var/log/orders/a.log");
  await eventually("the line is there", async () => (await find.logs('{host="new-1"} |= "beside the unreadable"')).length === 1, { seconds: 60 });
});

step("while the disk of its buffers is full the agent goes on with logs, and a program is answered at once", async ({ server, find }) => {
  await server.exec("systemctl stop lgtm-agent && cp -a /var/lib/lgtm-agent/data /root/data && mount -t tmpfs -o size=24m,mode=700 tmpfs /var/lib/lgtm-agent/data && cp -a /root/data/. /var/lib/lgtm-agent/data && chown lgtm-agent: /var/lib/lgtm-agent/data && systemctl start lgtm-agent");
  await eventually("the agent answers", async () => (await server.tryExec("curl -fsS http://127.0.0.1:12346/-/ready")).code === 0, { seconds: 30 });
  const span = JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: "long", value: { stringValue: "x".repeat(300_000) } }] }, scopeSpans: [{ spans: [{ traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex"), name: "x" }] }] }] });
  await server.copyIn("/root/span.json", span);
  const send = () => server.exec("curl -sS -m 10 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' --data-binary @/root/span.json http://127.0.0.1:4318/v1/traces");
  await server.exec("(cat /dev/zero >/var/lib/lgtm-agent/data/filled || true) 2>/dev/null; echo 'a line on a full disk' >>/var/log/orders/a.log");
  assert.equal(await send(), "503");
  await eventually("the line is there", async () => (await find.logs('{host="new-1"} |= "on a full disk"')).length === 1, { seconds: 60 });
  await server.exec("rm /var/lib/lgtm-agent/data/filled");
  assert.equal(await send(), "200");
});
