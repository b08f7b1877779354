import * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, AppServerAgents, MonitoringServer, type AppServerAccessArgs, type AppServerAgentsArgs, type MonitoringServerArgs } from "../../components/aws";
import { outputsOf, serverFrom, type CloudProgramArgs } from "./cloud-program";

/** The program of the tests' stacks on AWS. */
export function program({ server, owner, access, agents, tokenOf }: CloudProgramArgs<MonitoringServerArgs, AppServerAccessArgs, AppServerAgentsArgs>) {
  return async () => {
    const mon = server && new MonitoringServer("mon", server);
    const { contract, token } = serverFrom(mon, owner, tokenOf);
    if (access) new AppServerAccess(pulumi.getStack(), { ...access, server: contract });
    if (agents) new AppServerAgents(pulumi.getStack(), { ...agents, server: contract, token });
    return outputsOf(mon);
  };
}
