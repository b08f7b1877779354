import { probeSecrets } from "../../alerts/probes";
import { cloudEnvironment, laterFile, laterTargets, stabilityArgs } from "./alloy-cloud";
import { alloyConfig } from "./alloy-config";
import { onLoopback, type Rendering, type Service } from "./service";

/** Watches the server itself: its host metrics, and metrics and logs of every service on it. Bypasses the gateway. */
export function alloy(r: Rendering): Service {
  const { spec, layout } = r;
  return {
    name: "alloy",
    image: "grafana/alloy",
    program: "/bin/alloy",
    args: [
      "run",
      `--server.http.listen-addr=127.0.0.1:${spec.internalPorts.alloy}`,
      `--storage.path=${layout.data("alloy")}`,
      "--disable-reporting",
      ...stabilityArgs(spec),
      `${layout.config("alloy")}/config.alloy`,
    ],
    env: cloudEnvironment(spec),
    files: { "config.alloy": alloyConfig(r), ...(spec.cloudLogs?.azure && { [laterFile]: laterTargets }) },
    // Root without capabilities but reading: the engine's log files and the host's file systems are root's.
    user: [0, 0],
    capabilities: ["DAC_READ_SEARCH"],
    hostNetwork: true,
    hostPid: true,
    mounts: ["/:/host/root:ro", "/var/lib/docker/containers:/lgtm/logs:ro"],
    ports: ["alloy"],
    health: onLoopback(r, "alloy", "/-/ready"),
    validate: [["alloy", "validate", ...stabilityArgs(spec), "@@config@@/config.alloy"]],
    reload: { http: onLoopback(r, "alloy", "/-/reload") },
    secrets: probeSecrets(spec),
    metadata: true,
    memory: spec.shares.get("alloy")!,
  };
}
