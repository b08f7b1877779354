import type * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, MonitoringServer, type AppServerAccessArgs, type MonitoringServerArgs } from "../../components/aws";

/** What the program of the tests makes on AWS. */
export interface AwsArgs {
  server?: MonitoringServerArgs;
  /** Without `server`, that of the same stack. */
  access?: Omit<AppServerAccessArgs, "server"> & { server?: AppServerAccessArgs["server"] };
}

/** The program of the tests' stacks on AWS. */
export function program({ server, access }: AwsArgs) {
  return async () => {
    const mon = server && new MonitoringServer("mon", server);
    if (access) new AppServerAccess("orders", { ...access, server: access.server ?? mon!.contract } as AppServerAccessArgs);
    return { ...(mon && { contract: mon.contract, tokens: mon.tokens, adminPassword: mon.adminPassword, release: mon.release, data: mon.data, requiredPolicy: mon.requiredPolicy }) } as Record<string, pulumi.Output<unknown>>;
  };
}
