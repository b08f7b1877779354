import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { findCached, programsDir } from "../../components/local/programs/cache";
import { programs } from "../../components/local/programs/table";
import { internalPorts } from "../../components/server/ports";
import { seedPromtail, seedPromtailUnit } from "../seed-promtail";
import { agentScene, eventually, identityOf, type AgentScene } from "./agent-scene";
import { docker } from "./harness/engine";
import { startProgram, type RunningProgram } from "./harness/one-program";
import { freePorts } from "./harness/free-ports";
import { suite } from "./harness/requirements";
import { failureOf } from "./ssh-scene";

/** An application server as the teams have it, Promtail on it sending to a Loki of its own, and lines that keep coming. */
interface Old extends AgentScene {
  /** Promtail's file, its client the old Loki. */
  config: string;
  /** Numbers of the lines in the old Loki, in the order of the file. `second`: of the lines that belong to the one before. */
  sentByPromtail(second?: boolean): Promise<number[]>;
  /** The same of the new server, of the trial or in earnest. */
  sentByAgent(trial: boolean, second?: boolean): Promise<number[]>;
}

let old: (AgentScene & { loki: RunningProgram; folder: string }) | undefined;
const step = suite(start);
after(async () => {
  await old?.end();
  await old?.loki.stop();
  if (old) rmSync(old.folder, { recursive: true, force: true });
});

const logs = "/home/ubuntu/fittoring/logs/app.log";
const selector = '{job="fittoring_logs"';

