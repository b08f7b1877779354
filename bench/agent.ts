/**
 * What an agent takes of an application server: ours, node_exporter with Promtail, and an OpenTelemetry Collector. Each runs alone as
 * systemd units on a server of the live tests, reads the same file, scrapes or measures the same machine every 15 seconds and sends to the same
 * monitoring server over TLS; idle, and while a program writes lines. Measured is what the kernel counts for their processes.
 */
import { existsSync } from "node:fs";
import { findCached, programsDir } from "../components/local/programs/cache";
import { programs } from "../components/local/programs/table";
import { command, table, UsageError } from "../tools/cli";
import { agentScene, type AgentScene } from "../test/live/agent-scene";
import { docker } from "../test/live/harness/engine";
import { collectorConfig, exporterUnit, programUnit, promtailConfig } from "./agent-others";

interface Contestant {
  name: string;
  units: string[];
  start(): Promise<void>;
}

/** Of all processes of a contestant: memory in MiB, share of one processor in percent. */
interface Footprint {
  /** Pages of its own, which nothing but swap can take away: the mean, and the most at any time. */
  own: number;
  most: number;
  /** With pages of files, above all of the program itself: the kernel takes them back when memory is short. */
  resident: number;
  processor: number;
}

command({
  called: "node dist/bench/agent.js",
  help: `Usage: node dist/bench/agent.js [--seconds 120] [--lines 100] [--memory 256] [--collector <path>]
Needs what the live tests need: root, an engine, the programs in the cache. Promtail takes part if it is there (build-programs), the
collector if its program is given (bench/collector). --memory is memoryMiB of ours.
`,
  options: { seconds: { type: "string", default: "120" }, lines: { type: "string", default: "100" }, memory: { type: "string", default: "256" }, collector: { type: "string" } },
  async run({ seconds, lines, memory, collector }) {
    if (!(Number(seconds) >= 30) || !(Number(lines) > 0)) throw new UsageError("--seconds: at least 30. --lines: a number above 0.");
    if (collector !== undefined && !existsSync(collector)) throw new UsageError(`--collector: ${collector} is not there.`);
    const scene = await agentScene("bench-1");
    try {
      const rows: string[][] = [];
      for (const { name, units, start } of await contestants(scene, Number(memory), collector)) {
        await start();
        await scene.server.exec("sleep 60", { seconds: 120 });
        const idle = await measured(scene, units, Number(seconds));
        await scene.server.copyIn("/root/write.py", writer);
        await scene.server.exec(`systemd-run --quiet --unit=write python3 /root/write.py ${lines}; sleep 30`);
        const loaded = await measured(scene, units, Number(seconds));
        await scene.server.exec(`systemctl stop write ${units.join(" ")}; systemctl disable ${units.join(" ")} 2>/dev/null; rm -f /var/log/orders/*`);
        const arrived = await scene.find.logs(`{service_name="${name.split(" ")[0]}"}`, 10);
        if (!arrived.length) throw new Error(`Not one line of ${name} arrived, so its figures say nothing.`);
        rows.push(row(name, "idle", idle), row(name, `${lines} lines/s`, loaded));
      }
      process.stdout.write(table(["agent", "load", "own, mean", "own, most", "resident", "processor"], rows));
      return 0;
    } finally {
      await scene.stack.destroy().catch(() => undefined);
      await scene.end();
    }
  },
});

const file = "/var/log/orders/orders.log";

