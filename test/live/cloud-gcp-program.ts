import * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, AppServerAgents, MonitoringServer, type AppServerAccessArgs, type AppServerAgentsArgs, type MonitoringServerArgs } from "../../components/gcp";
import { outputsOf, serverOf, type CloudProgramArgs } from "./cloud-program";

/** The program of the tests' stacks on Google Cloud. */
export function program({ server, access, agents }: CloudProgramArgs<MonitoringServerArgs, AppServerAccessArgs, AppServerAgentsArgs>) {
  return async () => {
    const mon = server && new MonitoringServer("mon", server);
    if (access) new AppServerAccess(pulumi.getStack(), { ...access.args, server: serverOf(access, mon) });
    if (agents) new AppServerAgents(pulumi.getStack(), { ...agents.args, server: serverOf(agents, mon) });
    return outputsOf(mon);
  };
}
