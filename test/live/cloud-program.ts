import * as pulumi from "@pulumi/pulumi";
import type { ServerContract } from "../../components/server/contract";

/** What a program of the tests makes in a cloud. */
export interface CloudProgramArgs<Server, Access, Agents> {
  server?: Server;
  access?: Of<Access>;
  agents?: Of<Agents>;
}

/** Something for application servers of a monitoring server. */
export interface Of<Args> {
  args: Omit<Args, "server">;
  /** Stack that owns the server. @default this one */
  stack?: string;
}

interface Made {
  contract: pulumi.Output<ServerContract>;
}

/** The contract, as another project gets it. */
export function serverOf({ stack }: Of<unknown>, made: Made | undefined): pulumi.Output<ServerContract> {
  if (stack === undefined) return made!.contract;
  const owner = new pulumi.StackReference(`organization/${pulumi.getProject()}/${stack}`);
  return owner.requireOutput("contract") as pulumi.Output<ServerContract>;
}

/** Everything that a server says of itself. */
export function outputsOf(made: Made | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(made ?? {}).filter(([, value]) => pulumi.Output.isInstance(value)).filter(([key]) => key !== "urn"));
}
