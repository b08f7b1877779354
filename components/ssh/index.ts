export type { DataDisk } from "../server/guest/machine";
export type { ConnectionArgs, HopArgs, MonitoringServerArgs } from "./args";
export { MonitoringServer } from "./monitoring-server";
