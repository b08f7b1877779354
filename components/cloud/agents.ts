import * as pulumi from "@pulumi/pulumi";
import { applyScript, removeScript, type ChannelScript } from "../agent/channel";
import { renderAgent, selfServingDocument } from "../agent/document";
import { shownDocument } from "../agent/shown-document";
import type { AgentSpec } from "../agent/spec";
import type { CloudSecrets, ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";

/** Agents on application servers of a cloud that exist, put on through the cloud's own way into a machine. */
export interface CloudAgentsArgs extends AgentSpec {
  /** Contract of the monitoring server; from another stack by `StackReference`. */
  server: pulumi.Input<ServerContract>;
  /**
   * Token of the push client, where the server is in another cloud, whose secret store these machines cannot read: it is put into
   * their own cloud's store. Another stack's output `tokens` has it. @default what the server's own store has
   */
  token?: pulumi.Input<string>;
  /** Takes the agents off again; then the component can be destroyed. Destroying it alone leaves them as they are. @default false */
  remove?: boolean;
}

const own = ["server", "token", "remove"] as const;

/** The agent's specification among the arguments; a mistyped one stays in it, where its check finds it. */
export function agentSpecOf(args: CloudAgentsArgs, ownOfCloud: readonly string[], cloud: string): AgentSpec {
  const spec = Object.fromEntries(Object.entries(args).filter(([key, value]) => value !== undefined && !(own as readonly string[]).includes(key) && !ownOfCloud.includes(key)));
  return { cloud, ...spec } as unknown as AgentSpec;
}

/** Throws what is wrong with a specification before anything is made. */
export function checkAgent(spec: AgentSpec): void {
  renderAgent(spec, { endpoints: { https: "", grafana: "", logs: "", metrics: "", traces: "", otlpGrpc: "", read: "" }, ca: "", services: [] });
}

/** Secret stores by cloud, and what the cloud is called. */
const stores: Record<CloudSecrets["kind"], string> = { ssm: "AWS", "key-vault": "Azure", "secret-manager": "Google Cloud" };

/** Where a token was put that was given. */
export interface StoredToken {
  store: pulumi.Input<CloudSecrets>;
  /** Full name of the secret there. */
  name: pulumi.Input<string>;
}

/** What agents have of their server. */
export interface ReadableServer {
  /** The contract, with the store from which the machines read their token. */
  server: pulumi.Output<ServerContract>;
  /** Name of the secret that they have to be allowed to read. */
  tokenSecret: pulumi.Output<string>;
  /** What kind of store that must be. */
  kind: CloudSecrets["kind"];
}

/** A server as machines can use it whose cloud has stores of this kind: with the token that was put there, else with the server's own. */
export function readableServer({ server, client = "default" }: CloudAgentsArgs, kind: CloudSecrets["kind"], stored: StoredToken | undefined): ReadableServer {
  if (stored) return { kind, server: pulumi.all([server, stored.store]).apply(([contract, secretStore]) => ({ ...contract, secretStore }) as ServerContract), tokenSecret: pulumi.output(stored.name) };
  const contract = pulumi.output(server) as pulumi.Output<ServerContract>;
  return { kind, server: contract, tokenSecret: contract.apply(({ tokenSecrets }) => tokenSecrets?.push[client] ?? "") };
}

/** What is wrong with agents without a token of their own, on machines whose cloud has stores of this kind: at most one line. */
export function tokenProblems({ secretStore }: Pick<ServerContract, "secretStore">, kind: CloudSecrets["kind"], client = "default"): string[] {
  if (!secretStore || secretStore.kind === kind) return [];
  return [`token: missing. The monitoring server keeps its tokens in ${stores[secretStore.kind]}, in a secret store that machines on ${stores[kind]} cannot read. Give token: stack.requireOutput("tokens").apply(tokens => tokens.push["${client}"]) of the server's stack.`];
}

/** The script that the cloud's channel runs, with the configuration shown line by line in a preview. */
export function agentScript(parent: pulumi.Resource, name: string, spec: AgentSpec, remove: boolean | undefined, { server, kind }: ReadableServer): pulumi.Output<ChannelScript> {
  const document = shownDocument(parent, name, spec, server, contract => {
    const problems = tokenProblems(contract, kind, spec.client);
    if (problems.length) throw new SpecError(problems);
    return selfServingDocument(spec, contract);
  });
  return document.apply(it => (remove ? removeScript : applyScript(it)));
}
