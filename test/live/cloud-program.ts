import * as pulumi from "@pulumi/pulumi";
import type { ServerContract } from "../../components/server/contract";

/** What a program of the tests makes in a cloud. */
export interface CloudProgramArgs<Server, Access, Agents> {
  server?: Server;
  /** Stack that owns the server, where it is not this one. */
  owner?: string;
  access?: Omit<Access, "server">;
  agents?: Omit<Agents, "server">;
  /** The push client whose token agents are given, as those in another cloud than the server's are. */
  tokenOf?: string;
}

interface Made {
  contract: pulumi.Output<ServerContract>;
  tokens: pulumi.Output<{ push: Record<string, string> }>;
}

/** The contract of this stack's server, else of another's, as another project gets it, and a token. */
export function serverFrom(made: Made | undefined, owner: string | undefined, tokenOf: string | undefined): { contract: pulumi.Output<ServerContract>; token?: pulumi.Output<string> } {
  const other = owner === undefined ? undefined : new pulumi.StackReference(`organization/${pulumi.getProject()}/${owner}`);
  const contract = other ? (other.requireOutput("contract") as pulumi.Output<ServerContract>) : made!.contract;
  if (tokenOf === undefined) return { contract };
  const tokens = other ? (other.requireOutput("tokens") as Made["tokens"]) : made!.tokens;
  return { contract, token: tokens.apply(({ push }) => push[tokenOf]!) };
}

/** Everything that a server says of itself. */
export function outputsOf(made: Made | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(made ?? {}).filter(([key, value]) => pulumi.Output.isInstance(value) && key !== "urn"));
}
