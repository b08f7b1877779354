import { datasources } from "../dashboards/datasources";
import { uidElsewhere } from "../dashboards/uids";
import type { ServerContract } from "../server/contract";
import { processLayout } from "../server/layout";
import { SpecError } from "../server/spec-error";
import type { ResolvedSpec } from "../server/spec";

/** A datasource of the server as another Grafana has it. */
export interface DatasourceElsewhere {
  /** Also the part of the server's read endpoint. */
  service: string;
  name: string;
  uid: string;
  type: string;
  jsonData: Record<string, unknown>;
}

interface Provisioned {
  name: string;
  uid: string;
  type: string;
  jsonData: Record<string, unknown>;
}

/** The same datasources, with the same links between them, as the server's own Grafana has; those of clouds are that Grafana's matter. */
export function datasourcesElsewhere(spec: ResolvedSpec): DatasourceElsewhere[] {
  const { datasources: list } = datasources({ spec: { ...spec, cloudDatasources: {} }, layout: processLayout }) as { datasources: Provisioned[] };
  return list.map(({ name, uid, type, jsonData }) => ({ service: uid, name: `Monitoring ${name}`, uid: uidElsewhere(uid), type, jsonData: elsewhere(jsonData) as Record<string, unknown> }));
}

/** In provisioning files $ is doubled. */
function elsewhere(value: unknown, key = ""): unknown {
  if (typeof value === "string") return /^(datasource|alertmanager)Uid$/.test(key) ? uidElsewhere(value) : value.replaceAll("$$", "$");
  if (Array.isArray(value)) return value.map(each => elsewhere(each));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, elsewhere(inner, name)]));
  return value;
}

/** Where the datasource asks. Throws where the server has no such service: then the spec is not this server's. */
export function readUrl({ services, endpoints, readClients }: ServerContract, service: string, readClient: string): string {
  if (!services.includes(service)) throw new SpecError([`spec: not that of this server, which has no ${service}. Give the spec that the server was made with, at least its leaveOut.`]);
  if (!readClients.includes(readClient)) throw new SpecError([`readClient: "${readClient}" is not known to this server. Allowed: ${readClients.join(", ") || "none, since its readClients is empty"}.`]);
  return `${endpoints.read}/read/${service}`;
}
