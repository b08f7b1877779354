import { dashboardFiles } from "../../dashboards";
import { datasources } from "../../dashboards/datasources";
import { yaml } from "../yaml";
import { onLoopback, type Rendering, type Service } from "./service";

/** Shows it all. Signed-in users only; datasources come from files, the users' own content from its database. */
export function grafana(r: Rendering): Service {
  const { spec, layout } = r;
  const config = layout.config("grafana");
  return {
    name: "grafana",
    image: "grafana/grafana",
    program: "/usr/share/grafana/bin/grafana",
    args: ["server", "--homepath=@@home:grafana@@", `--config=${config}/grafana.ini`],
    files: {
      "grafana.ini": ini(settings(r)),
      "provisioning/datasources/lgtm.yml": yaml(datasources(r)),
      // Grafana calls a missing folder an error in its log.
      "provisioning/alerting/none.yml": yaml({ apiVersion: 1 }),
      "provisioning/plugins/none.yml": yaml({ apiVersion: 1 }),
      ...Object.fromEntries(Object.entries(dashboardFiles(spec)).map(([name, text]) => [`dashboards/${name}`, text])),
      "provisioning/dashboards/lgtm.yml": yaml({
        apiVersion: 1,
        providers: [{ name: "lgtm", folder: "Monitoring", type: "file", allowUiUpdates: false, options: { path: `${config}/dashboards` } }],
      }),
    },
    user: [472, 0],
    ports: ["grafana"],
    health: onLoopback(r, "grafana", "/api/health"),
    // Grafana has no checker of its own: a bad file shows in the health check, and the release goes back.
    validate: [],
    watched: "dashboards/",
    secrets: [
      { secret: "grafana-admin-password", file: "admin-password" },
      { secret: "grafana-secret-key", file: "secret-key" },
    ],
    memory: spec.shares.get("grafana")!,
  };
}

function settings(r: Rendering): Record<string, Record<string, string | number | boolean>> {
  const { spec, layout } = r;
  const [name] = spec.addresses;
  const data = layout.data("grafana");
  const secrets = layout.secrets("grafana");
  return {
    server: {
      http_addr: layout.listen,
      http_port: spec.internalPorts.grafana,
      domain: name!,
      root_url: `https://${name}${spec.ports.grafana === 443 ? "" : `:${spec.ports.grafana}`}/`,
    },
    paths: { data, plugins: `${data}/plugins`, logs: `${data}/log`, provisioning: `${layout.config("grafana")}/provisioning` },
    log: { mode: "console", level: "warn" },
    "log.console": { format: "json" },
    security: {
      admin_user: "admin",
      admin_password: `$__file{${secrets}/admin-password}`,
      secret_key: `$__file{${secrets}/secret-key}`,
      cookie_secure: true,
    },
    "auth.anonymous": { enabled: false },
    users: { allow_sign_up: false },
    date_formats: { default_timezone: spec.timezone },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    news: { news_feed_enabled: false },
    snapshots: { external_enabled: false },
    // Plugins change with a release, not by themselves.
    plugins: { preinstall_auto_update: false },
    // Alerts are Prometheus' and Alertmanager's; Grafana shows them through its datasources.
    unified_alerting: { enabled: true, execute_alerts: false },
    database: { wal: true },
  };
}

function ini(sections: Record<string, Record<string, string | number | boolean>>): string {
  return Object.entries(sections)
    .map(([section, values]) => `[${section}]\n${Object.entries(values).map(([key, value]) => `${key} = ${value}\n`).join("")}`)
    .join("\n");
}
