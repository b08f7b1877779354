import { labels, nodeService } from "../server/labels";
import { logPipelines } from "./alloy-logs";
import { outputs } from "./alloy-outputs";
import { receivers } from "./alloy-receivers";
import { block, list, map, text } from "./alloy-syntax";
import { agentFolder, agentRoot } from "./layout";
import { promtailOutput, readPromtail } from "./promtail";
import type { AgentTarget, ResolvedAgent } from "./spec";

/** Alloy's configuration on an application server: what is read and scraped there, and where it goes. */
export function alloyConfig(agent: ResolvedAgent, target: AgentTarget): string {
  return [
    `// Of the agent's specification; changes made here are lost.\n${block("logging", [], { level: text("warn") })}`,
    metrics(agent),
    logPipelines(agent),
    agent.promtail ? promtailOutput(readPromtail(agent.promtail).read!, agent.service, agent.promtail.takeOver ?? false) : "",
    receivers(agent, target),
    outputs(agent, target),
  ].filter(Boolean).join("\n");
}

/** The machine's own name where the specification gives none. */
export function hostExpression(agent: ResolvedAgent): string {
  return agent.host ? text(agent.host) : "constants.hostname";
}

/** With push the agent scrapes what listens on the loopback; its own metrics it always sends, since nobody else can reach them. */
function metrics(agent: ResolvedAgent): string {
  const own = `prometheus.exporter.self "agent" { }

${block("discovery.relabel", ["agent"], { targets: "prometheus.exporter.self.agent.targets" }, [
    rule("job", "alloy"),
    rule(labels.service, "alloy"),
    `rule {\n  target_label = "instance"\n  replacement  = ${hostExpression(agent)}\n}`,
  ])}
${scrape("agent", "discovery.relabel.agent.output", {})}`;
  if (agent.metrics === "pull") return own;
  const node = scrape("node", targets(`127.0.0.1:${agent.nodeExporterPort}`, nodeService, agent, agent.nodeJob), {});
  return [own, node, ...agent.applications.map((app, i) => scrape(`app_${i}`, targets(`127.0.0.1:${app.port ?? 8080}`, app.service, agent, app.job), {
    metrics_path: text(app.path ?? "/actuator/prometheus"),
    scheme: text(app.scheme ?? "http"),
  }, app.ca !== undefined || app.insecureSkipVerify ? [tls(app.ca === undefined ? undefined : caFile(i), app.insecureSkipVerify)] : []))].join("\n");
}

/** Where the authority of the i-th application is. */
export function caFile(i: number): string {
  return `${agentFolder.config}/app-${i}-ca.pem`;
}

function targets(address: string, service: string, agent: ResolvedAgent, job = service): string {
  return `[${map({ __address__: text(address), job: text(job), [labels.service]: text(service), instance: hostExpression(agent) })}]`;
}

function scrape(name: string, found: string, more: Record<string, string>, inner: string[] = []): string {
  return block("prometheus.scrape", [name], { targets: found, scrape_interval: text("15s"), sample_limit: "20000", forward_to: list(["prometheus.remote_write.server.receiver"]), ...more }, inner);
}

function rule(label: string, value: string): string {
  return `rule {\n  target_label = ${text(label)}\n  replacement  = ${text(value)}\n}`;
}

/** A TLS block; without a file the system's authorities decide. */
export function tls(ca: string | undefined, skip = false): string {
  return block("tls_config", [], { ...(ca && { ca_file: text(ca) }), ...(skip && { insecure_skip_verify: "true" }) });
}

export { agentRoot };
