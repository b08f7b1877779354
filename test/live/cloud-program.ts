import * as pulumi from "@pulumi/pulumi";
import type { ServerContract } from "../../components/server/contract";

/** What a program of the tests makes in a cloud. */
export interface CloudProgramArgs<Server, Access> {
  server?: Server;
  access?: AccessTo<Access>;
}

/** Access of a monitoring server to application servers. */
export interface AccessTo<Args> {
  args: Omit<Args, "server">;
  /** Stack that owns the server. @default this one */
  stack?: string;
}

interface Made {
  contract: pulumi.Output<ServerContract>;
}

/** The contract, as another project gets it. */
export function serverOf(access: AccessTo<unknown>, made: Made | undefined): pulumi.Output<ServerContract> {
  if (access.stack === undefined) return made!.contract;
  const owner = new pulumi.StackReference(`organization/${pulumi.getProject()}/${access.stack}`);
  return owner.requireOutput("contract") as pulumi.Output<ServerContract>;
}

/** Everything that a server says of itself. */
export function outputsOf(made: Made | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(made ?? {}).filter(([, value]) => pulumi.Output.isInstance(value)).filter(([key]) => key !== "urn"));
}
