import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { AgentSpec } from "../../components/agent/spec";
import { findCached, programsDir } from "../../components/local/programs/cache";
import { programs } from "../../components/local/programs/table";
import { labels } from "../../components/server/labels";
import type { ServerContract } from "../../components/server/contract";
import type { ServerSpec } from "../../components/server/spec";
import type { AppServerAgentArgs, ConnectionArgs } from "../../components/ssh";
import { Client } from "../../components/verify/client";
import { engineStack, type EngineStack } from "./engine-stack";
import { eventually } from "./harness/command";
import { docker, ensureDocker } from "./harness/engine";
import { startProcesses, type ProcessServer } from "./harness/processes";
import { startServer, type Server } from "./harness/server";
import type { ServerImage } from "./harness/server-image";
import type { System } from "./harness/server-systems";
import { addUser } from "./ssh-scene";

/** A monitoring server on this machine. */
export interface Monitoring {
  monitoring: ProcessServer;
  /** As an application server reaches it. */
  contract: ServerContract;
  /** Of a push client. @default that of "default" */
  tokenOf(client?: string): string;
  find: Finder;
}

/** A monitoring server on this machine, an application server, and the stack that puts the agent on it. */
export interface AgentScene {
  monitoring: ProcessServer;
  /** As the application server reaches it. */
  contract: ServerContract;
  token: string;
  server: Server;
  connection: ConnectionArgs;
  stack: EngineStack;
  up(spec: Partial<AgentSpec>, more?: Partial<AppServerAgentArgs>): ReturnType<EngineStack["up"]>;
  preview(spec: Partial<AgentSpec>, more?: Partial<AppServerAgentArgs>): ReturnType<EngineStack["preview"]>;
  find: Finder;
  end(): Promise<void>;
}

/** Asks the stores of the monitoring server. */
export interface Finder {
  /** Samples of an instant query: labels and value. */
  metrics(query: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  /** Entries of a log query of the last hour, oldest first. */
  logs(query: string, limit?: number): Promise<{ labels: Record<string, string>; at: number; line: string }[]>;
  get(path: string): Promise<unknown>;
}

export const base: AgentSpec = { environment: "prod", cloud: "aws", service: "orders", journal: false };

export async function agentScene(name: string, image: ServerImage = "bare", system?: System): Promise<AgentScene> {
  const { monitoring, contract, tokenOf, find } = await startMonitoring();
  const ends: (() => unknown)[] = [() => monitoring.stop()];
  const end = async () => {
    for (const each of ends.reverse()) await each();
  };
  try {
    const server = await startServer({ name, image, system });
    ends.push(() => server.stop());
    await givePrograms(server);
    const token = tokenOf();
    const stack = await engineStack(name, join(__dirname, "agent-program.js"), { plugins: ["command", "random"] });
    ends.push(() => stack.remove());
    const connection = await connectionTo(server);
    const args = (spec: Partial<AgentSpec>, more?: Partial<AppServerAgentArgs>) => ({ connection, server: contract, token, ...base, ...spec, ...more });
    return {
      monitoring, contract, token, server, connection, stack, find, end,
      up: (spec, more) => stack.up(args(spec, more)),
      preview: (spec, more) => stack.preview(args(spec, more)),
    };
  } catch (error) {
    // What runs on would keep the tests from ending.
    await end();
    throw error;
  }
}

export async function startMonitoring(spec: ServerSpec = {}): Promise<Monitoring> {
  await ensureDocker();
  const gateway = await docker(["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]);
  const monitoring = await startProcesses({ addresses: [gateway, "127.0.0.1"], leaveOut: ["grafana", "alloy", "alertmanager"], ...spec });
  return {
    monitoring,
    contract: JSON.parse(JSON.stringify(monitoring.contract).replaceAll("127.0.0.1", gateway)) as ServerContract,
    tokenOf: (client = "default") => readFileSync(join(monitoring.folder, `secrets/push-${client}`), "utf8"),
    find: finder(monitoring),
  };
}

/** Makes a user who may become root without a password, as clouds' images have one. */
export async function connectionTo(server: Server): Promise<ConnectionArgs> {
  await addUser(server, "deploy", "deploy ALL=(ALL) NOPASSWD: ALL\n");
  const hostKey = await server.exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
  return { host: await server.ip(), user: "deploy", privateKey: readFileSync(server.sshKey, "utf8"), hostKey, attempts: 3 };
}

/** A prepared server: the programs are at their place, since no release can be downloaded where the tests run. */
export async function givePrograms(server: Server): Promise<void> {
  for (const name of ["alloy", "node_exporter"] as const) {
    const found = findCached(programs[name], programsDir());
    if (!found) throw new Error(`${name} is not in ${programsDir()}.`);
    const folder = `/opt/lgtm-agent/${name}-${found.version}`;
    await docker(["cp", found.paths[name]!, `${server.name}:/opt/${name}.coming`]);
    await server.exec(`mkdir -p ${folder} && mv /opt/${name}.coming ${folder}/${name}`);
    if ((await server.tryExec(`${folder}/${name} --version`)).stderr.includes("GLIBC_")) await giveLibrary(server, `${folder}/${name}`);
  }
}

/** A program that was built here with cgo needs this machine's C library, where an official one is content with an old one: it gets it to itself. */
async function giveLibrary(server: Server, program: string): Promise<void> {
  const loader = "/lib64/ld-linux-x86-64.so.2";
  await server.exec(`mkdir -p /opt/libc && mv ${program} /opt/libc/`);
  // All of one version: libsystemd, which is the server's, asks for the small ones.
  const libraries = ["c.so.6", "pthread.so.0", "rt.so.1", "dl.so.2", "m.so.6", "resolv.so.2"].map(name => `/lib/x86_64-linux-gnu/lib${name}`);
  for (const path of [loader, ...libraries]) await docker(["cp", "-L", path, `${server.name}:/opt/libc/`]);
  await server.copyIn(program, `#!/bin/sh\nexec /opt/libc/${basename(loader)} --library-path /opt/libc /opt/libc/${basename(program)} "$@"\n`, "755");
}

function finder(monitoring: ProcessServer): Finder {
  const client = new Client(monitoring.contract.ca);
  const token = readFileSync(join(monitoring.folder, "secrets/read-default"), "utf8");
  const get = async (path: string) => {
    const answer = await client.call(monitoring.contract.endpoints.read, { method: "GET", path: `/read${path}`, headers: { authorization: `Bearer ${token}` } });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as unknown;
  };
  return {
    get,
    async metrics(query) {
      const { data } = (await get(`/prometheus/api/v1/query?query=${encodeURIComponent(query)}`)) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async logs(query, limit = 5000) {
      const { data } = (await get(`/loki/loki/api/v1/query_range?query=${encodeURIComponent(query)}&limit=${limit}&direction=forward&since=1h`)) as { data: { result: { stream: Record<string, string>; values: [string, string][] }[] } };
      return data.result.flatMap(({ stream, values }) => values.map(([at, line]) => ({ labels: stream, at: Number(at.slice(0, -6)), line }))).sort((a, b) => a.at - b.at);
    },
  };
}

/** The four labels of something found. */
export function identityOf(found: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.values(labels).map(label => [label, found[label]]));
}

export { eventually };
