import { getBucketObjectContent } from "@pulumi/gcp/storage/getBucketObjectContent";
import * as pulumi from "@pulumi/pulumi";
import { authority } from "../cloud/authority";
import { prepare } from "../cloud/prepare";
import { withCloudMetrics } from "../cloud/prices";
import { releaseWhenReady } from "../cloud/ready";
import { rolloutOf } from "../cloud/rollout";
import { ServerBundle } from "../server/bundle-resource";
import { serverRoot } from "../server/compose";
import { contractOf, type ScrapeSource, type ServerContract } from "../server/contract";
import type { Machine } from "../server/guest/machine";
import { storePaths } from "../server/release";
import { wantedRelease } from "../server/release-outputs";
import { serverSecrets } from "../server/secrets-resource";
import { address, dnsRecord } from "./address";
import { enableApis } from "./apis";
import { checked, type MonitoringServerArgs } from "./args";
import { deliver } from "./deliver";
import { dataDisk } from "./disk";
import { existingMachine, installOn } from "./existing-vm";
import { grants, identity } from "./identity";
import { labelsFor } from "./labels";
import { location } from "./location";
import { firewall, network } from "./network";
import { monthlyPrice, type MonthlyPrice } from "./prices";
import type { RequiredRole } from "./roles";
import type { Scope } from "./scope";
import { storeSecrets } from "./secrets";
import { storage } from "./storage";
import { dataDevice, vm } from "./vm";

/**
 * A monitoring server on Compute Engine: the machine with a static address, an encrypted data disk that outlives it, daily
 * snapshots, two buckets, its secrets in Secret Manager, a service account with no more roles than it needs, and a network when
 * none is given. Nobody logs in: it fetches its releases by itself, and `pulumi up` waits until it runs them, or fails with its words.
 *
 * @example
 * new MonitoringServer("mon", {
 *   domain: "mon.example.com", managedZone: "example-com",
 *   size: "small", allowedCidrs: ["203.0.113.0/24"],
 *   pushClients: ["orders", "billing"],
 * });
 */
export class MonitoringServer extends pulumi.ComponentResource {
  /** Everything that agents, access rules and other stacks need to know. Nothing in it is secret. */
  readonly contract: pulumi.Output<ServerContract>;
  /** Token of each push and read client, by name. Secret. */
  readonly tokens: pulumi.Output<{ push: Record<string, string>; read: Record<string, string> }>;
  /** Password of Grafana's user "admin"; empty on a server without Grafana. Secret. */
  readonly adminPassword: pulumi.Output<string>;
  /** Hash of the release that the server runs. */
  readonly release: pulumi.Output<string>;
  /** What holds the data, for a later server: `dataDisk` and `telemetryBucket` take these. */
  readonly data: pulumi.Output<{ disk?: string; telemetryBucket: string }>;
  /** The roles that the machine's service account needs, and which of them are left for you to grant. */
  readonly requiredRoles: pulumi.Output<RequiredRole[]>;
  /** What all of this costs a month by list prices, without traffic. */
  readonly price: MonthlyPrice;

  constructor(name: string, args: MonitoringServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec: given, machine: chosen } = checked(name, args);
    const { spec, resolved, bundle, plan } = prepare(given, args, "gcp");
    super("lgtm:gcp:MonitoringServer", name, { ...spec }, opts);
    const ca = authority(this, name, resolved, args);
    const secrets = serverSecrets(this, name, plan.secrets, { ...args, secrets: { ...ca.secrets, ...args.secrets } });
    const where = location(this, args);
    const at: Scope = { name, ...where, labels: labelsFor(name, args.tags), opts: { parent: this, dependsOn: enableApis(this, name, args, resolved, where.project) } };

    const existing = args.instance === undefined ? undefined : existingMachine(at, args);
    const buckets = storage(at, args);
    const who = identity(at, args, existing?.serviceAccount);
    const granted = grants(at, args, resolved, who, buckets);
    const stored = storeSecrets(at, plan.secrets, secrets, args, who);
    this.requiredRoles = granted.roles.apply(roles => [...roles, ...stored.roles]);

