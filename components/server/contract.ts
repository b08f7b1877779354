import type { FolderSecrets, SecretStore } from "./guest/machine";
import type { ResolvedSpec } from "./spec";
import type { PublicPort } from "./ports";

/** Who may be let in to scrape, as the server's cloud names it. */
export type ScrapeSource =
  | { cloud: "aws"; securityGroupId: string }
  | { cloud: "azure"; applicationSecurityGroupId?: string; privateAddress: string }
  | { cloud: "gcp"; serviceAccount: string; networkTag: string; network: string; project: string };

/** A secret store of a cloud. */
export type CloudSecrets = Exclude<SecretStore, FolderSecrets>;

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
  /** Where the tokens are kept: name of the secret in the server's store, by client. Absent where the machine itself keeps them. */
  tokenSecrets?: { push: Record<string, string>; read: Record<string, string> };
  /** Absent where nothing in the network can be told by it, such as over SSH. */
  scrapeSource?: ScrapeSource;
  /** How a machine of the same cloud reads its token with its own identity: the secret `push-<client>`. Absent where the server itself keeps them. */
  secretStore?: CloudSecrets;
}

/** What only the place where a server runs knows. */
export interface Place {
  /** Name of a secret in the server's store. */
  secretName(secret: string): string;
  secretStore?: CloudSecrets;
  scrapeSource?: ScrapeSource;
}

/** The contract of a server that answers at `address`. */
export function contractOf(spec: ResolvedSpec, address: string, ca: string, place?: Place): ServerContract {
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
    ...(place && { tokenSecrets: { push: namesOf("push", spec.pushClients, place), read: namesOf("read", spec.readClients, place) } }),
    ...(place?.secretStore && { secretStore: place.secretStore }),
    ...(place?.scrapeSource && { scrapeSource: place.scrapeSource }),
  };
}

function namesOf(kind: "push" | "read", clients: string[], place: Place): Record<string, string> {
  return Object.fromEntries(clients.map(client => [client, place.secretName(`${kind}-${client}`)]));
}
