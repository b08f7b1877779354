import type { ResolvedSpec } from "./spec";
import type { PublicPort } from "./ports";

/** Everything that others need to know about a server. Plain data: it survives a StackReference. Tokens are not in it. */
export interface ServerContract {
  format: 1;
  /** First name or address of the gateway. */
  address: string;
  /** Grafana's address in a browser. */
  url: string;
  /** Base addresses, without a path at the end. */
  endpoints: Record<PublicPort, string>;
  /** Certificate of the server's own authority, PEM; empty where the public ones vouch for it. */
  ca: string;
  services: string[];
  pushClients: string[];
  readClients: string[];
  /** Labels of the server's own telemetry. */
  labels: { environment: string; cloud: string; host: string };
}

/** The contract of a server that answers at `address`. */
export function contractOf(spec: ResolvedSpec, address: string, ca: string): ServerContract {
  const base = (port: number) => `https://${address.includes(":") ? `[${address}]` : address}${port === 443 ? "" : `:${port}`}`;
  const endpoints = Object.fromEntries(Object.entries(spec.ports).map(([name, port]) => [name, base(port)])) as Record<PublicPort, string>;
  return {
    format: 1,
    address,
    url: `${endpoints.grafana}/`,
    endpoints,
    ca,
    services: spec.services,
    pushClients: spec.pushClients,
    readClients: spec.readClients,
    labels: { environment: spec.environment, cloud: spec.cloud, host: spec.host },
  };
}
