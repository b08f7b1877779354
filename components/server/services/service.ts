import type { Layout } from "../layout";
import type { MemoryShare } from "../memory";
import type { InternalPort } from "../ports";
import type { ResolvedSpec } from "../spec";
import type { ServiceName } from "../versions";

/** A secret as a file of one service. */
export interface SecretFile {
  /** Name of the secret. */
  secret: string;
  /** File in the service's secrets folder. */
  file: string;
  /** `basic`: base64 of "<user>:<value>", what a client sends as HTTP basic credentials. @default the value itself */
  basicUser?: string;
}

/** How a running service takes a changed configuration without a restart. */
export type Reload =
  | { http: string }
  /** A command of the program's image, run beside the running program. */
  | { command: string[] };

/** One program of the server: what it runs, with which files, how it is checked. Commands see the layout's folders. */
export interface Service {
  name: ServiceName;
  /** Image without tag, and the path of the program in it. */
  image: string;
  program: string;
  /** Other programs of the same image that `validate` and `reload` call, by name. */
  tools?: Record<string, string>;
  args: string[];
  env?: Record<string, string>;
  /** Configuration files by path in the config folder. */
  files: Record<string, string>;
  /** Owner of the data folder and user of the process, as in the official image. */
  user: [uid: number, gid: number];
  /** Ports on the server's loopback. */
  ports: InternalPort[];
  /** Answers 200 when the service does its work. */
  health: string;
  /** Commands that must succeed on new files before they replace the running ones. `@@config@@` is the folder of the new files. */
  validate: string[][];
  /** @default restart */
  reload?: Reload;
  /** Start of the paths of files that the running program looks at by itself: new ones need no restart. @default none */
  watched?: string;
  secrets?: SecretFile[];
  memory: MemoryShare;
  /** Runs in the host's network: sees its interfaces. Containers only. */
  hostNetwork?: boolean;
  /** Extra mounts `host path:container path:ro`. Containers only. */
  mounts?: string[];
  /** May talk to the cloud's metadata service. */
  metadata?: boolean;
  /** Runs with the host's process list visible, for host metrics. Containers only. */
  hostPid?: boolean;
  capabilities?: string[];
}

/** What a service is rendered from. */
export interface Rendering {
  spec: ResolvedSpec;
  layout: Layout;
}

/** host:port of another service. */
export function reach(r: Rendering, service: ServiceName, port: InternalPort): string {
  return `${r.layout.hostOf(service)}:${r.spec.internalPorts[port]}`;
}

/** host:port to listen on inside the server. */
export function listen(r: Rendering, port: InternalPort): string {
  return `${r.layout.listen}:${r.spec.internalPorts[port]}`;
}

/** Address of a service's own health check, as the machine itself reaches it. */
export function onLoopback(r: Rendering, port: InternalPort, path: string): string {
  return `http://127.0.0.1:${r.spec.internalPorts[port]}${path}`;
}