async function contestants(scene: AgentScene, memoryMiB: number, collector: string | undefined): Promise<Contestant[]> {
  const { server, contract, token } = scene;
  const put = async (path: string, name: string) => {
    await docker(["cp", path, `${server.name}:/usr/local/bin/${name}`]);
    await server.exec(`mkdir -p /etc/others /var/lib/promtail && chmod 755 /usr/local/bin/${name}`);
    await server.copyIn("/etc/others/ca.pem", contract.ca);
    await server.copyIn("/etc/others/token", token);
  };
  await server.exec("mkdir -p /var/log/orders");
  const all: Contestant[] = [
    {
      name: "ours (Alloy and node_exporter)",
      units: ["lgtm-agent", "lgtm-node-exporter"],
      start: async () => void (await scene.up({ service: "ours", memoryMiB, logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\{" }] })),
    },
  ];
  const promtail = findCached(programs.promtail, programsDir());
  const exporter = findCached(programs.node_exporter, programsDir())!;
  if (promtail)
    all.push({
      name: "promtail and node_exporter",
      units: ["promtail", "node_exporter", "scraper"],
      async start() {
        await put(promtail.paths.promtail!, "promtail");
        await put(exporter.paths.node_exporter!, "node_exporter");
        await server.copyIn("/etc/others/promtail.yaml", promtailConfig(contract, file));
        await server.copyIn("/etc/systemd/system/promtail.service", programUnit("/usr/local/bin/promtail -config.file=/etc/others/promtail.yaml"));
        await server.copyIn("/etc/systemd/system/node_exporter.service", exporterUnit);
        // Stands in for the Prometheus that asks it; what curl takes is not counted.
        await server.copyIn("/etc/systemd/system/scraper.service", programUnit("/bin/sh -c 'while :; do curl -s -o /dev/null http://127.0.0.1:9100/metrics; sleep 15; done'"));
        await server.exec("systemctl daemon-reload && systemctl start promtail node_exporter scraper");
      },
    });
  if (collector)
    all.push({
      name: "collector",
      units: ["collector"],
      async start() {
        await put(collector, "collector");
        await server.copyIn("/etc/others/collector.yaml", collectorConfig(contract, token, file));
        await server.copyIn("/etc/systemd/system/collector.service", programUnit("/usr/local/bin/collector --config=/etc/others/collector.yaml"));
        await server.exec("systemctl daemon-reload && systemctl start collector");
      },
    });
  return all;
}

/** Looks every five seconds. */
async function measured({ server }: AgentScene, units: string[], seconds: number): Promise<Footprint> {
  const text = await server.exec(`python3 -c '${sampler}' ${seconds} ${units.filter(unit => unit !== "scraper").join(" ")}`, { seconds: seconds + 60 });
  return JSON.parse(text) as Footprint;
}

const sampler = `
import json, os, subprocess, sys, time
seconds, units = int(sys.argv[1]), sys.argv[2:]
pids = [int(subprocess.check_output(["systemctl", "show", "-p", "MainPID", "--value", unit])) for unit in units]
assert all(pids), pids
def memory(pid, key):
    return next(int(line.split()[1]) for line in open("/proc/%d/status" % pid) if line.startswith(key)) / 1024
def processor(pid):
    fields = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
before, began, own, resident = sum(map(processor, pids)), time.time(), [], []
while time.time() - began < seconds:
    time.sleep(5)
    own.append(sum(memory(pid, "RssAnon") for pid in pids))
    resident.append(sum(memory(pid, "VmRSS") for pid in pids))
took = sum(map(processor, pids)) - before
print(json.dumps({"own": sum(own) / len(own), "most": max(own), "resident": sum(resident) / len(resident), "processor": 100 * took / (time.time() - began)}))
`;

/** JSON lines of some 300 bytes, as a logger of a Spring Boot application writes them. */
const writer = `
import json, sys, time
from datetime import datetime, timezone
pause, i = 1 / float(sys.argv[1]), 0
due = time.time()
with open("${file}", "a", buffering=1) as file:
    while True:
        now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
        file.write(json.dumps({"@timestamp": now, "@version": "1", "message": "Order %d asked for" % i, "logger_name": "example.Orders", "thread_name": "http-nio-8080-exec-1", "level": "INFO", "level_value": 20000, "traceId": "%032x" % i, "spanId": "%016x" % i}) + "\\n")
        i, due = i + 1, due + pause
        time.sleep(max(0, due - time.time()))
`;

function row(name: string, load: string, { own, most, resident, processor }: Footprint): string[] {
  return [name, load, `${Math.round(own)} MiB`, `${Math.round(most)} MiB`, `${Math.round(resident)} MiB`, `${processor.toFixed(1)} %`];
}