async function start(): Promise<Old> {
  const scene = await agentScene("moving-1");
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-old-loki-"));
  const names = Object.keys(internalPorts) as (keyof typeof internalPorts)[];
  const ports = Object.fromEntries((await freePorts(names.length)).map((port, i) => [names[i]!, port])) as Record<keyof typeof internalPorts, number>;
  const loki = await startProgram("loki", { folder, spec: { internalPorts: ports, leaveOut: ["alertmanager"] }, bindings: {}, change: text => text.replace("http_listen_address: 127.0.0.1", "http_listen_address: 0.0.0.0") });
  old = { ...scene, loki, folder };
  const gateway = await docker(["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]);
  const config = seedPromtail(`http://${gateway}:${ports.loki}/loki/api/v1/push`);
  await putPromtail(scene, config);
  const found = (entries: { line: string }[], second: boolean) => entries.flatMap(({ line }) => [...line.matchAll(second ? /Orders\.java:(\d+)/g : /"number":(\d+)/g)].map(match => Number(match[1]))).sort((a, b) => a - b);
  return {
    ...scene,
    config,
    async sentByPromtail(second = false) {
      const query = new URLSearchParams({ query: `${selector}}`, limit: "5000", direction: "forward", since: "1h" });
      const answer = (await (await fetch(`http://127.0.0.1:${ports.loki}/loki/api/v1/query_range?${query}`)).json()) as { data: { result: { values: [string, string][] }[] } };
      return found(answer.data.result.flatMap(({ values }) => values.map(([, line]) => ({ line }))), second);
    },
    sentByAgent: async (trial, second = false) => found(await scene.find.logs(`${selector}, agent=${trial ? '"trial"' : '""'}}`), second),
  };
}

/** As the teams' own, but as a user of its own: its positions are nobody else's to read. */
const unit = seedPromtailUnit("User=promtail\n");

async function putPromtail({ server }: AgentScene, config: string): Promise<void> {
  const promtail = findCached(programs.promtail, programsDir());
  if (!promtail) throw new Error(`promtail is not in ${programsDir()}: node dist/tools/build-programs/main.js --only promtail`);
  await docker(["cp", promtail.paths.promtail!, `${server.name}:/usr/local/bin/promtail`]);
  await server.exec("useradd --create-home ubuntu && chmod 750 /home/ubuntu && useradd --system --groups ubuntu promtail && install -d -o promtail /var/lib/promtail && install -d -o ubuntu -g ubuntu -m 750 /home/ubuntu/fittoring /home/ubuntu/fittoring/logs");
  await server.copyIn("/etc/promtail/config.yaml", config);
  await server.copyIn("/etc/systemd/system/promtail.service", unit);
  // Every fifth entry has a second line, as one with a stack trace has.
  await server.copyIn("/root/write.sh", `i=0
while [ ! -e /root/enough ]; do
  echo "{\\"event\\":\\"counted\\",\\"number\\":$i}" >>${logs}
  [ $((i % 5)) != 0 ] || printf '\\tat example.Orders.find(Orders.java:%d)\\n' $i >>${logs}
  i=$((i + 1))
  sleep 0.03
done
`);
  await server.exec(`touch ${logs}; systemd-run --unit=writer sh /root/write.sh; systemctl daemon-reload && systemctl enable --now promtail`);
}

const active = async ({ server }: AgentScene) => [(await server.tryExec("systemctl is-active promtail")).stdout.trim(), (await server.tryExec("systemctl is-enabled promtail")).stdout.trim()];
const twice = (numbers: number[]) => numbers.filter((number, i) => numbers.indexOf(number) !== i);

step("Promtail's file is shown as the agent reads it, and what it cannot read is named", async scene => {
  const { output } = await scene.preview({ promtail: { config: scene.config } });
  assert.match(output, /max_wait_time: 3s, which is Promtail's default/);
  assert.match(output, /max_lines: 128, which is Promtail's default/);
  for (const kept of [/job: fittoring_logs/, /__path__: \/home\/ubuntu\/fittoring\/logs\/\*\.log/, /firstline: '\^/]) assert.match(output, kept);
  const kubernetes = `${scene.config}- job_name: pods\n  kubernetes_sd_configs:\n  - role: pod\n`;
  assert.match(await failureOf(scene.preview({ promtail: { config: kubernetes } })), /promtail\.config: scrape_configs\[1\]\.kubernetes_sd_configs: the agent is for servers/);
});

step("without Promtail's positions nothing is begun", async scene => {
  const elsewhere = scene.config.replace("/var/lib/promtail/positions.yaml", "/var/lib/promtail/other.yaml");
  assert.match(await failureOf(scene.up({ promtail: { config: elsewhere } })), /Promtail's positions are not in \/var\/lib\/promtail\/other\.yaml[^]*send every line again; nothing was switched/);
  assert.equal((await scene.server.tryExec("systemctl is-active lgtm-agent")).stdout.trim(), "inactive");
  assert.deepEqual(await active(scene), ["active", "enabled"]);
});

step("on trial both send, told apart by a label, and the agent begins where Promtail is", async scene => {
  await eventually("Promtail has written its positions", async () => /app\.log: "[1-9]/.test(await scene.server.exec("cat /var/lib/promtail/positions.yaml")), { seconds: 60 });
  assert.equal(await scene.server.exec("stat -c '%a %U' /var/lib/promtail/positions.yaml"), "600 promtail");
  await scene.up({ promtail: { config: scene.config } });
  const before = (await scene.sentByPromtail()).length;
  await eventually("both have sent new lines", async () => (await scene.sentByAgent(true)).length > 30 && (await scene.sentByPromtail()).length > before + 30, { seconds: 60 });
  const sent = await scene.sentByAgent(true);
  assert.ok(sent[0]! > 0, `the agent began at line ${sent[0]}`);
  assert.deepEqual([twice(sent), sent.length], [[], sent.at(-1)! - sent[0]! + 1]);
  assert.deepEqual(await scene.sentByAgent(false), []);
  assert.deepEqual(await active(scene), ["active", "enabled"]);
});

step("the agent's lines have Promtail's labels, the four, and both lines of an entry", async scene => {
  const entries = await scene.find.logs(`${selector}, agent="trial"}`);
  const whole = entries.find(({ line }) => line.includes("Orders.java"))!;
  assert.match(whole.line, /^\{"event":"counted","number":(\d+)\}\n\tat example\.Orders\.find\(Orders\.java:\1\)$/);
  assert.deepEqual(identityOf(whole.labels), { environment: "prod", cloud: "aws", host: "moving-1", service_name: "orders" });
  assert.deepEqual([whole.labels.job, whole.labels.filename], ["fittoring_logs", logs]);
});

step("positions that the agent could not read are refused before Promtail is stopped", async scene => {
  const since = () => scene.server.exec("systemctl show -p ActiveEnterTimestampMonotonic promtail");
  const before = await since();
  // Nobody but root comes through: the agent's user would see no positions, and begin at the beginning.
  await scene.server.exec("chmod 700 /var/lib/lgtm-agent");
  assert.match(await failureOf(scene.up({ promtail: { config: scene.config, takeOver: true } })), /The agent's user cannot read \/var\/lib\/lgtm-agent\/promtail\/positions\.yaml, so it would send every line again; nothing was switched[^]*What ran before runs again/);
  await scene.server.exec("chmod 755 /var/lib/lgtm-agent");
  assert.deepEqual([await since(), await active(scene)], [before, ["active", "enabled"]]);
  assert.deepEqual(await scene.sentByAgent(false), []);
});

step("a take-over that Alloy refuses leaves Promtail at work", async scene => {
  const broken = scene.config.replace("firstline: '", "firstline: '(");
  assert.match(await failureOf(scene.up({ promtail: { config: broken, takeOver: true } })), /missing closing \)[^]*What ran before runs again/);
  assert.deepEqual(await active(scene), ["active", "enabled"]);
});

step("on the user's word Promtail stops, and the agent goes on where it stopped", async scene => {
  await scene.up({ promtail: { config: scene.config, takeOver: true } });
  assert.deepEqual(await active(scene), ["inactive", "disabled"]);
  await eventually("the agent has sent lines in earnest", async () => (await scene.sentByAgent(false)).length > 50, { seconds: 60 });
  const [promtail, agent] = [await scene.sentByPromtail(), await scene.sentByAgent(false)];
  assert.deepEqual([twice(promtail), twice(agent)], [[], []]);
  assert.equal(agent[0], promtail.at(-1)! + 1);
});

step("a change of the configuration is taken in between", async scene => {
  const before = (await scene.sentByAgent(false)).length;
  await scene.up({ promtail: { config: scene.config, takeOver: true }, memoryMiB: 300 });
  await eventually("lines go on", async () => (await scene.sentByAgent(false)).length > before + 20, { seconds: 60 });
  assert.deepEqual(await active(scene), ["inactive", "disabled"]);
});

step("back on trial Promtail goes on where the agent stopped, and can be taken over again", async scene => {
  await scene.up({ promtail: { config: scene.config }, memoryMiB: 300 });
  assert.deepEqual(await active(scene), ["active", "enabled"]);
  const last = (await scene.sentByAgent(false)).at(-1)!;
  await eventually("Promtail sends again", async () => (await scene.sentByPromtail()).at(-1)! > last + 20, { seconds: 60 });
  await scene.up({ promtail: { config: scene.config, takeOver: true }, memoryMiB: 300 });
  assert.deepEqual(await active(scene), ["inactive", "disabled"]);
  await eventually("the agent sends in earnest again", async () => (await scene.sentByAgent(false)).at(-1)! > last + 60, { seconds: 60 });
});

step("when the agent is removed Promtail runs again, and each line was sent once", async scene => {
  await scene.stack.destroy();
  assert.deepEqual(await active(scene), ["active", "enabled"]);
  const agent = await scene.sentByAgent(false);
  await eventually("Promtail has sent new lines", async () => (await scene.sentByPromtail()).at(-1)! > agent.at(-1)! + 30, { seconds: 60 });
  await scene.server.exec("touch /root/enough; while systemctl is-active -q writer; do sleep 0.1; done");
  const lines = Number(await scene.server.exec(`grep -c number ${logs}`));
  await eventually("the last line is there", async () => (await scene.sentByPromtail()).at(-1) === lines - 1, { seconds: 30 });
  for (const second of [false, true]) {
    const [promtail, instead] = [await scene.sentByPromtail(second), await scene.sentByAgent(false, second)];
    const all = [...promtail, ...instead];
    console.log(`${second ? "second lines" : "lines"}: ${all.length}, ${promtail.length} by Promtail, ${instead.length} by the agent`);
    const written = Array.from({ length: lines }, (_, i) => i).filter(i => !second || i % 5 === 0);
    assert.deepEqual({ twice: twice(all), missing: written.filter(i => !all.includes(i)) }, { twice: [], missing: [] });
  }
});
