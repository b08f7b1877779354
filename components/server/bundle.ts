import { createHash } from "node:crypto";
import { composeFile, environment, imageOf } from "./compose";
import { applyProgram } from "./guest/program";
import { containerLayout, type Layout } from "./layout";
import { services } from "./services";
import type { Rendering, SecretFile, Service } from "./services/service";
import { publicPorts } from "./ports";
import { resolveSpec, type ResolvedSpec, type ServerSpec } from "./spec";
import { versions } from "./versions";

/** A rendered server: every file by path, and the hash under which it is stored. Holds no secret and no output. */
export interface Bundle {
  files: Record<string, string>;
  hash: string;
}

/** `plan.json` of a bundle: what `apply` needs to know to check, start, reload and watch each service. */
export interface Plan {
  format: 1;
  runtime: Layout["runtime"];
  /** MiB the machine must have. */
  memory: number;
  services: PlannedService[];
  /** Names of all secrets that the services read as files. */
  secrets: string[];
  /** Placeholders `@@name@@` that a release must bind. `root`, `secrets`, `home:…` and `config` are the machine's own. */
  bindings: string[];
  /** Ports that must be free before the first start: `<address>:<port>` of each listener. */
  listeners: { service: string; key: string; address: string; port: number }[];
}

export interface PlannedService extends Pick<Service, "name" | "program" | "args" | "user" | "health" | "validate" | "reload" | "watched" | "tools"> {
  image: string;
  version: string;
  env: Record<string, string>;
  limitMiB: number;
  secrets: SecretFile[];
  metadata: boolean;
}

/** Renders a spec. A pure function: the same spec gives the same bytes and the same hash. */
export function renderBundle(spec: ServerSpec = {}, layout: Layout = containerLayout): Bundle {
  const r: Rendering = { spec: resolveSpec(spec), layout };
  const all = services(r);
  const files: Record<string, string> = { ...applyProgram() };
  for (const service of all) for (const [path, text] of Object.entries(service.files)) files[`config/${service.name}/${path}`] = text;
  if (layout.runtime === "containers") files["compose/docker-compose.yml"] = composeFile(r, all);
  files["plan.json"] = `${JSON.stringify(plan(r, all, files), null, 2)}\n`;
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { files: sorted, hash: sha256(bundleDocument(sorted)) };
}

/** The bytes that are stored and hashed: JSON with sorted keys. */
export function bundleDocument(files: Record<string, string>): string {
  return JSON.stringify({ format: 1, files });
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function plan(r: Rendering, all: Service[], files: Record<string, string>): Plan {
  return {
    format: 1,
    runtime: r.layout.runtime,
    memory: r.spec.memory,
    services: all.map(service => ({
      name: service.name,
      image: imageOf(r, service),
      version: versions[service.name],
      program: service.program,
      tools: service.tools,
      args: service.args,
      env: environment(r, service),
      user: service.user,
      health: service.health,
      validate: service.validate,
      reload: service.reload,
      watched: service.watched,
      limitMiB: service.memory.limit,
      secrets: service.secrets ?? [],
      metadata: service.metadata ?? false,
    })),
    secrets: [...new Set(all.flatMap(service => (service.secrets ?? []).map(file => file.secret)))].sort(),
    bindings: placeholders(files),
    listeners: listeners(r.spec, all, r.layout),
  };
}

const ofTheMachine = /^(root|secrets|config|home:[a-z]+)$/;

function placeholders(files: Record<string, string>): string[] {
  const names = Object.entries(files)
    .filter(([path]) => !path.startsWith("apply/"))
    .flatMap(([, text]) => [...text.matchAll(/@@([a-z:]+)@@/g)].map(match => match[1]!));
  return [...new Set(names)].filter(name => !ofTheMachine.test(name)).sort();
}

function listeners(spec: ResolvedSpec, all: Service[], layout: Layout): Plan["listeners"] {
  const open = publicPorts
    .filter((key, i) => publicPorts.findIndex(other => spec.ports[other] === spec.ports[key]) === i)
    .map(key => ({ service: "caddy", key: `ports.${key}`, address: "0.0.0.0", port: spec.ports[key] }));
  const inner = all.flatMap(service => service.ports.map(key => ({ service: service.name, key: `internalPorts.${key}`, address: "127.0.0.1", port: spec.internalPorts[key] })));
  // Between Loki's and Tempo's own parts; in containers nobody else sees them.
  const grpc = (["lokiGrpc", "tempoGrpc"] as const)
    .map(key => ({ service: key.slice(0, -4), key: `internalPorts.${key}`, address: "127.0.0.1", port: spec.internalPorts[key] }))
    .filter(listener => layout.runtime === "processes" && all.some(service => service.name === listener.service));
  return [...open, ...inner, ...grpc];
}
