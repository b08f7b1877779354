import type { Document, YAMLMap } from "yaml";
import { labels } from "../server/labels";
import { block, list, text } from "./alloy-syntax";

/** Loaded only where there is a Promtail: everybody who imports a cloud would wait for it. */
const yaml = () => require("yaml") as typeof import("yaml");
const isMap = (node: unknown): node is YAMLMap => yaml().isMap(node);

/** A Promtail that runs on the server, and whose work the agent takes over. */
export interface PromtailTakeOver {
  /** Text of its configuration file. Its jobs, labels and stages are kept; its clients become the monitoring server. */
  config: string;
  /** Its unit. @default "promtail.service" */
  unit?: string;
  /**
   * `false`: a trial. Promtail goes on, both send, and the agent's lines have the label `agent="trial"`. `true`: Promtail is stopped
   * and disabled, and the agent goes on where it stopped. Set back to `false`, without this key, or when the agent is removed,
   * Promtail runs again and goes on where the agent stopped. @default false
   */
  takeOver?: boolean;
}

/** Promtail's file as Alloy's converter is given it, and what a person should know about it. */
export interface ReadPromtail {
  /** Completed; without what the agent has of its own. */
  config: string;
  /** What is another than in the given text. */
  changes: string[];
  /** Labels that Promtail's client put on every line. */
  labels: Record<string, string>;
  /** Where Promtail keeps its positions. */
  positions: string;
  /** Name of each job there and in the agent's configuration, where the positions of the journal are kept under it. */
  jobs: { name: string; component: string }[];
}

/** Label that tells a trial's lines from Promtail's own. */
export const trialLabel = { name: "agent", value: "trial" } as const;

/** Where Promtail keeps its positions when its file does not say. */
const usualPositions = "/var/log/positions.yaml";
/** The agent's own copy of them, which it can read whatever the rights on Promtail's. */
export const carriedPositions = "/var/lib/lgtm-agent/promtail/positions.yaml";

/** Sources whose positions can be carried over, so that both may read them at the same time. */
const sources = ["static_configs", "file_sd_configs", "journal"];
/** Keys of a job that are no source. */
const otherJobKeys = ["job_name", "pipeline_stages", "relabel_configs", "encoding"];
/** Why another source cannot be read by both at once, or at all. */
const notBoth: Record<string, string> = {
  docker_sd_configs: "where Promtail is in a container's log cannot be carried over. Take the job out of this text and set docker: true on the agent",
  kubernetes_sd_configs: "the agent is for servers, not for a cluster. Take the job out of this text",
  syslog: "only one program can listen on its port. Take the job out of this text and leave it to Promtail",
  loki_push_api: "only one program can listen on its port. Take the job out of this text; programs on the machine can send to the agent's OTLP ports",
  decompression: "Promtail counts the lines of a compressed file and Alloy its bytes, so it would be sent again. Take the job out of this text",
  windows_events: "the agent is for Linux. Take the job out of this text",
};

/**
 * Reads the text of Promtail's file. `problems` name what the agent cannot take over; with one of them nothing is usable. The
 * conversion itself is Alloy's own and happens on the server.
 */
export function readPromtail({ config, takeOver = false }: PromtailTakeOver): { read?: ReadPromtail; problems: string[] } {
  // 1.1 is what Promtail reads: `yes` and `on` are true there.
  const file = yaml().parseDocument(config, { version: "1.1" });
  if (file.errors.length) return { problems: file.errors.map(error => `promtail.config: ${error.message.split("\n")[0]}`) };
  if (!isMap(file.contents)) return { problems: ["promtail.config: this is no configuration of Promtail. Give the text of its file, such as that of /etc/promtail/config.yaml."] };
  const changes: string[] = [];
  const jobs = items(file.get("scrape_configs"));
  const problems = [...jobs.flatMap((job, i) => problemsOfJob(job, `scrape_configs[${i}]`)), ...problemsOfFile(file, jobs)];
  const clients = [...items(file.get("clients")), file.get("client")].filter(isMap);
  const [first, ...others] = clients.map(client => plain<Record<string, string>>(client.get("external_labels")) ?? {});
  if (others.some(other => JSON.stringify(other) !== JSON.stringify(first))) problems.push("clients: their external_labels are not the same, and the agent sends to one server. Keep the client whose labels are wanted.");
  if (problems.length) return { problems: problems.map(line => `promtail.config: ${line}`) };

  const positions = plain<string>(file.getIn(["positions", "filename"])) ?? usualPositions;
  jobs.forEach((job, i) => completeStages(job, `scrape_configs[${i}]`, changes));
  if (clients.length) changes.push(`clients: ${clients.map(client => String(plain(client.get("url")) ?? "?")).join(", ")} → the monitoring server, with its own token${clients.some(client => client.has("tenant_id")) ? "; tenant_id is left out, the server has one tenant" : ""}`);
  for (const key of ["client", "server", "tracing"]) if (file.delete(key) && key !== "client") changes.push(`${key}: left out, the agent has its own`);
  file.set("clients", file.createNode([{ url: "http://promtail.invalid/loki/api/v1/push" }]));
  file.set("positions", file.createNode({ filename: carriedPositions }));
  changes.push(`positions: carried over from ${positions}`);
  const named = jobs.map((job, i) => {
    const name = plain<string>(job.get("job_name")) ?? "";
    const component = `${phaseOf(takeOver)}_${i}_${name.replace(/\W/g, "_")}`;
    job.set("job_name", component);
    return { name, component };
  });
  for (const label of ownLabelsOf(jobs, first ?? {})) changes.push(`label ${label}: Promtail's own value stays on its lines`);
  const head = changes.map(line => ` - ${line}\n`).join("");
  file.commentBefore = ` Promtail's file as the agent reads it. What is another:\n${head}${file.commentBefore ? `\n${file.commentBefore}` : ""}`.trimEnd();
  return { problems: [], read: { config: file.toString({ lineWidth: 0 }), changes, labels: first ?? {}, positions, jobs: named } };
}

