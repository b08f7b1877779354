import type { ServiceName } from "./versions";

/** How the services run: under Docker Compose, or as plain processes on this machine. */
export type Runtime = "containers" | "processes";

/** Where a service finds its files and the others. The only thing in which the two runtimes' configurations differ. */
export interface Layout {
  runtime: Runtime;
  config(service: ServiceName): string;
  data(service: ServiceName): string;
  secrets(service: ServiceName): string;
  /** Where the output of the services is, for Alloy to read. */
  logs: string;
  /** Address to listen on for what is not open to the world. */
  listen: string;
  /** Host name of a service, as another service reaches it. */
  hostOf(service: ServiceName): string;
  /** The machine has Tempo 2, which refuses the keys of Tempo 3. @default false: it has the version of versions.ts */
  tempo2?: boolean;
}

/** In a container each service has its own three folders, and reaches the others by name. */
export const containerLayout: Layout = {
  runtime: "containers",
  config: () => "/lgtm/config",
  data: () => "/lgtm/data",
  secrets: () => "/lgtm/secrets",
  logs: "/lgtm/logs",
  listen: "0.0.0.0",
  hostOf: service => service,
};

/** As processes they share one folder, its name filled in on the machine, and everything is on the loopback. */
export const processLayout: Layout = {
  runtime: "processes",
  config: service => `@@root@@/config/${service}`,
  data: service => `@@root@@/data/${service}`,
  secrets: service => `@@root@@/run/secrets/${service}`,
  logs: "@@root@@/logs",
  listen: "127.0.0.1",
  hostOf: () => "127.0.0.1",
};
