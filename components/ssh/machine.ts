import type { Machine } from "../server/guest/machine";
import type { MonitoringServerArgs } from "./args";

/** Folder of everything on a server. */
export const root = "/var/lib/pulumi-lgtm";

/** machine.json of a server that is reached over SSH: its store and its secrets are folders of its own. */
export function machine(args: Pick<MonitoringServerArgs, "dataDisk">): Machine {
  return {
    format: 1,
    root,
    store: { kind: "folder", path: `${root}/store` },
    secrets: { kind: "folder", path: `${root}/secrets` },
    dataDisk: args.dataDisk ? { device: args.dataDisk.device, sizeGiB: args.dataDisk.sizeGiB } : null,
  };
}
