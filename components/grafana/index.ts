/** A Grafana that exists already. */
export type { GrafanaContentArgs } from "./args";
export { GrafanaContent } from "./content";
export type { ServerContract } from "../server/contract";