    const machineOf = (dataDisk: Machine["dataDisk"]) => pulumi.output({
      format: 1 as const,
      root: serverRoot,
      store: { kind: "gcs" as const, bucket: buckets.configuration, prefix: "" },
      statusStore: { kind: "gcs" as const, bucket: buckets.telemetry, prefix: "" },
      secrets: { kind: "secret-manager" as const, project: at.project, prefix: stored.prefix },
      dataDisk,
    });
    const place = existing === undefined ? newMachine() : oldMachine(existing);
    const named = dnsRecord(at, args, place.ip);
    const shown = new ServerBundle(`${name}-bundle`, bundle, { parent: this });
    const release = wantedRelease(bundle, plan, { address: place.ip, bucket: buckets.telemetry, project: at.project, region: at.region, zone: at.zone }, secrets.versions);
    const wanted = rolloutOf(this, name, release.apply(({ hash }) => hash), place.machineId);
    const pointer = deliver(at, shown, release, wanted, buckets.configuration, [...stored.ready, ...granted.ready]);

    const readStatus = (hash: string, bucket: string) => async () => (await getBucketObjectContent({ bucket, name: storePaths.status(hash) }, { parent: this })).content;
    this.release = buckets.telemetry.apply(bucket => releaseWhenReady(this, wanted, [pointer.urn, ...[...place.ready, ...named].map(({ urn }) => urn)], hash => readStatus(hash, bucket), args.waitSeconds ?? 1200, args.instance === undefined ? hint : hintOfExisting, who.own ? undefined : leftToGrant(this.requiredRoles)));
    this.contract = pulumi
      .all([place.ip, place.source, ca.certificate, at.project])
      .apply(([ip, scrapeSource, certificate, project]) => contractOf(resolved, args.domain ?? ip, certificate, {
        secretName: secret => `projects/${project}/secrets/${stored.prefix}-${secret}`,
        secretStore: { kind: "secret-manager", project, prefix: stored.prefix },
        scrapeSource,
      }));
    this.tokens = secrets.tokens;
    this.adminPassword = secrets.adminPassword;
    this.data = pulumi.output({ disk: place.disk, telemetryBucket: buckets.telemetry });
    this.price = withCloudMetrics(monthlyPrice(args, chosen, plan.secrets.length), resolved);
    this.registerOutputs({ contract: this.contract, tokens: this.tokens, adminPassword: this.adminPassword, release: this.release, data: this.data, requiredRoles: this.requiredRoles, price: this.price });

    function newMachine() {
      const net = network(at, args);
      const networkTags = firewall(at, args, resolved, net);
      const reached = address(at, args, net);
      const disk = dataDisk(at, args, chosen);
      const machine = machineOf({ device: dataDevice, sizeGiB: chosen.dataDiskGiB });
      const instance = vm(at, args, chosen, machine, { network: net, networkTags, address: reached, disk, who, after: granted.ready });
      const source = { cloud: "gcp" as const, serviceAccount: who.email, networkTag: networkTags[0]!, network: net.network, project: net.project };
      return { ip: reached.ip, disk: disk.name, machineId: instance.instanceId, ready: [instance], source: pulumi.output(source) as pulumi.Output<ScrapeSource> };
    }

    function oldMachine(found: NonNullable<typeof existing>) {
      const source = { cloud: "gcp" as const, serviceAccount: found.serviceAccount, networkTag: found.networkTag, network: found.network, project: found.networkProject };
      return { ip: found.ip, disk: undefined, machineId: pulumi.output(args.instance!), ready: installOn(at, chosen.memory, machineOf(null), buckets.configuration, granted.ready), source: pulumi.output(source) as pulumi.Output<ScrapeSource> };
    }
  }
}

/** What the server says while it is silent, for its account is somebody else's. */
function leftToGrant(roles: pulumi.Output<RequiredRole[]>): pulumi.Output<string> {
  return roles.apply(all => {
    const lines = all.filter(({ granted }) => !granted).map(({ role, on, name }) => `${role} on the ${on} ${name}`);
    return lines.length ? `The server has not reported yet. Its service account is not made here; it needs these roles:\n${lines.join("\n")}` : "";
  });
}

const hint = "See what it does: gcloud compute ssh <machine> --tunnel-through-iap --zone=<zone> --command='sudo journalctl -u pulumi-lgtm'. With a subnetwork of your own, check that it has a way to the internet.";
const hintOfExisting = "The machine needs the metadata enable-osconfig=TRUE and the OS Config agent. See what it did: gcloud compute os-config os-policy-assignment-reports list --location=<zone> --instance=<machine>.";
