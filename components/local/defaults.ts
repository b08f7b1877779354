import { hostname } from "node:os";
import type { ServerSpec } from "../server/spec";

/** What differs from any server's defaults on a machine of one's own: no port that only root may open, and the machine's own name. */
export function localSpec(spec: ServerSpec = {}, host: string = hostname()): ServerSpec {
  const given = Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as ServerSpec;
  const addresses = given.domain ? {} : { addresses: ["localhost", "127.0.0.1"] };
  return { environment: "local", cloud: "local", host: asLabel(host), ...addresses, ...given, ports: { https: 8443, ...given.ports } };
}

/** A host's name as a label takes it, without its domain. */
export function asLabel(host: string): string {
  const label = host.split(".")[0]!.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
  return label.slice(0, 63) || "localhost";
}
