import * as pulumi from "@pulumi/pulumi";
import type { ServerContract } from "../../components/server/contract";

/** What a program of the tests makes in a cloud. */
export interface CloudProgramArgs<Server, Access, Agents> {
  server?: Server;
  /** Stack that owns the server, where it is not this one. */
  owner?: string;
  access?: Omit<Access, "server">;
  agents?: Omit<Agents, "server">;
}

interface Made {
  contract: pulumi.Output<ServerContract>;
}

/** The contract of this stack's server, else of another's, as another project gets it. */
export function contractFrom(made: Made | undefined, owner: string | undefined): pulumi.Output<ServerContract> {
  if (owner === undefined) return made!.contract;
  return new pulumi.StackReference(`organization/${pulumi.getProject()}/${owner}`).requireOutput("contract") as pulumi.Output<ServerContract>;
}

/** Everything that a server says of itself. */
export function outputsOf(made: Made | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(made ?? {}).filter(([key, value]) => pulumi.Output.isInstance(value) && key !== "urn"));
}
