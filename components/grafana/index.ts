/** A Grafana that exists already. Needs @pulumiverse/grafana beside this package. */
export type { GrafanaContentArgs } from "./args";
export { GrafanaContent } from "./content";
export type { ServerContract } from "../server/contract";
