import { labels } from "../server/labels";
import { block, list, map, text } from "./alloy-syntax";
import type { JsonFields, LogFiles, ResolvedAgent } from "./spec";

/** What reads logs: files, the journal, containers. Each hands its entries through stages of its own to the server. */
export function logPipelines(agent: ResolvedAgent): string {
  return [...agent.logs.map((files, i) => fileLogs(agent, files, `files_${i}`)), journal(agent), docker(agent)].filter(Boolean).join("\n");
}

/**
 * Found by glob, so that a file that is made later is read from its start. The positions file is the buffer: what the server
 * does not take stays unread, so nothing is lost as long as the file is there.
 */
function fileLogs(agent: ResolvedAgent, files: LogFiles, name: string): string {
  const found = files.paths.map(path => map({ __path__: text(path), [labels.service]: text(files.service ?? agent.service), ...Object.fromEntries(Object.entries(files.labels ?? {}).map(([key, value]) => [key, text(value)])) }));
  return [
    block("local.file_match", [name], { path_targets: list(found), sync_period: text("10s") }),
    block("loki.source.file", [name], { targets: `local.file_match.${name}.targets`, forward_to: list([`loki.process.${name}.receiver`]) }),
    block("loki.process", [name], { forward_to: list(["loki.process.entries.receiver"]) }, [...multiline(files.firstLine), ...json(files.json), ...keepFilename]),
  ].join("\n");
}

/** Lines of one entry come within seconds; both limits are Alloy's own defaults, written out since it refuses a Promtail file without them. */
function multiline(firstLine: string | undefined): string[] {
  return firstLine === undefined ? [] : [block("stage.multiline", [], { firstline: text(firstLine), max_wait_time: text("3s"), max_lines: "500" })];
}

/** A path would be a stream of its own for each rotation: kept beside the line instead. */
const keepFilename = [block("stage.structured_metadata", [], { values: map({ filename: text("filename") }) }), block("stage.label_drop", [], { values: list([text("filename")]) })];

/** Names under which loggers write the same thing: Logback's and Spring Boot's encoders, ECS, pino, winston, structlog, Go's slog. */
const usual: Required<Omit<JsonFields, "timeFormat">> & Record<string, string> = { level: "", time: "", traceId: "" };
const names: Record<keyof typeof usual, string[]> = {
  level: ["level", "log.level", "severity", "levelname"],
  time: ["@timestamp", "timestamp", "time", "ts"],
  traceId: ["trace_id", "traceId", "trace.id", "mdc.traceId"],
};

/** Reads a JSON entry; a line that is none passes as it is. */
function json(fields: JsonFields = {}): string[] {
  const wanted = (field: "level" | "time" | "traceId") => (fields[field] ? [fields[field]] : names[field]!);
  // A key with a dot may be one key or a path: both are asked for.
  const first = (field: "level" | "time" | "traceId") => [...new Set(wanted(field).flatMap(name => [quoted(name), name.split(".").map(quoted).join(".")]))].join(" || ");
  return [
    block("stage.json", [], {
      expressions: map({ lgtm_level: text(first("level")), lgtm_time: text(first("time")), trace_id: text(first("traceId")) }),
      drop_malformed: "false",
    }),
    block("stage.timestamp", [], { source: text("lgtm_time"), format: text(fields.timeFormat ?? "RFC3339Nano"), action_on_failure: text("skip") }),
    block("stage.structured_metadata", [], { values: map({ level: text("lgtm_level"), trace_id: text("trace_id") }) }),
  ];
}

function quoted(name: string): string {
  return `"${name}"`;
}

function journal({ journal: wanted }: ResolvedAgent): string {
  if (!wanted) return "";
  const units = wanted === true ? [] : wanted.units;
  return [
    `discovery.relabel "journal" {
  targets = []

  rule {
    source_labels = ["__journal__systemd_unit"]
    regex         = "(.+?)(\\\\.service)?"
    target_label  = "${labels.service}"
  }
${units.length ? `
  rule {
    source_labels = ["__journal__systemd_unit"]
    regex         = ${text(units.map(unit => unit.replace(/[.\\+*?[\]^$(){}|]/g, "\\$&")).join("|"))}
    action        = "keep"
  }
` : ""}
  // Its own lines about a server that cannot be reached would be news for the server.
  rule {
    source_labels = ["__journal__systemd_unit"]
    regex         = "lgtm-agent\\\\.service"
    action        = "drop"
  }
}
`,
    block("loki.source.journal", ["journal"], { max_age: text("24h"), labels: map({ [labels.service]: text("journal") }), relabel_rules: "discovery.relabel.journal.rules", forward_to: list(["loki.process.entries.receiver"]) }),
  ].join("\n");
}

function docker(agent: ResolvedAgent): string {
  if (!agent.docker) return "";
  return [
    block("discovery.docker", ["containers"], { host: text("unix:///var/run/docker.sock") }),
    `discovery.relabel "containers" {
  targets = discovery.docker.containers.targets

  rule {
    source_labels = ["__meta_docker_container_name"]
    regex         = "/(.*)"
    target_label  = "${labels.service}"
  }

  // A Compose service keeps its name when its container gets another number.
  rule {
    source_labels = ["__meta_docker_container_label_com_docker_compose_service"]
    regex         = "(.+)"
    target_label  = "${labels.service}"
  }
}
`,
    block("loki.source.docker", ["containers"], { host: text("unix:///var/run/docker.sock"), targets: "discovery.relabel.containers.output", forward_to: list(["loki.process.containers.receiver"]) }),
    block("loki.process", ["containers"], { forward_to: list(["loki.process.entries.receiver"]) }, json()),
  ].join("\n");
}
