import { alertmanagerFiles } from "../../alerts/alertmanager";
import { alertSecrets } from "../../alerts/receivers";
import { listen, onLoopback, type Rendering, type Service } from "./service";

/** The one alert path: groups, silences and sends what Prometheus' rules fire. */
export function alertmanager(r: Rendering): Service {
  const { spec, layout } = r;
  return {
    name: "alertmanager",
    image: "prom/alertmanager",
    program: "/bin/alertmanager",
    tools: { amtool: "/bin/amtool" },
    args: [
      `--config.file=${layout.config("alertmanager")}/alertmanager.yml`,
      `--storage.path=${layout.data("alertmanager")}`,
      `--web.listen-address=${listen(r, "alertmanager")}`,
      `--web.external-url=https://${spec.addresses[0]}:${spec.ports.grafana}/alerting`,
      "--web.route-prefix=/",
      // One server: no gossip port.
      "--cluster.listen-address=",
      // Silences are written this often; the default of 15 min would lose a silence in a crash.
      "--data.maintenance-interval=1m",
    ],
    files: alertmanagerFiles(spec, layout),
    secrets: alertSecrets(spec),
    user: [65534, 65534],
    ports: ["alertmanager"],
    health: onLoopback(r, "alertmanager", "/-/ready"),
    validate: [["amtool", "check-config", "@@config@@/alertmanager.yml"]],
    reload: { http: onLoopback(r, "alertmanager", "/-/reload") },
    memory: spec.shares.get("alertmanager")!,
  };
}
