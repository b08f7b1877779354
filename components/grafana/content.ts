import { RuleGroup } from "@pulumiverse/grafana/alerting/ruleGroup";
import { Dashboard } from "@pulumiverse/grafana/oss/dashboard";
import { DataSource } from "@pulumiverse/grafana/oss/dataSource";
import { Folder } from "@pulumiverse/grafana/oss/folder";
import * as pulumi from "@pulumi/pulumi";
import { resolveSpec } from "../server/spec";
import { checkArgs, type GrafanaContentArgs } from "./args";
import { dashboardsElsewhere } from "./dashboards";
import { datasourcesElsewhere, readUrl } from "./datasources";
import { ofServer, rulesElsewhere } from "./rules";

/** Of the folder; datasources, dashboards and alert rules begin with it, too. */
const folderUid = "lgtm";

/**
 * A monitoring server's datasources and dashboards in a Grafana that exists: self-hosted, Grafana Cloud, Amazon Managed Grafana,
 * Azure Managed Grafana. Which Grafana, and its token, are the provider's: give it as option `provider`, or configure
 * `grafana:url` and `grafana:auth`. The server's alert rules are seen there through the datasources Prometheus and Alertmanager;
 * they stay the server's, so that alerts come although that Grafana is down, and come once. With `alertRules` it has its own, too.
 *
 * One Grafana organisation has the content of one server: ids are the same everywhere, so that links keep working.
 * A Grafana that is gone would hold up `pulumi destroy`: give the option `deletedWith: <that Grafana>`.
 *
 * @example
 * const grafana = new Provider("team", { url: "https://team.grafana.net", auth: config.requireSecret("grafanaToken") });
 * new GrafanaContent("mon", { server: server.contract, readToken: server.tokens.apply(tokens => tokens.read.default!) }, { provider: grafana });
 */
export class GrafanaContent extends pulumi.ComponentResource {
  /** Uid of the folder. */
  readonly folder: pulumi.Output<string>;
  /** Uids of the datasources by the service that they ask. */
  readonly datasources: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: GrafanaContentArgs, opts?: pulumi.ComponentResourceOptions) {
    checkArgs(args);
    const spec = resolveSpec(args.spec);
    super("lgtm:grafana:GrafanaContent", name, {}, opts);
    const { readClient = "default" } = args;
    const contract = pulumi.output(args.server);

    const sources = datasourcesElsewhere(spec).map(({ service, name: title, uid, type, jsonData }) => {
      const source = new DataSource(
        `${name}-${service}`,
        {
          name: title,
          uid,
          type,
          url: contract.apply(it => readUrl(it, service, readClient)),
          basicAuthEnabled: true,
          basicAuthUsername: readClient,
          jsonDataEncoded: contract.apply(({ ca }) => JSON.stringify({ ...jsonData, ...(ca && { tlsAuthWithCACert: true }) })),
          secureJsonDataEncoded: pulumi.secret(pulumi.all([contract, args.readToken]).apply(([{ ca }, token]) => JSON.stringify({ basicAuthPassword: token.trim(), ...(ca && { tlsCACert: ca }) }))),
          privateDataSourceConnectNetworkId: args.privateNetworkId,
        },
        { parent: this },
      );
      return [service, source] as const;
    });

    const folder = new Folder(`${name}-folder`, { uid: folderUid, title: args.folder ?? "Monitoring" }, { parent: this });
    for (const [file, configJson] of Object.entries(dashboardsElsewhere(spec))) {
      // One of its uid that was put there by hand, or by an earlier try, gives way.
      new Dashboard(`${name}-${file.replace(/\.json$/, "").replace(/^lgtm-/, "")}`, { folder: folder.uid, configJson, overwrite: true }, { parent: this, dependsOn: sources.map(([, source]) => source) });
    }

    if (args.alertRules) {
      const groups = contract.apply(it => new Map(rulesElsewhere(ofServer(spec, it)).map(group => [group.name, group])));
      // Which groups there are is known before the server is.
      for (const { name: group, intervalSeconds } of rulesElsewhere(spec)) {
        new RuleGroup(`${name}-rules-${group}`, { name: group, folderUid: folder.uid, intervalSeconds, rules: groups.apply(all => all.get(group)!.rules) }, { parent: this, dependsOn: sources.map(([, source]) => source) });
      }
    }

    this.folder = folder.uid;
    this.datasources = pulumi.output(Object.fromEntries(sources.map(([service, { uid }]) => [service, uid])));
    this.registerOutputs({ folder: this.folder, datasources: this.datasources });
  }
}