/** Names of components begin with it: what a trial has read must not count afterwards, nor may a change of one become one of the other. */
export const phaseOf = (takeOver = false) => (takeOver ? "promtail" : "trial");

/** The component that every converted job hands its lines to: it adds the labels that are missing, and the trial's. */
export function promtailOutput(read: ReadPromtail, service: string, takeOver: boolean): string {
  const ifMissing = (label: string, value: string) => block("rule", [], { source_labels: list([text(label)]), regex: text(""), target_label: text(label), replacement: text(value.replaceAll("$", "$$$$")) });
  const own = Object.entries({ ...read.labels, [labels.service]: read.labels[labels.service] ?? service }).map(([label, value]) => ifMissing(label, value));
  const trial = takeOver ? [] : [block("rule", [], { target_label: text(trialLabel.name), replacement: text(trialLabel.value) })];
  return block("loki.relabel", [phaseOf(takeOver)], { forward_to: list(["loki.process.entries.receiver"]) }, [...own, ...trial]);
}

function problemsOfJob(job: YAMLMap, path: string): string[] {
  const keys = job.items.map(({ key }) => String(key));
  const unknown = keys.filter(key => !sources.includes(key) && !otherJobKeys.includes(key));
  const own = items(job.get("static_configs")).flatMap(group => (isMap(group) ? [plain<string>(group.getIn(["labels", "__path__"]))] : []));
  return [
    ...unknown.map(key => `${path}.${key}: ${notBoth[key] ?? "the agent cannot take this over without a line lost or twice. Take the job out of this text and leave it to Promtail"}.`),
    ...(unknown.length || sources.some(source => job.has(source)) ? [] : [`${path}: nothing to read. Allowed: ${sources.join(", ")}.`]),
    ...own.filter(glob => glob !== undefined && /^(\/var)?\/tmp\//.test(glob)).map(glob => `${path}: ${glob} is under /tmp, and the agent has a /tmp of its own. Let the application log elsewhere, such as to /var/log.`),
    ...own.filter(glob => glob !== undefined && !glob.startsWith("/")).map(glob => `${path}: ${glob} is no absolute path.`),
  ];
}

function problemsOfFile(file: Document, jobs: YAMLMap[]): string[] {
  const is = (...path: string[]) => plain<boolean>(file.getIn(path)) === true;
  const names = jobs.map(job => plain<string>(job.get("job_name")));
  return [
    ...(jobs.length ? [] : ["scrape_configs: there is none, so there is nothing to take over."]),
    ...names.filter((name, i) => names.indexOf(name) !== i).map(name => `scrape_configs: two jobs are called ${JSON.stringify(name)}.`),
    ...(is("wal", "enabled") ? ["wal: the agent has none. What is unread stays in its file. Take it out of this text."] : []),
    ...(is("target_config", "stdin") ? ["target_config.stdin: a service reads none. Take it out of this text."] : []),
  ];
}

/** Alloy refuses, or takes for another value, what Promtail has a default for: grafana/loki clients/pkg/logentry/stages, Apache-2.0. */
const promtailDefaults: Record<string, Record<string, string | number | boolean>> = {
  multiline: { max_wait_time: "3s", max_lines: 128 },
  pack: { ingest_timestamp: true },
};

function completeStages(owner: YAMLMap, path: string, changes: string[], key = "pipeline_stages"): void {
  items(owner.get(key)).forEach((stage, i) => {
    for (const { key: kind } of stage.items) {
      const name = String(kind);
      const at = `${path}.${key}[${i}].${name}`;
      let settings = stage.get(name);
      const missing = Object.entries(promtailDefaults[name] ?? {}).filter(([key]) => !isMap(settings) || !settings.has(key));
      if (missing.length && !isMap(settings)) {
        settings = new (yaml().YAMLMap)();
        stage.set(name, settings);
      }
      for (const [key, value] of missing) {
        (settings as YAMLMap).set(key, value);
        changes.push(`${at}.${key}: ${value}, which is Promtail's default`);
      }
      if (name === "match" && isMap(settings)) completeStages(settings, at, changes, "stages");
      if (name === "metrics" && isMap(settings)) for (const { key: metric, value } of settings.items) {
        if (!isMap(value) || value.has("max_idle_duration")) continue;
        value.set("max_idle_duration", "5m");
        changes.push(`${at}.${String(metric)}.max_idle_duration: 5m, which is Promtail's default`);
      }
      if (name === "metrics") changes.push(`${at}: counted by the agent from now on; names that begin with promtail_custom_ begin with loki_process_custom_`);
      if (name === "tenant") changes.push(`${at}: without effect, the server has one tenant`);
    }
  });
}

function ownLabelsOf(jobs: YAMLMap[], external: Record<string, string>): string[] {
  const given = jobs.flatMap(job => [...items(job.get("static_configs")).map(group => group.get("labels")), isMap(job.get("journal")) ? (job.get("journal") as YAMLMap).get("labels") : undefined]);
  const names = new Set([...given.flatMap(found => Object.keys(plain<object>(found) ?? {})), ...Object.keys(external)]);
  return Object.values(labels).filter(label => names.has(label));
}

function items(node: unknown): YAMLMap[] {
  return yaml().isSeq(node) ? node.items.filter(isMap) : [];
}

function plain<T>(node: unknown): T | undefined {
  if (node === null || node === undefined) return undefined;
  return (typeof node === "object" && "toJSON" in node ? (node as { toJSON(): unknown }).toJSON() : node) as T;
}
