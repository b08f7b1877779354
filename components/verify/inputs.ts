import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod/v3";
import type { Plan } from "../server/bundle";
import type { ServerContract } from "../server/contract";
import { publicPorts } from "../server/ports";
import type { Credential, Target } from "./context";

/** Something is wrong with what verify was given, not with the server. */
export class UsageError extends Error {}

/** Folder of the stack on this machine. */
export function localFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env.PULUMI_LGTM_HOME || env.XDG_STATE_HOME || join(homedir(), ".local", "state");
  return join(state, "pulumi-lgtm", "local");
}

export interface ContractFiles {
  contract: string;
  pushTokenFile: string;
  readTokenFile: string;
  /** Names of the clients whose tokens these are. @default the only one in the contract */
  pushClient?: string;
  readClient?: string;
  /** PEM file of an authority, instead of the contract's. */
  caFile?: string;
}

/** Any server, by the file of its contract and two of tokens. */
export function fromContract(files: ContractFiles): Target {
  const contract = readContract(files.contract, files.caFile);
  const credential = (kind: "push" | "read", file: string, wanted?: string): Credential => ({
    client: chosen(kind, contract, wanted),
    token: readToken(file),
  });
  return { contract, push: credential("push", files.pushTokenFile, files.pushClient), read: credential("read", files.readTokenFile, files.readClient), missing: {} };
}

/** The server whose folder is on this machine: its tokens, limits and missing services are there too. */
export function fromFolder(folder: string, caFile?: string): Target {
  const contract = readContract(join(folder, "contract.json"), caFile);
  const credential = (kind: "push" | "read"): Credential => {
    const client = chosen(kind, contract, contract[`${kind}Clients`][0]);
    return { client, token: readToken(join(folder, "secrets", `${kind}-${client}`)) };
  };
  const machine = optionalJson<{ missing?: Record<string, string> }>(join(folder, "machine.json"));
  const release = optionalJson<{ release?: string }>(join(folder, "applied.json"))?.release;
  const plan = release ? optionalJson<Plan>(join(folder, "releases", release, "plan.json")) : undefined;
  const alerts = release ? alertNames(join(folder, "releases", release, "config/prometheus/rules")) : [];
  return { contract, push: credential("push"), read: credential("read"), missing: machine?.missing ?? {}, ...(plan && { plan: plan.services }), ...(alerts.length && { alerts }) };
}

const base = z.string().regex(/^https:\/\/[^/?#\s]+$/, "is no https address without a path");
const contractShape = z.object({
  format: z.literal(1),
  address: z.string().min(1),
  url: z.string(),
  endpoints: z.object(Object.fromEntries(publicPorts.map(name => [name, base]))),
  ca: z.string(),
  services: z.array(z.string()).min(1),
  pushClients: z.array(z.string()),
  readClients: z.array(z.string()),
  labels: z.object({ environment: z.string(), cloud: z.string(), host: z.string() }),
});

function readContract(path: string, caFile?: string): ServerContract {
  let value: unknown;
  try {
    value = JSON.parse(readText(path, "the contract of the server"));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is no JSON (${(error as Error).message}). Give the contract as it is, for example: pulumi stack output monitoring --json > contract.json`);
  }
  const parsed = contractShape.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => `${issue.path.join(".") || "the whole"}: ${issue.message}`);
    throw new UsageError(`${path} is no contract of a server: ${problems.join("; ")}. Give the contract as the server's stack exports it.`);
  }
  const contract = parsed.data as ServerContract;
  return caFile === undefined ? contract : { ...contract, ca: readText(caFile, "the certificate of the authority") };
}

function chosen(kind: "push" | "read", contract: ServerContract, wanted?: string): string {
  const names = contract[`${kind}Clients`];
  if (!names.length) throw new UsageError(`This server has no ${kind} client, and verify needs one: add a name to ${kind}Clients in its spec.`);
  if (wanted === undefined && names.length === 1) return names[0]!;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const given = wanted === undefined ? `Say whose token it is with --${kind}-client` : `--${kind}-client: ${wanted} is not known to this server`;
  throw new UsageError(`${given}: ${names.join(", ")}.`);
}

function readToken(path: string): string {
  const token = readText(path, "the token").trim();
  if (!token || /\s/.test(token)) throw new UsageError(`${path} holds ${token ? "more than one word" : "nothing"}. Put the token in it, alone.`);
  return token;
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${what} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
}

/** Names of the alerts in a folder of Prometheus' rule files. */
function alertNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap(file => (parse(readFileSync(join(folder, file), "utf8")) as RuleFile).groups.flatMap(group => group.rules.flatMap(({ alert }) => alert ?? [])));
}

interface RuleFile {
  groups: { rules: { alert?: string }[] }[];
}

/** Of a file that need not be there. */
function optionalJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`${path} cannot be read (${(error as Error).message}).`);
  }
}
