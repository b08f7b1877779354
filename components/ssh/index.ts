export { appEnvironment, type AppIdentity } from "../agent/app-environment";
export type { AgentSpec, Application, JsonFields, LogFiles, Receivers } from "../agent/spec";
export type { DataDisk } from "../server/guest/machine";
export { AppServerAgent, type AppServerAgentArgs } from "./app-server-agent";
export type { ConnectionArgs, HopArgs, MonitoringServerArgs } from "./args";
export { MonitoringServer } from "./monitoring-server";
