import { grafanaUrl } from "../../alerts/links";
import { dashboardFiles } from "../../dashboards";
import { datasources } from "../../dashboards/datasources";
import { datasourcesAreKeyless, datasourceSecrets, hasLogs, usesOwnIdentity, usesOwnRole, type CloudDatasources } from "../cloud-datasources";
import { signInIsKeyless } from "../sign-in";
import { yaml } from "../yaml";
import { signInSecrets, signInSections } from "./grafana-sign-in";
import { ini, type Ini } from "./ini";
import { onLoopback, type Rendering, type Service } from "./service";

/** Google's plugin for Cloud Logging, the one that does not come with Grafana. Any version from 1.6.4 wants Grafana 11.2 or later. */
const cloudLoggingPlugin = "googlecloud-logging-datasource@1.6.4";

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
      ...signInSecrets(spec.signIn),
      ...datasourceSecrets(spec.cloudDatasources).map(secret => ({ secret, file: secret })),
    ],
    metadata: signInIsKeyless(spec.signIn) || datasourcesAreKeyless(spec.cloudDatasources),
    memory: spec.shares.get("grafana")!,
  };
}

function settings(r: Rendering): Ini {
  const { spec, layout } = r;
  const [name] = spec.addresses;
  const data = layout.data("grafana");
  const secrets = layout.secrets("grafana");
  return {
    server: {
      http_addr: layout.listen,
      http_port: spec.internalPorts.grafana,
      domain: name!,
      root_url: `${grafanaUrl(spec)}/`,
    },
    paths: { data, plugins: `${data}/plugins`, logs: `${data}/log`, provisioning: `${layout.config("grafana")}/provisioning` },
    log: { mode: "console", level: "warn" },
    "log.console": { format: "json" },
    security: {
      admin_user: "admin",
      admin_password: `$__file{${secrets}/admin-password}`,
      secret_key: `$__file{${secrets}/secret-key}`,
      cookie_secure: true,
      // Not strict: the way back from a sign-in elsewhere would come without the cookie.
      cookie_samesite: "lax",
      // Pictures of users would tell gravatar.com who they are.
      disable_gravatar: true,
    },
    ...signInSections(spec, layout),
    users: { allow_sign_up: false, auto_assign_org: true, auto_assign_org_role: "Viewer" },
    date_formats: { default_timezone: spec.timezone },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    news: { news_feed_enabled: false },
    snapshots: { external_enabled: false },
    plugins: {
      // Plugins change with a release, not by themselves.
      preinstall_auto_update: false,
      // In the background: without a way to grafana.com it starts all the same, and only this datasource has no plugin.
      ...(spec.cloudDatasources.gcp?.some(hasLogs) && { preinstall: cloudLoggingPlugin }),
    },
    // Alerts are Prometheus' and Alertmanager's; Grafana shows them through its datasources.
    unified_alerting: { enabled: true, execute_alerts: false },
    database: { wal: true },
    ...cloudSections(spec.cloudDatasources),
  };
}

/** What Grafana's plugins may do in the clouds: no more than the datasources need. */
function cloudSections({ aws = [], azure = [] }: CloudDatasources): Ini {
  const providers = [...(aws.some(usesOwnRole) ? ["default"] : []), ...(aws.some(it => it.accessKey) ? ["keys"] : [])];
  return {
    ...(aws.length > 0 && { aws: { allowed_auth_providers: providers.join(","), assume_role_enabled: aws.some(it => it.assumeRoleArn) } }),
    ...(azure.some(usesOwnIdentity) && { azure: { managed_identity_enabled: true, managed_identity_client_id: "@@clientid@@" } }),
  };
}
