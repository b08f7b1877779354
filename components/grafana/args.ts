import type * as pulumi from "@pulumi/pulumi";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import type { ServerSpec } from "../server/spec";

/** What a Grafana that exists already is given of a monitoring server. */
export interface GrafanaContentArgs {
  /** The server's contract: its own output `contract`, or that of another stack. */
  server: pulumi.Input<ServerContract>;
  /** Token of a read client. It becomes part of the datasources, which Grafana keeps encrypted. Kept as a secret. */
  readToken: pulumi.Input<string>;
  /** Name of the read client whose token that is. @default "default" */
  readClient?: string;
  /** The server's spec, as far as dashboards and rules depend on it: what it leaves out, its labels and memory, `dashboards`, `alerts`. @default {} */
  spec?: ServerSpec;
  /** Title of the folder of the dashboards. @default "Monitoring" */
  folder?: string;
  /**
   * Also the server's alert rules as that Grafana's own, which it evaluates and sends by its notification policies. Only where that is
   * how the team is told: the server evaluates and sends them itself, so with receivers of its own in `alerts` everybody is told twice.
   * @default false: they are shown through the datasources
   */
  alertRules?: boolean;
  /** Grafana Cloud: id of the network of private data source connect through which it reaches the server. @default none: over the internet */
  privateNetworkId?: pulumi.Input<string>;
}

const known = ["server", "readToken", "readClient", "spec", "folder", "alertRules", "privateNetworkId"] as const satisfies readonly (keyof GrafanaContentArgs)[];

/** Throws one {@link SpecError} with everything that is wrong. The spec has a check of its own. */
export function checkArgs(args: GrafanaContentArgs): void {
  const given = args as Partial<GrafanaContentArgs>;
  const problems = [
    ...Object.keys(given).filter(key => !(known as readonly string[]).includes(key)).map(key => `${key}: not an argument of GrafanaContent. Allowed: ${known.join(", ")}.`),
    ...(given.server === undefined ? ["server: missing. Give the contract of the monitoring server, its output `contract`."] : []),
    ...(given.readToken === undefined || given.readToken === "" ? ["readToken: missing. Give the token of a read client: server.tokens.apply(tokens => tokens.read.default)."] : []),
    ...(["readClient", "folder"] as const).filter(key => given[key] !== undefined && !given[key]!.trim()).map(key => `${key}: "" is not allowed. Allowed: a name. Leave it out for the default.`),
    ...(given.alertRules === undefined || typeof given.alertRules === "boolean" ? [] : [`alertRules: ${JSON.stringify(given.alertRules)} is not allowed. Allowed: true or false.`]),
  ];
  if (problems.length) throw new SpecError(problems);
}
