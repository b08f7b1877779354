import assert from "node:assert/strict";
import { after } from "node:test";
import { agentScene, eventually, type AgentScene } from "./agent-scene";
import { suite } from "./harness/requirements";

/** How long the monitoring server is away, in seconds. The suite has no time for five minutes: those are run by hand, with this variable. */
const away = Number(process.env.LGTM_TEST_AWAY_SECONDS ?? "45");

let scene: AgentScene | undefined;
const step = suite(async () => (scene = await agentScene("loss-1")));
after(() => scene?.end());

const logs = [
  { paths: ["/var/log/app/timed.log"], service: "timed" },
  { paths: ["/var/log/app/plain.log"], service: "plain" },
];

/** Writes lines at 100 a second to both files, numbered from `first`; `timed` is JSON that carries its own time. */
async function write({ server }: AgentScene, name: string, count: number): Promise<void> {
  await server.copyIn("/root/write.py", `
import json, sys, time
from datetime import datetime, timezone
name, count = sys.argv[1], int(sys.argv[2])
for i in range(count):
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    with open("/var/log/app/timed.log", "a") as file:
        file.write(json.dumps({"@timestamp": now, "level": "INFO", "message": "%s %d" % (name, i)}) + "\\n")
    with open("/var/log/app/plain.log", "a") as file:
        file.write("%s %d\\n" % (name, i))
    time.sleep(0.01)
`);
  await server.exec(`mkdir -p /var/log/app; systemd-run --quiet --unit=write-${name} python3 /root/write.py ${name} ${count}`);
}

/** How many lines of a name arrived, and how many different ones. */
async function arrived({ find }: AgentScene, service: string, name: string): Promise<{ all: number; different: number }> {
  // Loki answers 5,000 lines at most: of many, those that end with each digit.
  const ends = away * 50 > 4500 ? [..."0123456789"] : [""];
  const found = await Promise.all(ends.map(end => find.logs(`{host="loss-1", service_name="${service}"} |~ "${name} [0-9]*${end}([^0-9]|$)"`)));
  const lines = found.flat().map(({ line }) => new RegExp(`${name} \\d+`).exec(line)![0]);
  return { all: lines.length, different: new Set(lines).size };
}

/** Waits until every line is there, and says how many came twice. */
async function complete(it: AgentScene, name: string, count: number): Promise<void> {
  for (const service of ["timed", "plain"]) {
    await eventually(`all lines of ${service} are there`, async () => (await arrived(it, service, name)).different === count, { seconds: 150 });
    const { all } = await arrived(it, service, name);
    console.log(`${name}, ${service}: ${count} lines, ${all - count} of them twice`);
    if (service === "timed") assert.equal(all, count, "a line that carries its time is there once");
  }
}

step("a monitoring server that is away gets every line and every span when it is back", async it => {
  await it.server.exec("mkdir -p /var/log/app");
  await it.up({ logs, service: "orders" });
  await it.monitoring.kill("caddy");
  await write(it, "away", away * 50);
  await it.server.exec(`sleep 2; curl -sS --fail-with-body -H 'Content-Type: application/json' http://127.0.0.1:4318/v1/traces -d '${span("5b8efff798038103d269b633813fc60c")}'`);
  await it.server.exec(`sleep ${away}`, { seconds: away + 60 });
  const back = Math.floor(Date.now() / 1000);
  await it.monitoring.revive("caddy");
  await complete(it, "away", away * 50);
  await eventually("the span is there, with the machine's labels", async () => {
    const trace = JSON.stringify(await it.find.get("/tempo/api/traces/5b8efff798038103d269b633813fc60c").catch(() => ({})));
    return /"key":"host","value":\{"stringValue":"loss-1"\}/.test(trace) && /"key":"environment","value":\{"stringValue":"prod"\}/.test(trace);
  }, { seconds: 90 });
  // One every 15 seconds; the first may have been sent before.
  const samples = async () => (await it.find.metrics(`count_over_time(node_time_seconds{host="loss-1"}[${away}s] @ ${back})`))[0]?.value ?? 0;
  await eventually("the metrics of the time away are there", async () => (await samples()) >= Math.floor(away / 15) - 1, { seconds: 120 });
  console.log(`away for ${away} s: ${await samples()} samples of each metric`);
});

