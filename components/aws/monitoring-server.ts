import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { getObject } from "@pulumi/aws/s3/getObject";
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
import { storePaths } from "../server/release";
import { wantedRelease } from "../server/release-outputs";
import { serverSecrets } from "../server/secrets-resource";
import { accountReads } from "./account-reads";
import { address, dnsRecord } from "./address";
import { checked, type MonitoringServerArgs } from "./args";
import { deliver } from "./deliver";
import { dataVolume, snapshots } from "./disk";
import { existingMachine, installOn } from "./existing-vm";
import { identity } from "./identity";
import { network, securityGroup } from "./network";
import { serverPolicy } from "./policies";
import { monthlyPrice, type MonthlyPrice } from "./prices";
import { storeSecrets } from "./secrets";
import { storage } from "./storage";
import { tagsFor } from "./tags";
import { deviceOf, vm } from "./vm";

/**
 * A monitoring server on EC2: the machine with a static address, an encrypted data disk that outlives it, daily snapshots, two
 * buckets, its secrets in the Parameter Store, a role with no more rights than it needs, and a network when none is given.
 * Nobody logs in: it fetches its releases by itself, and `pulumi up` waits until it runs them, or fails with its words.
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
  /** What holds the data, for a later server: `dataVolumeId` and `telemetryBucket` take these. */
  readonly data: pulumi.Output<{ volumeId?: string; telemetryBucket: string }>;
  /** The rights that the machine's role needs, as an IAM policy document. With a role of its own the server has them. */
  readonly requiredPolicy: pulumi.Output<string>;
  /** What all of this costs a month by list prices, without traffic. */
  readonly price: MonthlyPrice;

  constructor(name: string, args: MonitoringServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec: given, machine: chosen } = checked(name, args);
    const { spec, resolved, bundle, plan } = prepare(given, args, "aws");
    super("lgtm:aws:MonitoringServer", name, { ...spec }, opts);
    const tags = tagsFor(name, args.tags);
    const region = getRegionOutput({}, { parent: this }).region;
    const partition = getPartitionOutput({}, { parent: this }).partition;
    const account = getCallerIdentityOutput({}, { parent: this }).accountId;

    const buckets = storage(this, name, args, partition, tags);
    const ca = authority(this, name, resolved, args);
    const secrets = serverSecrets(this, name, plan.secrets, { ...args, secrets: { ...ca.secrets, ...args.secrets } });
    const stored = storeSecrets(this, name, plan.secrets, secrets, args, tags);
    this.requiredPolicy = pulumi.all([buckets.configuration.arn, buckets.telemetry.arn, partition, region, account, args.kmsKeyId]).apply(([configurationBucket, telemetryBucket, aws, here, owner, kmsKey]) => {
      const reads = accountReads(resolved);
      const logGroups = reads.logGroups.map(group => `arn:${aws}:logs:${reads.logRegion ?? here}:${owner}:log-group:${group}:*`);
      return serverPolicy({ configurationBucket, telemetryBucket, secrets: `arn:${aws}:ssm:${here}:${owner}:parameter${stored.prefix}/*`, kmsKey, reads, logGroups });
    });
    const who = identity(this, name, args, this.requiredPolicy, tags);

    const machineOf = (dataDisk: pulumi.Input<Machine["dataDisk"]>) => pulumi.output({
      format: 1 as const,
      root: serverRoot,
      store: { kind: "s3" as const, bucket: buckets.configuration.name, prefix: "", region },
      statusStore: { kind: "s3" as const, bucket: buckets.telemetry.name, prefix: "", region },
      secrets: { kind: "ssm" as const, prefix: stored.prefix, region },
      dataDisk,
    });
    const place = args.instanceId === undefined ? newMachine(this) : oldMachine(this);
    const named = dnsRecord(this, name, args, place.ip);
    const shown = new ServerBundle(`${name}-bundle`, bundle, { parent: this });
    const release = wantedRelease(bundle, plan, { address: place.ip, bucket: buckets.telemetry.name, region }, secrets.versions);
    const wanted = rolloutOf(this, name, release.apply(({ hash }) => hash), place.machineId);
    const pointer = deliver(this, name, shown, release, wanted, buckets.configuration, [...stored.ready, ...who.ready], tags("release"));

    const ofOthers = args.instanceId !== undefined || args.instanceProfileName !== undefined;
    const rights = ofOthers ? this.requiredPolicy.apply(policy => `The server has not reported yet. Its role is not made here; it needs these rights:\n${policy}`) : undefined;
    const readStatus = (hash: string, bucket: string) => async () => (await getObject({ bucket, key: storePaths.status(hash) }, { parent: this })).body;
    this.release = buckets.telemetry.name.apply(bucket => releaseWhenReady(this, wanted, [pointer.urn, ...[...place.ready, ...named].map(({ urn }) => urn)], hash => readStatus(hash, bucket), args.waitSeconds ?? 1200, hint, rights));
    this.contract = pulumi
      .all([place.ip, place.securityGroupId, ca.certificate, region])
      .apply(([ip, securityGroupId, certificate, region]) => contractOf(resolved, args.domain ?? ip, certificate, {
        secretName: secret => `${stored.prefix}/${secret}`,
        secretStore: { kind: "ssm", prefix: stored.prefix, region },
        scrapeSource: { cloud: "aws", securityGroupId },
      }));
    this.tokens = secrets.tokens;
    this.adminPassword = secrets.adminPassword;
    this.data = pulumi.output({ volumeId: place.volumeId, telemetryBucket: buckets.telemetry.name });
    this.price = withCloudMetrics(monthlyPrice(args, chosen), resolved);
    this.registerOutputs({ contract: this.contract, tokens: this.tokens, adminPassword: this.adminPassword, release: this.release, data: this.data, requiredPolicy: this.requiredPolicy, price: this.price });

    function newMachine(parent: pulumi.Resource) {
      const where = network(parent, name, args, region, tags);
      const securityGroupId = securityGroup(parent, name, args, resolved, where.vpcId, tags);
      const reached = address(parent, name, args, where, securityGroupId, tags);
      const volumeId = dataVolume(parent, name, args, chosen.dataDiskGiB, where.availabilityZone, tags);
      snapshots(parent, name, args, pulumi.output({ partition, region, account }), tags);
      const machine = machineOf(volumeId.apply(id => ({ device: deviceOf(id), sizeGiB: chosen.dataDiskGiB })));
      const { instanceId, ready } = vm(parent, name, args, chosen, machine, reached, who, volumeId, partition, region, tags);
      return { ip: reached.ip, securityGroupId, volumeId, machineId: instanceId, ready };
    }

    function oldMachine(parent: pulumi.Resource) {
      const { ip, securityGroupId } = existingMachine(parent, args);
      return { ip, securityGroupId, volumeId: undefined, machineId: pulumi.output(args.instanceId!), ready: [installOn(parent, name, args, chosen.memory, machineOf(null), tags)] };
    }
  }
}

const hint = "See what it does: aws ssm start-session --target <instance id>, then journalctl -u pulumi-lgtm. With a subnet of your own, check that it has a way to the internet.";
