import type { PlannedService } from "../server/bundle";
import type { ServerContract } from "../server/contract";
import { serviceNames } from "../server/versions";
import { skipped, type Check } from "./check";
import type { Call, Client, Reply } from "./client";
import type { Mark } from "./mark";

/** A named client of the gateway and its token. */
export interface Credential {
  client: string;
  token: string;
}

/** The server that is verified. */
export interface Target {
  contract: ServerContract;
  push: Credential;
  read: Credential;
  /** Services that its machine cannot run, with the reason. */
  missing: Record<string, string>;
  /** Limits of the services; known where the server's own folder is. */
  plan?: Pick<PlannedService, "name" | "limitMiB" | "env">[];
  /** Names of the alerts in the applied release's own files; known where the server's own folder is. */
  alerts?: string[];
}

export interface Context {
  target: Target;
  client: Client;
  mark: Mark;
}

export const bearer = ({ token }: Credential) => `Bearer ${token}`;
export const basic = ({ client, token }: Credential) => `Basic ${Buffer.from(`${client}:${token}`).toString("base64")}`;

/** Why a service is not there, in a few words; undefined where it should be. */
export function absence({ contract, missing }: Target, service: string): string | undefined {
  if (missing[service] !== undefined) return `${service} is missing`;
  return contract.services.includes(service) ? undefined : `${service} is left out`;
}

/** Services that the contract names and the machine has. */
export function presentServices(target: Target): string[] {
  return serviceNames.filter(service => absence(target, service) === undefined);
}

/** The check as it is, or skipped with the reason why one of these services is not there. */
export function withServices(target: Target, services: string[], check: Check): Check {
  const reason = services.map(service => absence(target, service)).find(text => text !== undefined);
  return reason === undefined ? check : { ...check, needs: [], ask: async () => skipped(reason) };
}

/** A call of a read path with the read client's token. */
export function read({ target, client }: Context, path: string, call: Omit<Call, "path"> = {}): Promise<Reply> {
  return client.call(target.contract.endpoints.read, { ...call, path, headers: { authorization: bearer(target.read), ...call.headers } });
}

/** The same, and its JSON. Throws in plain words where the answer is no JSON with status 200. */
export async function readJson<T>(context: Context, path: string, parameters: Record<string, string | number> = {}): Promise<T> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)])).toString();
  const reply = await read(context, query ? `${path}?${query}` : path);
  if (reply.status !== 200) throw new Error(`GET ${path}: ${inShort(reply)}`);
  try {
    return JSON.parse(reply.body) as T;
  } catch {
    throw new Error(`GET ${path}: 200, but no JSON: ${reply.body.slice(0, 80)}`);
  }
}

/** Status and the first words of an answer, on one line. */
export function inShort({ status, body }: Pick<Reply, "status" | "body">): string {
  const text = body.replace(/\s+/g, " ").trim().slice(0, 160);
  return text ? `${status} ${text}` : `${status}`;
}

/** What to do about an unexpected status of the gateway. */
export function todoOf(status: number, kind: "push" | "read"): string | undefined {
  if (status === 401) return `The gateway does not take this token as a ${kind} client's: give the file with the current one (--${kind}-token-file, --${kind}-client).`;
  if (status === 404) return "This port of the gateway does not serve the path: is the contract of this server, and is the newest release applied?";
  if (status === 429) return "The server is over its ingestion limits: look for whoever sends too much, or give the server more memory.";
  if (status === 502 || status === 503) return "The gateway is up, the service behind it is not: look at its state with npm run status, and at its log.";
  return undefined;
}
