export { localSpec } from "./defaults";
export { serverFolder, stateHome } from "./folder";
export { MonitoringServer, type MonitoringServerArgs } from "./server";
