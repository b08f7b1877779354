import * as pulumi from "@pulumi/pulumi";
import { authority } from "../cloud/authority";
import { prepare } from "../cloud/prepare";
import { withCloudMetrics } from "../cloud/prices";
import { releaseWhenReady } from "../cloud/ready";
import { rolloutOf } from "../cloud/rollout";
import { ServerBundle } from "../server/bundle-resource";
import { serverRoot } from "../server/compose";
import { contractOf, type ServerContract } from "../server/contract";
import type { Machine } from "../server/guest/machine";
import { wantedRelease } from "../server/release-outputs";
import { serverSecrets } from "../server/secrets-resource";
import { accountReads } from "./account-reads";
import { address, dnsRecord } from "./address";
import { checked, type MonitoringServerArgs } from "./args";
import { deliver } from "./deliver";
import { dataDisk } from "./disk";
import { existingMachine, installOn } from "./existing-vm";
import { identity } from "./identity";
import { lastSnapshot } from "./last-snapshot";
import { network } from "./network";
import { place as placeOf } from "./place";
import { monthlyPrice, type MonthlyPrice } from "./prices";
import { assign, required, type NeededRole, type RequiredRole } from "./roles";
import { storeSecrets } from "./secrets";
import { snapshots } from "./snapshots";
import { statusReader } from "./status";
import { storage } from "./storage";
import { tagsFor } from "./tags";
import { deviceOf, vm } from "./vm";

