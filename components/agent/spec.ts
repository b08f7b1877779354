import type { ServerContract } from "../server/contract";
import type { PromtailTakeOver } from "./promtail";

/** How a line of a log file is cut and read. */
export interface LogFiles {
  /** Globs of absolute paths; `*` for any text, `**` for any folders. Rotated files are followed by rename and by copy and truncate. */
  paths: string[];
  /** Label `service_name` of these lines. @default the agent's `service` */
  service?: string;
  /** Go regular expression (RE2) that the first line of an entry matches; what does not match belongs to the entry before, such as a stack trace. @default every line is an entry */
  firstLine?: string;
  /** How JSON entries are read. @default recognised: Logback's and Spring Boot's own names and those of common Node.js and Python loggers */
  json?: JsonFields;
  /** Further labels, such as the `job` that old panels ask for. They stay as they are; at most 5, each of few values. @default {} */
  labels?: Record<string, string>;
}

/** Keys of a JSON entry; paths with dots reach into objects. */
export interface JsonFields {
  /** @default "level", "log.level" or "severity" */
  level?: string;
  /** @default "@timestamp", "timestamp" or "time" */
  time?: string;
  /** Go layout of the time, or RFC3339Nano, Unix, UnixMs. @default RFC3339Nano */
  timeFormat?: string;
  /** @default "trace_id", "traceId" or "trace.id" */
  traceId?: string;
}

/** Metrics of a program, scraped on the machine itself. */
export interface Application {
  /** Label `service_name`. */
  service: string;
  /** Label `job`, such as the one that old panels ask for. @default the service */
  job?: string;
  /** @default 8080 */
  port?: number;
  /** @default "/actuator/prometheus" */
  path?: string;
  /** @default "http" */
  scheme?: "http" | "https";
  /** Authority of an https application, PEM. @default the system's */
  ca?: string;
  /** Takes any certificate: whoever listens on that port is believed. @default false */
  insecureSkipVerify?: boolean;
}

/** Ports on the loopback that take telemetry from programs on the machine; 0 for none. */
export interface Receivers {
  /** @default 4317 */
  otlpGrpc?: number;
  /** @default 4318 */
  otlpHttp?: number;
  /** @default 0 */
  zipkin?: number;
}

/** Everything about the agent of an application server that is plain and no secret. */
export interface AgentSpec {
  /** Label `environment`: dev, prod … */
  environment: string;
  /** Label `cloud`. @default "other" */
  cloud?: string;
  /** Label `host`. @default the machine's own host name */
  host?: string;
  /** `service_name` of what has none of its own, such as log files. @default "unknown" */
  service?: string;
  /** @default [] */
  logs?: LogFiles[];
  /** A Promtail on the server, whose configuration and positions the agent takes over. @default none */
  promtail?: PromtailTakeOver;
  /** The system journal, of all units or of some. @default true */
  journal?: boolean | { units: string[] };
  /** Logs of every container of Docker; the container's name becomes `service_name`. @default false */
  docker?: boolean;
  /** @default [] */
  applications?: Application[];
  /** @default { otlpGrpc: 4317, otlpHttp: 4318 } */
  receivers?: Receivers;
  /** `push`: the agent scrapes on the loopback and sends everything. `pull`: the monitoring server scrapes node_exporter and the applications; logs and traces are sent all the same. @default "push" */
  metrics?: "push" | "pull";
  /** Of node_exporter. @default 9100 */
  nodeExporterPort?: number;
  /** Label `job` of node_exporter's metrics with push, such as the one that old panels ask for. @default "node" */
  nodeJob?: string;
  /** Address on which node_exporter listens. @default "127.0.0.1" with push, "0.0.0.0" with pull */
  nodeExporterAddress?: string;
  /** Disk for what programs send to the agent while the server cannot be reached, in MiB: half of it for what waits, half for tidying up. What does not fit is refused to the program and counted. Logs wait in their own files. @default 512 */
  bufferMiB?: number;
  /** Memory that the agent may take, in MiB: what is more is ended by the system and started again. @default 256 */
  memoryMiB?: number;
  /** Name of the push client whose token the agent sends. @default "default" */
  client?: string;
}

/** Where an agent sends, of the server's contract. */
export type AgentTarget = Pick<ServerContract, "endpoints" | "ca" | "services">;

export interface ResolvedAgent extends Required<Omit<AgentSpec, "host" | "receivers" | "promtail">> {
  host?: string;
  promtail?: PromtailTakeOver;
  receivers: Required<Receivers>;
}
