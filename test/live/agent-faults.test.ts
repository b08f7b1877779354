import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { agentScene, eventually, type AgentScene } from "./agent-scene";
import { suite } from "./harness/requirements";
import { strangeAuthority } from "./harness/self-signed";
import { failureOf } from "./ssh-scene";

// Through the real engine, beside an application that must not notice. Full disks and more are in agent-unattended.test.ts.
let scene: AgentScene | undefined;
const step = suite(async () => {
  scene = await agentScene("faults-1");
  await scene.server.exec("mkdir -p /srv/app && cd /srv/app && echo works >index.html && systemd-run --quiet --unit=app --working-directory=/srv/app python3 -m http.server 8080 --bind 127.0.0.1");
  await eventually("the application answers", async () => (await application(scene!)).endsWith("works"));
  return scene;
});
after(() => scene?.end());

const logs = [{ paths: ["/var/log/app/*.log"], service: "app" }];

/** Process, restarts and answer of the application. */
const application = async ({ server }: AgentScene) => (await server.tryExec("systemctl show -p MainPID -p NRestarts app; curl -sS http://127.0.0.1:8080/")).stdout.trim();
/** Everything of ours on the server. */
const ours = ({ server }: AgentScene) => server.exec("find /etc/lgtm-agent /etc/systemd/system/lgtm-* -type f -exec sha256sum {} + 2>/dev/null | grep -v agent.json; getent passwd lgtm-agent; systemctl show -p MainPID lgtm-agent lgtm-node-exporter").catch(() => "");

/** Refused with these words; server and application are as they were. */
async function refused(it: AgentScene, work: Promise<unknown>, words: RegExp): Promise<void> {
  const before = [await application(it), await ours(it)];
  assert.match(await failureOf(work), words);
  assert.deepEqual([await application(it), await ours(it)], before);
}

