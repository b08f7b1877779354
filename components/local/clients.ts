import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServerContract } from "../server/contract";
import { inFolder } from "./folder";
import { writeWhole } from "./machine";

/** A file of settings for each client, for `curl --config`: the server's certificate and the client's token. */
export function writeClients({ pushClients, readClients }: Pick<ServerContract, "pushClients" | "readClients">, folder: string): void {
  const { ca, curl, secrets } = inFolder(folder);
  const clients = [...pushClients.map(name => ["push", name] as const), ...readClients.map(name => ["read", name] as const)];
  for (const [kind, name] of clients) {
    const token = readFileSync(join(secrets, `${kind}-${name}`), "utf8").trim();
    const certificate = existsSync(ca) ? `cacert = "${ca}"\n` : "";
    mkdirSync(dirname(curl(kind, name)), { recursive: true, mode: 0o700 });
    writeWhole(curl(kind, name), `${certificate}header = "Authorization: Bearer ${token}"\n`, 0o600);
  }
}
