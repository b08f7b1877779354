export { OnDestroy } from "../cloud/args";
export { Size } from "../cloud/sizes";
export { AppServerAccess, type AppServerAccessArgs } from "./access";
export { AppServerAgents, type AppServerAgentsArgs } from "./agents";
export type { MonitoringServerArgs } from "./args";
export { MonitoringServer } from "./monitoring-server";
export { agentUserData, type AgentUserData } from "../agent/user-data";
export type { AgentSpec } from "../agent/spec";
export { PreviewRole, type PreviewRoleArgs } from "./preview-role";
