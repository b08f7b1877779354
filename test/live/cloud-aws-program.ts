import * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, MonitoringServer, type AppServerAccessArgs, type MonitoringServerArgs } from "../../components/aws";
import { outputsOf, serverOf, type CloudProgramArgs } from "./cloud-program";

/** The program of the tests' stacks on AWS. */
export function program({ server, access }: CloudProgramArgs<MonitoringServerArgs, AppServerAccessArgs>) {
  return async () => {
    const mon = server && new MonitoringServer("mon", server);
    if (access) new AppServerAccess(pulumi.getStack(), { ...access.args, server: serverOf(access, mon) });
    return outputsOf(mon);
  };
}