/** The monitoring server answers with a clock that is wrong by so many seconds, 0: with its own. Stands in for a machine whose own clock is wrong: those of the tests share one. */
async function clock({ monitoring }: AgentScene, seconds: number): Promise<void> {
  const path = join(monitoring.folder, "config/caddy/Caddyfile");
  const plain = readFileSync(path, "utf8").replace(/\theader \{\n\t\tdefer\n\t\tDate .*\n\t\}\n/g, "");
  const date = new Date(Date.now() + seconds * 1000).toUTCString();
  writeFileSync(path, seconds ? plain.replace(/^(https:\/\/.* )\{\n/gm, `$&\theader {\n\t\tdefer\n\t\tDate "${date}"\n\t}\n`) : plain);
  await monitoring.kill("caddy");
  await monitoring.revive("caddy");
}

for (const when of ["first", "later"] as const) {
  step(when === "first" ? "a new agent is refused with wrong credentials, another authority or a wrong clock, and leaves nothing behind" : "an agent that runs goes on as it is when a change comes with one of these", async it => {
    if (when === "later") {
      await it.server.exec("mkdir -p /var/log/app && echo 'the first line' >/var/log/app/a.log");
      await it.up({ logs });
    }
    const change = { logs, cloud: "gcp" };
    await refused(it, it.up(change, { token: "0".repeat(64) }), /The monitoring server refuses the token \(401 at https:\/\/\S+\)\. Is it that of its push client 'default', and was it rotated\?/);
    const authority = await strangeAuthority();
    await refused(it, it.up(change, { server: { ...it.contract, ca: authority } }), /The certificate at https:\S+ is not trusted: unable to get local issuer certificate/);
    await clock(it, 3600);
    await refused(it, it.up(change), /This server's clock is 3[56]\d\d seconds behind the monitoring server's\. Let both keep their time by NTP: timedatectl set-ntp true\. What is more than 10 minutes off is refused/).finally(() => clock(it, 0));
    if (when === "first") assert.equal((await it.server.tryExec("ls -d /etc/systemd/system/lgtm-* /etc/lgtm-agent/token /etc/lgtm-agent/config.alloy; getent passwd lgtm-agent")).stdout, "");
  });
}

step("a token that is revoked is said in the agent's own log, and the application goes on", async it => {
  const before = await application(it);
  const path = join(it.monitoring.folder, "run/secrets/caddy/push-default.token");
  const good = readFileSync(path);
  writeFileSync(path, "revoked");
  await it.server.exec("echo 'a line nobody takes' >>/var/log/app/a.log");
  await eventually("it is said", async () => /401/.test(await it.server.exec("journalctl -u lgtm-agent --no-pager")), { seconds: 60 });
  assert.equal(await application(it), before);
  writeFileSync(path, good);
  await it.server.exec("echo 'a line with the right token' >>/var/log/app/a.log");
  await eventually("the line is there", async () => (await it.find.logs('{host="faults-1"} |= "right token"')).length === 1, { seconds: 90 });
});

step("a full disk refuses a change, with its words; what ran goes on, and so does the application", async it => {
  await it.server.exec("cp -a /etc/lgtm-agent /root/kept && mount -t tmpfs -o size=512k tmpfs /etc/lgtm-agent && cp -a /root/kept/. /etc/lgtm-agent");
  // Room for what is sent to the server first, and for nothing more.
  await refused(it, it.up({ logs, applications: Array.from({ length: 900 }, (_, i) => ({ service: `a-${i}`, port: 1000 + i })) }), /No space left on device/);
  await it.server.exec("umount /etc/lgtm-agent && rm -rf /etc/lgtm-agent/agent.json && cp -a /root/kept/agent.json /etc/lgtm-agent/");
  await it.server.exec("echo 'a line after the full disk' >>/var/log/app/a.log");
  await eventually("the line is there", async () => (await it.find.logs('{host="faults-1"} |= "after the full disk"')).length === 1, { seconds: 60 });
});

step("files that cannot be read are named, and the others are read", async it => {
  const before = await application(it);
  await it.up({ logs: [{ paths: ["/var/log/app/*.log", "/sys/bus/cpu/uevent", "/var/log/none/*.log"], service: "app" }] });
  // The command plugin shows it while it runs; a stand-in of it only keeps it.
  const said = it.stack.state();
  assert.match(said, /note: \/sys\/bus\/cpu\/uevent cannot be read: Permission denied/);
  assert.match(said, /note: no file matches \/var\/log\/none\/\*\.log yet/);
  await it.server.exec("echo 'a line beside the unreadable' >>/var/log/app/a.log");
  await eventually("the line is there", async () => (await it.find.logs('{host="faults-1"} |= "beside the unreadable"')).length === 1, { seconds: 60 });
  assert.equal(await application(it), before);
});

step("a server that has vanished holds up nothing until it is to change, is told by its name then, and can be abandoned", async it => {
  // Another way to the same machine, which can be closed: the agents of both are the same.
  await it.server.exec("systemd-run --quiet --unit=second /usr/sbin/sshd -D -p 2222 -o PidFile=none");
  const stack = it.stack.beside("faults-two", join(__dirname, "agent-pair-program.js"));
  const common = { server: it.contract, token: it.token, environment: "prod", service: "orders", journal: false, logs };
  const there = { ...common, connection: it.connection };
  const gone = { ...common, connection: { ...it.connection, port: 2222, attempts: 2 } };
  await stack.up({ there, gone });
  await it.server.exec("systemctl stop second");
  const { output } = await stack.preview({ there: { ...there, cloud: "gcp" }, gone });
  assert.match(output, /there\/config\.alloy[^]*\+.*"cloud" = "gcp"/);
  assert.doesNotMatch(output, /gone/);
  await stack.up({ there: { ...there, cloud: "gcp" }, gone });
  assert.match(await it.server.exec("cat /etc/lgtm-agent/config.alloy"), /"cloud" = "gcp"/);
  const message = await failureOf(stack.up({ there: { ...there, cloud: "gcp" }, gone: { ...gone, cloud: "gcp" } }));
  assert.match(message, /gone-agent[^]*after 2 failed attempts/);
  await stack.up({ there: { ...there, cloud: "aws" }, gone: { ...gone, cloud: "gcp", abandon: true } });
  await stack.destroy();
  assert.equal((await it.server.tryExec("ls -d /opt/lgtm-agent /etc/systemd/system/lgtm-* 2>/dev/null")).stdout, "");
});
