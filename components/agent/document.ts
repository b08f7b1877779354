import { programs, type ProgramName } from "../local/programs/table";
import type { CloudSecrets, ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import { sha256 } from "../server/bundle";
import { alloyConfig, caFile } from "./alloy";
import { resolveAgent } from "./check";
import { agentFolder, serverCaFile } from "./layout";
import { carriedPositions, readPromtail } from "./promtail";
import type { AgentSpec, AgentTarget, ResolvedAgent } from "./spec";
import { agentPort, agentUnit, nodeExporterUnit, units } from "./units";

/** Promtail's file as the agent reads it, among the files of the agent's configuration. */
const promtailFile = "promtail.yaml";

/** Everything that an application server needs to know about its agent. Holds no secret. */
export interface AgentDocument {
  format: 1;
  /** By name in the agent's configuration folder. */
  files: Record<string, string>;
  units: Record<string, string>;
  programs: AgentProgram[];
  health: { unit: string; url: string }[];
  /** Where the server is asked, before anything is touched, whether it takes what this agent will send. */
  server: { url: string; client: string };
  /** Globs of the log files, and what the buffers may take on the disk: the machine says what is not as it should be. */
  watched: string[];
  bufferMiB: number;
  /** Takes a changed configuration, or says what is wrong with it. */
  reload: string;
  /** A Promtail to be taken over: `promtail.yaml` of the files is converted on the server, by Alloy itself. */
  promtail: PromtailDocument | null;
  /** Where the machine itself fetches its token, with the secret's name there; null where it is given. */
  token: (CloudSecrets & { name: string }) | null;
}

interface PromtailDocument {
  unit: string;
  takeOver: boolean;
  /** Its own positions, and the agent's copy of them. */
  positions: string;
  carried: string;
  jobs: { name: string; component: string }[];
  /** Hash of the text that was given, to see whether Promtail runs with another. */
  given: string;
}

interface AgentProgram {
  name: string;
  /** Any of them serves when it is there; the first is fetched. */
  versions: string[];
  releases: Record<string, { url: string; sha256?: string; checksums: string; format: string; member: string }>;
}

/** Renders an agent. A pure function: the same values give the same document. */
export function renderAgent(spec: AgentSpec, target: AgentTarget, token: AgentDocument["token"] = null): AgentDocument {
  const agent = resolveAgent(spec);
  const promtail = agent.promtail && readPromtail(agent.promtail).read!;
  return {
    format: 1,
    files: { "config.alloy": alloyConfig(agent, target), ...(promtail && { [promtailFile]: promtail.config }), ...authorities(agent, target) },
    units: units(agent),
    programs: [program("alloy"), program("node_exporter")],
    health: [
      { unit: agentUnit, url: `http://127.0.0.1:${agentPort}/-/ready` },
      { unit: nodeExporterUnit, url: `http://${onItself(agent.nodeExporterAddress)}:${agent.nodeExporterPort}/` },
    ],
    server: { url: `${target.endpoints.metrics}/otlp/v1/metrics`, client: agent.client },
    watched: agent.logs.flatMap(({ paths }) => paths),
    bufferMiB: agent.bufferMiB,
    reload: `http://127.0.0.1:${agentPort}/-/reload`,
    promtail: promtail
      ? { unit: agent.promtail!.unit ?? "promtail.service", takeOver: agent.promtail!.takeOver ?? false, positions: promtail.positions, carried: carriedPositions, jobs: promtail.jobs, given: sha256(agent.promtail!.config) }
      : null,
    token,
  };
}

/** The agent of a machine that fetches its token itself. Throws where it could not. */
export function selfServingDocument(spec: AgentSpec, server: ServerContract): AgentDocument {
  const client = spec.client ?? "default";
  const problems = [
    ...(server.secretStore ? [] : [`server: the monitoring server at ${server.address} keeps its tokens itself, and no machine can fetch one. Use an AppServerAgent over SSH, or a server in a cloud.`]),
    ...unknownClient(client, server),
  ];
  if (problems.length) throw new SpecError(problems);
  return renderAgent(spec, server, { ...server.secretStore!, name: `push-${client}` });
}

/** What is wrong with the name of a push client: at most one line. */
export function unknownClient(client: string, server: Pick<ServerContract, "pushClients">): string[] {
  return server.pushClients.includes(client) ? [] : [`client: "${client}" is none of the monitoring server's pushClients: ${server.pushClients.join(", ")}. Add it there, or name one of these.`];
}

/** Hash by which a preview shows that something changes. */
export function agentHash(document: AgentDocument): string {
  return sha256(JSON.stringify(document));
}

function authorities(agent: ResolvedAgent, { ca }: AgentTarget): Record<string, string> {
  const name = (path: string) => path.slice(agentFolder.config.length + 1);
  return {
    ...(ca && { [name(serverCaFile)]: ca }),
    ...Object.fromEntries(agent.applications.flatMap((application, i) => (application.ca ? [[name(caFile(i)), application.ca]] : []))),
  };
}

/** The address at which the machine reaches what listens on this one. */
function onItself(address: string): string {
  if (address === "0.0.0.0" || address === "::") return "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}

/** The release of a program for Linux, as the table of programs has it. */
function program(name: ProgramName): AgentProgram {
  const { version, alsoCached, releases } = programs[name];
  const linux = (["amd64", "arm64"] as const).flatMap(arch => {
    const release = releases[`linux-${arch}`];
    if (!release || release.members === "all") return [];
    const { url, sha256, checksums, format, members } = release;
    return [[arch, { url, ...(sha256 && { sha256 }), checksums, format, member: members[name]! }] as const];
  });
  return { name, versions: [version, ...alsoCached], releases: Object.fromEntries(linux) };
}
