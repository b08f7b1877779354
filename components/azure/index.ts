export { OnDestroy } from "../cloud/args";
export { Size } from "../cloud/sizes";
export { AppServerAccess, type AppServerAccessArgs } from "./access";
export type { MonitoringServerArgs } from "./args";
export { MonitoringServer } from "./monitoring-server";