step("an agent that dies while the server is away, and one that is stopped, lose nothing of what they had read", async it => {
  for (const [name, end] of [["died", "systemctl kill -s KILL lgtm-agent"], ["stopped", "systemctl restart lgtm-agent"]] as const) {
    await it.monitoring.kill("caddy");
    await write(it, name, 1500);
    // Places are saved every ten seconds: those of lines that nobody has sent.
    await it.server.exec(`sleep 35; ${end}; sleep 10`, { seconds: 150 });
    await it.monitoring.revive("caddy");
    await complete(it, name, 1500);
  }
});

step("a restart of the agent or the machine while the server is there sends nothing twice", async it => {
  await write(it, "restarted", 1000);
  await it.server.exec("sleep 4; systemctl restart lgtm-agent", { seconds: 60 });
  await complete(it, "restarted", 1000);
  assert.equal((await arrived(it, "plain", "restarted")).all, 1000);
  await write(it, "rebooted", 1500);
  await it.server.exec("sleep 16");
  await it.server.reboot();
  await complete(it, "rebooted", 1500);
  assert.equal((await arrived(it, "plain", "rebooted")).all, 1500);
});

step("an agent that is killed while it reads loses no line", async it => {
  await write(it, "killed", 1500);
  await it.server.exec("sleep 5; systemctl kill -s KILL lgtm-agent; sleep 7; systemctl kill -s KILL lgtm-agent");
  await complete(it, "killed", 1500);
});

step("logs that are rotated by renaming lose no line", async it => {
  await write(it, "renamed", 1000);
  await it.server.exec("sleep 3; for log in timed plain; do mv /var/log/app/$log.log /var/log/app/$log.log.1; done");
  await complete(it, "renamed", 1000);
});

step("logs that are copied and cut lose no line that was written a second before", async it => {
  // What is written between the copy and the cut is lost to everybody; the agent looks four times a second.
  await it.server.exec("sleep 1; for log in timed plain; do cp /var/log/app/$log.log /var/log/app/$log.log.2; : >/var/log/app/$log.log; done; sleep 1");
  await write(it, "cut", 300);
  await complete(it, "cut", 300);
});

step("a machine that loses its power comes back with everything that was on its disk, also of a log that was just cut", async it => {
  await write(it, "before", 1500);
  await complete(it, "before", 1500);
  await it.server.exec("for log in timed plain; do cp /var/log/app/$log.log /var/log/app/$log.log.3; : >/var/log/app/$log.log; done; for i in $(seq 0 199); do echo \"power $i\" >>/var/log/app/plain.log; done; sync");
  await it.server.reboot(true);
  await eventually("the agent runs again", async () => (await it.server.tryExec("systemctl is-active lgtm-agent")).stdout.trim() === "active", { seconds: 60 });
  await eventually("the lines are there", async () => (await arrived(it, "plain", "power")).different === 200, { seconds: 60 });
});

step("logs that are cut or replaced while the agent is not there are read from their start", async it => {
  await write(it, "known", 1500);
  await complete(it, "known", 1500);
  // The saved places are those of the old files: beyond the end of one new file, in the middle of the other.
  await it.server.exec(`sleep 11; systemctl kill -s KILL lgtm-agent; systemctl stop lgtm-agent; sleep 2
: >/var/log/app/timed.log; for i in $(seq 0 99); do echo "anew $i" >>/var/log/app/timed.log; done
mv /var/log/app/plain.log /var/log/app/plain.log.4; for i in $(seq 0 4999); do echo "anew $i"; done >/var/log/app/plain.log
test $(stat -c %s /var/log/app/plain.log) -gt $(stat -c %s /var/log/app/plain.log.4); systemctl start lgtm-agent`, { seconds: 120 });
  for (const [service, count] of [["timed", 100], ["plain", 5000]] as const)
    await eventually(`all lines of ${service} are there`, async () => (await arrived(it, service, "anew")).different === count, { seconds: 60 });
});

function span(traceId: string): string {
  const now = BigInt(Date.now()) * 1_000_000n;
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] }, scopeSpans: [{ spans: [{ traceId, spanId: "eee19b7ec3c1b174", name: "GET /orders", kind: 2, startTimeUnixNano: String(now), endTimeUnixNano: String(now + 5_000_000n) }] }] }] });
}
