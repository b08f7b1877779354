import * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, AppServerAgents, MonitoringServer, type AppServerAccessArgs, type AppServerAgentsArgs, type MonitoringServerArgs } from "../../components/azure";
import { outputsOf, serverFrom, type CloudProgramArgs } from "./cloud-program";
import { blobFetch } from "./stand-ins/cloud-plugin/azure-guest";
import { folderVariable } from "./stand-ins/cloud-plugin/cloud";

/** The program of the tests' stacks on Azure. What the server reports is read over HTTPS there, which a stand-in answers. */
export function program({ server, owner, access, agents, tokenOf }: CloudProgramArgs<MonitoringServerArgs, AppServerAccessArgs, AppServerAgentsArgs>) {
  return async () => {
    globalThis.fetch = blobFetch(process.env[folderVariable]!);
    const mon = server && new MonitoringServer("mon", server);
    const { contract, token } = serverFrom(mon, owner, tokenOf);
    if (access) new AppServerAccess(pulumi.getStack(), { ...access, server: contract });
    if (agents) new AppServerAgents(pulumi.getStack(), { ...agents, server: contract, token });
    return outputsOf(mon);
  };
}
