import type * as pulumi from "@pulumi/pulumi";
import { localSpec } from "../components/local/defaults";
import { MonitoringServer, type MonitoringServerArgs } from "../components/local/server";
import { resolveSpec } from "../components/server/spec";
import { explained, objectKey, serverKey } from "./config";

type LocalKeys = Required<Pick<MonitoringServerArgs, "folder" | "runtime" | "requireAll" | "deleteDataOnDestroy">>;

/** The monitoring server on this machine, of the configuration keys `server` and `local`. */
export function program(config: pulumi.Config) {
  const spec = serverKey(config);
  explained("server", () => resolveSpec(localSpec(spec)));
  const local = objectKey<LocalKeys>(config, "local", {
    folder: "string",
    runtime: ["containers", "processes"],
    requireAll: "boolean",
    deleteDataOnDestroy: "boolean",
  });
  const server = new MonitoringServer("monitoring", { ...spec, ...local });
  return { monitoring: server.contract, folder: server.folder, runtime: server.runtime, missing: server.missing };
}
