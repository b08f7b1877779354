import { hostExpression } from "./alloy";
import { block, list, text } from "./alloy-syntax";
import { agentFolder, serverCaFile } from "./layout";
import type { AgentTarget, ResolvedAgent } from "./spec";

/**
 * OTLP and Zipkin on the loopback, in plain text: TLS, the token and the machine's labels are the agent's business. What cannot
 * be sent waits on disk.
 */
export function receivers(agent: ResolvedAgent, target: AgentTarget): string {
  const { otlpGrpc, otlpHttp, zipkin } = agent.receivers;
  if (!otlpGrpc && !otlpHttp && !zipkin) return "";
  const traces = target.services.includes("tempo");
  const labelled = (signals: string[]) => block("output", [], Object.fromEntries(signals.map(signal => [signal, list(["otelcol.processor.transform.labels.input"])])));
  const all = ["metrics", "logs", ...(traces ? ["traces"] : [])];
  return [
    otlpGrpc || otlpHttp
      ? block("otelcol.receiver.otlp", ["local"], {}, [
          ...(otlpGrpc ? [block("grpc", [], { endpoint: text(`127.0.0.1:${otlpGrpc}`) })] : []),
          ...(otlpHttp ? [block("http", [], { endpoint: text(`127.0.0.1:${otlpHttp}`) })] : []),
          labelled(all),
        ])
      : "",
    zipkin && traces ? block("otelcol.receiver.zipkin", ["local"], { endpoint: text(`127.0.0.1:${zipkin}`) }, [labelled(["traces"])]) : "",
    transform(agent, all),
    block("otelcol.processor.memory_limiter", ["limit"], { check_interval: text("1s"), limit: text(`${Math.round(agent.memoryMiB * 0.6)}MiB`) }, [output(all, "otelcol.exporter.otlphttp.server.input")]),
    block("otelcol.storage.file", ["buffer"], { timeout: text("5s"), fsync: "true" }, [block("compaction", [], { on_start: "true", on_rebound: "true", directory: text(`${agentFolder.data}/compaction`) })]),
    otlpOutput(agent, target),
  ].filter(Boolean).join("\n");
}

function output(signals: string[], to: string): string {
  return block("output", [], Object.fromEntries(signals.map(signal => [signal, list([to])])));
}

/** Cloud and host are the machine's; the environment only where the program says none. */
function transform(agent: ResolvedAgent, signals: string[]): string {
  const ifMissing = (attribute: string, value: string) => `set(resource.attributes["${attribute}"], ${value}) where resource.attributes["${attribute}"] == nil`;
  // The value is an expression of Alloy's: the host name is known on the machine only.
  const statements = [
    text(`set(resource.attributes["environment"], resource.attributes["deployment.environment.name"]) where resource.attributes["environment"] == nil and resource.attributes["deployment.environment.name"] != nil`),
    text(`set(resource.attributes["environment"], resource.attributes["deployment.environment"]) where resource.attributes["environment"] == nil and resource.attributes["deployment.environment"] != nil`),
    text(ifMissing("environment", `"${agent.environment}"`)),
    text(ifMissing("deployment.environment.name", `"${agent.environment}"`)),
    text(`set(resource.attributes["cloud"], "${agent.cloud}")`),
    `string.format(${text('set(resource.attributes["host"], "%s")')}, ${hostExpression(agent)})`,
    `string.format(${text('set(resource.attributes["host.name"], "%s")')}, ${hostExpression(agent)})`,
  ];
  const contexts: Record<string, string> = { metrics: "metric_statements", logs: "log_statements", traces: "trace_statements" };
  const each = signals.map(signal => block(contexts[signal]!, [], { context: text("resource"), statements: `[\n    ${statements.join(",\n    ")},\n  ]` }));
  return block("otelcol.processor.transform", ["labels"], { error_mode: text("ignore") }, [...each, output(signals, "otelcol.processor.memory_limiter.limit.input")]);
}

function otlpOutput(agent: ResolvedAgent, { endpoints, ca }: AgentTarget): string {
  return block(
    "otelcol.exporter.otlphttp",
    ["server"],
    { logs_endpoint: text(`${endpoints.logs}/otlp/v1/logs`), metrics_endpoint: text(`${endpoints.metrics}/otlp/v1/metrics`), traces_endpoint: text(`${endpoints.traces}/otlp/v1/traces`) },
    [
      block("client", [], { endpoint: text(`${endpoints.traces}/otlp`), auth: "otelcol.auth.bearer.server.handler" }, ca ? [block("tls", [], { ca_file: text(serverCaFile) })] : []),
      // Retried until the server takes it; what does not fit into the buffer any more is refused to the program and counted.
      block("retry_on_failure", [], { max_elapsed_time: text("0s"), max_interval: text("30s") }),
      block("sending_queue", [], { storage: "otelcol.storage.file.buffer.handler", sizer: text("bytes"), queue_size: String(Math.round(agent.bufferMiB / 2) * 1024 * 1024), num_consumers: "2" }, [
        block("batch", [], { flush_timeout: text("1s"), min_size: "262144", max_size: "4194304", sizer: text("bytes") }),
      ]),
    ],
  );
}