/**
 * A monitoring server on Azure: the machine with a static address, an encrypted data disk that outlives it, two storage accounts,
 * its secrets in a key vault, an identity with no more rights than it needs, and a network when none is given. Nobody logs in: it
 * fetches its releases by itself, and `pulumi up` waits until it runs them, or fails with its words.
 *
 * @example
 * new MonitoringServer("mon", {
 *   domain: "mon.example.com", zoneId: config.require("zoneId"),
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
  /** What holds the data, for a later server: `dataDiskId` and `telemetryContainerId` take these. */
  readonly data: pulumi.Output<{ resourceGroupName: string; diskId?: string; telemetryContainerId: string }>;
  /** The rights that the machine's identity needs, role by role. With an identity of its own the server has them. */
  readonly requiredRoles: pulumi.Output<RequiredRole[]>;
  /** What all of this costs a month by list prices, without traffic. */
  readonly price: MonthlyPrice;

  constructor(name: string, args: MonitoringServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec: given, machine: chosen } = checked(name, args);
    const { spec, resolved, bundle, plan } = prepare(given, args, "azure");
    super("lgtm:azure:MonitoringServer", name, { ...spec }, opts);
    const tags = tagsFor(name, args.tags);
    const place = placeOf(this, name, args, tags);
    const where = args.vmId === undefined ? network(this, name, args, resolved, place, tags) : undefined;

    const containers = storage(this, name, args, place, where, tags);
    const ca = authority(this, name, resolved, args);
    const secrets = serverSecrets(this, name, plan.secrets, { ...args, secrets: { ...ca.secrets, ...args.secrets } });
    const stored = storeSecrets(this, name, plan.secrets, secrets, args, place, tags);
    const who = identity(this, name, args, place, tags);
    const needed: NeededRole[] = [
      { key: "reads-releases", role: "Storage Blob Data Reader", scope: containers.releases.id },
      { key: "writes-status", role: "Storage Blob Data Contributor", scope: containers.status.id },
      { key: "writes-telemetry", role: "Storage Blob Data Contributor", scope: containers.telemetry.id },
      ...stored.scopes.map(each => ({ ...each, role: "Key Vault Secrets User" as const })),
      ...accountReads(resolved, args, place.subscriptionId),
    ];
    this.requiredRoles = required(needed);
    const rights = who.made ? assign(this, name, who, needed, place.subscriptionId) : [];

    const store = { kind: "azure-blob" as const, prefix: "", clientId: who.clientId };
    const machineOf = (disk: pulumi.Input<Machine["dataDisk"]>) => pulumi.output({
      format: 1 as const,
      root: serverRoot,
      store: { ...store, account: containers.releases.account, container: containers.releases.name },
      statusStore: { ...store, account: containers.status.account, container: containers.status.name },
      secrets: { kind: "key-vault" as const, vault: stored.vault, prefix: stored.prefix, clientId: who.clientId },
      dataDisk: disk,
    });
    const server = where === undefined ? oldMachine(this) : newMachine(this, where);
    const named = dnsRecord(this, name, args, server.ip);
    const shown = new ServerBundle(`${name}-bundle`, bundle, { parent: this });
    const bindings = {
      address: server.ip,
      account: containers.telemetry.account,
      container: containers.telemetry.name,
      clientid: who.clientId,
      subscription: place.subscriptionId,
      resourcegroup: place.resourceGroupName,
      tenant: place.tenantId,
    };
    const release = wantedRelease(bundle, plan, bindings, secrets.versions);
    const wanted = rolloutOf(this, name, release.apply(({ hash }) => hash), server.machineId);
    const pointer = deliver(this, name, shown, release, wanted, containers.releases, [...stored.ready, ...rights]);

    const missing = who.made ? undefined : this.requiredRoles.apply(all => `The server has not reported yet. Its identity is not made here; it needs these roles:\n${all.map(({ role, scope }) => `${role} on ${scope}`).join("\n")}`);
    const { resourceGroupName, account, name: container } = containers.status;
    this.release = pulumi
      .all([resourceGroupName, account, container])
      .apply(([group, accountName, containerName]) => releaseWhenReady(this, wanted, [pointer.urn, server.ready.urn, ...named.map(({ urn }) => urn)], statusReader(this, { resourceGroupName: group, account: accountName, name: containerName }), args.waitSeconds ?? 1200, hint, missing));
    this.contract = pulumi
      .all([server.ip, server.privateIp, server.applicationSecurityGroupId, stored.vault, ca.certificate])
      .apply(([ip, privateAddress, applicationSecurityGroupId, vault, certificate]) =>
        contractOf(resolved, args.domain ?? ip, certificate, {
          secretName: secret => `${vault}/secrets/${stored.prefix}-${secret}`,
          secretStore: { kind: "key-vault", vault, prefix: stored.prefix },
          scrapeSource: { cloud: "azure", ...(applicationSecurityGroupId && { applicationSecurityGroupId }), privateAddress },
        }));
    this.tokens = secrets.tokens;
    this.adminPassword = secrets.adminPassword;
    this.data = pulumi.output({ resourceGroupName: place.resourceGroupName, diskId: server.diskId, telemetryContainerId: containers.telemetry.id });
    this.price = withCloudMetrics(monthlyPrice(args, chosen), resolved);
    this.registerOutputs({ contract: this.contract, tokens: this.tokens, adminPassword: this.adminPassword, release: this.release, data: this.data, requiredRoles: this.requiredRoles, price: this.price });

    function newMachine(parent: pulumi.Resource, where: ReturnType<typeof network>) {
      const reached = address(parent, name, args, where, place, tags);
      const diskId = dataDisk(parent, name, args, chosen, place, tags);
      snapshots(parent, name, args, diskId, place, tags);
      const last = lastSnapshot(parent, name, args, diskId, place, tags);
      const machine = machineOf({ device: deviceOf(chosen.name), sizeGiB: chosen.dataDiskGiB });
      const ready = vm(parent, name, args, chosen, machine, reached, who, diskId, place, [...rights, ...last], tags);
      return { ip: reached.ip, privateIp: reached.privateIp, applicationSecurityGroupId: where.applicationSecurityGroupId, diskId, machineId: ready.vmId, ready };
    }

    function oldMachine(parent: pulumi.Resource) {
      const found = existingMachine(parent, args);
      return { ...found, diskId: undefined, machineId: pulumi.output(args.vmId!), ready: installOn(parent, name, found, chosen.memory, machineOf(null), rights, tags) };
    }
  }
}

const hint = "See what it does: az vm run-command invoke --ids <id of the machine> --command-id RunShellScript --scripts 'journalctl -u pulumi-lgtm -n 100'. With a subnet of your own, check that it has a way to the internet.";
