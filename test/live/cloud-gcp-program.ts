import * as pulumi from "@pulumi/pulumi";
import { AppServerAccess, MonitoringServer, type AppServerAccessArgs, type MonitoringServerArgs } from "../../components/gcp";
import { outputsOf, serverOf, type CloudProgramArgs } from "./cloud-program";

/** The program of the tests' stacks on Google Cloud. */
export function program({ server, access }: CloudProgramArgs<MonitoringServerArgs, AppServerAccessArgs>) {
  return async () => {
    const mon = server && new MonitoringServer("mon", server);
    if (access) new AppServerAccess(pulumi.getStack(), { ...access.args, server: serverOf(access, mon) });
    return outputsOf(mon);
  };
}
