import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { isFound, locatePrograms } from "../../../components/local/programs";
import type { ResolvedSpec } from "../../../components/server/spec";
import { checkout } from "../../checkout";
import { eventually, run, tryRun } from "./command";
import type { MemoryGroup } from "./memory-group";

const sources = join(checkout, "test/live/spring-boot");

/** Why the application cannot be built here; undefined where it can. */
export async function missingForSpringBoot(): Promise<string | undefined> {
  for (const program of ["java", "mvn"]) if ((await tryRun(program, ["-version"]).catch(() => undefined))?.code !== 0) return `${program} is not installed (apt-get install maven openjdk-17-jdk-headless)`;
  return undefined;
}

/** Builds the application with Maven, or takes the one of the same sources from the cache. */
export async function builtApplication(): Promise<string> {
  const files = readdirSync(sources, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(sources.length)).update(readFileSync(file));
  const folder = join(process.env.PULUMI_LGTM_CACHE || join(homedir(), ".cache"), "pulumi-lgtm/test-applications", hash.digest("hex").slice(0, 16));
  const jar = join(folder, "orders.jar");
  if (existsSync(jar)) return jar;
  const build = mkdtempSync(join(tmpdir(), "lgtm-spring-boot-"));
  await run("mvn", ["-q", "-B", "-f", join(sources, "pom.xml"), `-Dbuild.folder=${build}`, "package"]);
  mkdirSync(folder, { recursive: true });
  cpSync(join(build, "orders.jar"), jar);
  rmSync(build, { recursive: true });
  return jar;
}

/** How an application sends its metrics: scraped by the agent on its host, or by itself over OTLP. */
export interface Application {
  service: string;
  port: number;
  metrics: "scraped" | "otlp";
  /** Above its limit the kernel kills the application. @default no limit */
  memory?: MemoryGroup;
}

export const applicationLabels = { environment: "prod", cloud: "aws", host: "orders-1" };

/** Name of the agent among what runs on the applications' host. */
export const agentName = "alloy";

