import * as pulumi from "@pulumi/pulumi";
import { applyScript, removeScript, type ChannelScript } from "../agent/channel";
import { renderAgent, selfServingDocument } from "../agent/document";
import { PromtailFile } from "../agent/promtail-resource";
import type { AgentSpec } from "../agent/spec";
import { ServerFile } from "../server/bundle-resource";
import type { ServerContract } from "../server/contract";

/** Agents on application servers of a cloud that exist, put on through the cloud's own way into a machine. */
export interface CloudAgentsArgs extends AgentSpec {
  /** Contract of the monitoring server; from another stack by `StackReference`. */
  server: pulumi.Input<ServerContract>;
  /** Takes the agents off again; then the component can be destroyed. Destroying it alone leaves them as they are. @default false */
  remove?: boolean;
}

const own = ["server", "remove"] as const;

/** The agent's specification among the arguments; a mistyped one stays in it, where its check finds it. */
export function agentSpecOf(args: CloudAgentsArgs, ownOfCloud: readonly string[], cloud: string): AgentSpec {
  const spec = Object.fromEntries(Object.entries(args).filter(([key, value]) => value !== undefined && !(own as readonly string[]).includes(key) && !ownOfCloud.includes(key)));
  return { cloud, ...spec } as unknown as AgentSpec;
}

/** Throws what is wrong with a specification before anything is made. */
export function checkAgent(spec: AgentSpec): void {
  renderAgent(spec, { endpoints: { https: "", grafana: "", logs: "", metrics: "", traces: "", otlpGrpc: "", read: "" }, ca: "", services: [] });
}

/** The script that the cloud's channel runs, with the configuration shown line by line in a preview. */
export function agentScript(parent: pulumi.Resource, name: string, spec: AgentSpec, args: CloudAgentsArgs): pulumi.Output<ChannelScript> {
  const document = pulumi.output(args.server).apply(server => selfServingDocument(spec, server));
  new ServerFile(`${name}/config.alloy`, document.apply(({ files }) => files["config.alloy"]!), { parent });
  if (spec.promtail) new PromtailFile(`${name}/promtail`, spec.promtail, { parent });
  return args.remove ? pulumi.output(removeScript) : document.apply(applyScript);
}