export interface RunningApplications {
  /** Kills an application or the agent, as if it had died. */
  kill(name: string): Promise<void>;
  /** Starts again what has ended; an application answers then. */
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

export interface AgentOptions {
  /** Port of the agent itself. */
  port: number;
  /** How often it scrapes. @default "15s" */
  every?: string;
}

/** Starts the applications and one agent, a real Alloy, that scrapes the host and what is to be scraped, and reads the log files of all. */
export async function startApplications(spec: ResolvedSpec, applications: Application[], agent: AgentOptions): Promise<RunningApplications> {
  const jar = await builtApplication();
  const { alloy } = await locatePrograms(["alloy"]);
  if (!isFound(alloy!)) throw new Error(`Alloy is needed: ${alloy!.missing}`);
  const folder = mkdtempSync(join(tmpdir(), "lgtm-applications-"));
  const running = new Map<string, ChildProcess>();
  const start = (name: string, [program, ...args]: string[], env: Record<string, string> = {}) => {
    const output = openSync(join(folder, `${name}.out`), "a");
    running.set(name, spawn(program!, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env }, stdio: ["ignore", output, output] }));
  };
  // Memory outside the heap has no limit of the JVM's own: there the kernel's is the first that is met.
  const java = ["java", "-Xmx96m", "-XX:MaxDirectMemorySize=8g", "-jar", jar];
  const starts: Record<string, () => void> = {
    ...Object.fromEntries(applications.map(it => [it.service, () => start(it.service, it.memory?.within(java) ?? java, { SPRING_APPLICATION_JSON: settings(spec, it, folder) })])),
    [agentName]: () => start(agentName, [alloy!.path, "run", `--server.http.listen-addr=127.0.0.1:${agent.port}`, `--storage.path=${join(folder, "alloy")}`, "--disable-reporting", "agent.alloy"]),
  };
  const up = async ({ service, port }: Application) => {
    await eventually(`${service} is up`, async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok, { seconds: 120 }).catch((error: Error) => {
      throw new Error(`${error.message}\n${readFileSync(join(folder, `${service}.out`), "utf8").split("\n").slice(-25).join("\n")}`);
    });
  };
  const kill = (name: string) =>
    new Promise<void>(resolve => {
      const child = running.get(name)!;
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", () => resolve());
      child.kill("SIGKILL");
    });
  const restart = async (name: string) => {
    await kill(name);
    starts[name]!();
    const application = applications.find(({ service }) => service === name);
    if (application) await up(application);
  };
  const stop = async () => {
    await Promise.all([...running.keys()].map(kill));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, "agent.alloy"), agentConfig(spec, applications, folder, agent.every ?? "15s"));
    for (const begin of Object.values(starts)) begin();
    await Promise.all(applications.map(up));
    return { kill, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings({ internalPorts }: ResolvedSpec, { service, port, metrics }: Application, folder: string): string {
  return JSON.stringify({
    server: { port },
    spring: { application: { name: service } },
    logging: { file: { name: join(folder, `${service}.log`) } },
    management: {
      opentelemetry: { "resource-attributes": { ...applicationLabels, "service.version": "1.0.0" } },
      otlp: {
        tracing: { endpoint: `http://127.0.0.1:${internalPorts.tempoOtlpGrpc}` },
        metrics: { export: { enabled: metrics === "otlp", url: `http://127.0.0.1:${internalPorts.prometheus}/api/v1/otlp/v1/metrics` } },
      },
    },
  });
}

function agentConfig({ internalPorts }: ResolvedSpec, applications: Application[], folder: string, every: string): string {
  const labels = `{${Object.entries(applicationLabels).map(([name, value]) => `${name} = "${value}"`).join(", ")}}`;
  const scraped = applications.filter(({ metrics }) => metrics === "scraped").map(({ service, port }) => `{"__address__" = "127.0.0.1:${port}", "job" = "${service}", "service_name" = "${service}"}`);
  const read = applications.map(({ service }) => `{"__path__" = "${join(folder, `${service}.log`)}", "service_name" = "${service}"}`);
  return `
prometheus.exporter.unix "host" { }
discovery.relabel "host" {
  targets = prometheus.exporter.unix.host.targets
  rule {
    target_label = "service_name"
    replacement  = "node"
  }
}
prometheus.scrape "host" {
  targets         = discovery.relabel.host.output
  scrape_interval = "${every}"
  scrape_timeout  = "${every}"
  forward_to      = [prometheus.remote_write.server.receiver]
}
prometheus.scrape "applications" {
  targets         = [${scraped.join(", ")}]
  metrics_path    = "/prometheus-provider"
  scrape_interval = "${every}"
  scrape_timeout  = "${every}"
  forward_to      = [prometheus.remote_write.server.receiver]
}
prometheus.remote_write "server" {
  external_labels = ${labels}
  endpoint {
    url = "http://127.0.0.1:${internalPorts.prometheus}/api/v1/write"
  }
}
// Not the paths themselves: a file that is not there when the agent starts would never be read.
local.file_match "applications" {
  path_targets = [${read.join(", ")}]
  sync_period  = "2s"
}
loki.source.file "applications" {
  targets    = local.file_match.applications.targets
  forward_to = [loki.process.applications.receiver]
}
loki.process "applications" {
  forward_to = [loki.write.server.receiver]
  stage.json {
    expressions = {trace_id = "traceId"}
  }
  stage.structured_metadata {
    values = {trace_id = ""}
  }
  stage.label_drop {
    values = ["filename"]
  }
}
loki.write "server" {
  external_labels = ${labels}
  endpoint {
    url = "http://127.0.0.1:${internalPorts.loki}/loki/api/v1/push"
  }
}
`;
}

/** Requests as users make them, some of which are slow or fail, for so many seconds. */
export async function use(applications: Application[], seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  for (let i = 0; Date.now() < until; i++) {
    for (const { port } of applications) {
      const ask = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method }).then(response => response.text());
      await ask(`/orders/${i}`);
      if (i % 3 === 0) await ask(`/orders/${i}/pay`, "POST");
      if (i % 4 === 0) await ask(`/orders/${i}/cancel`, "POST");
      if (i % 5 === 0) await ask("/garbage");
      if (i % 10 === 0) await ask(`/report/${i}`);
      // Slow on any machine, more than the panel of slow traces asks for.
      if (i % 20 === 10) await ask("/late/700");
    }
    await new Promise(wake => setTimeout(wake, 500));
  }
}

/** Somebody who asks these paths over and over, one after the other. */
export function usersOf({ port }: Application): { ask(paths: string[]): void; stop(): Promise<void> } {
  let paths: string[] = [];
  let going = true;
  const loop = (async () => {
    for (let i = 0; going; i++) {
      const [method, path] = (paths[i % (paths.length || 1)] ?? "").split(" ");
      if (path) await fetch(`http://127.0.0.1:${port}${path}`, { method: method! }).then(answer => answer.text(), () => undefined);
      await new Promise(wake => setTimeout(wake, 200));
    }
  })();
  return {
    ask: next => void (paths = next),
    stop: () => {
      going = false;
      return loop;
    },
  };
}
