import { Firewall, type FirewallArgs } from "@pulumi/gcp/compute/firewall";
import { getSubnetworkOutput } from "@pulumi/gcp/compute/getSubnetwork";
import { Network as Vpc } from "@pulumi/gcp/compute/network";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork";
import * as pulumi from "@pulumi/pulumi";
import { portsOut } from "../cloud/ways-out";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import { shortId } from "./labels";
import type { Scope } from "./scope";

/** Where a server is. */
export interface Network {
  subnetwork: pulumi.Output<string>;
  /** Id or link of the network. */
  network: pulumi.Output<string>;
  /** Of the network, and so of its firewall rules: another one than the server's in a shared VPC. */
  project: pulumi.Output<string>;
}

/** The subnetwork that was given, else a network with one. */
export function network(at: Scope, args: MonitoringServerArgs): Network {
  const { name, project, region, opts } = at;
  if (args.subnetwork !== undefined) {
    const where = pulumi.all([args.subnetwork, project, region]).apply(([given, own, here]) => subnetworkOf(given, own, here));
    const found = getSubnetworkOutput({ name: where.name, project: where.project, region: where.region }, { parent: opts.parent });
    return { subnetwork: found.selfLink, network: found.network, project: found.network.apply(projectOf) };
  }
  const vpc = new Vpc(`${name}-network`, { project, autoCreateSubnetworks: false, description: `Monitoring server ${name}` }, opts);
  const subnetwork = new Subnetwork(
    `${name}-subnetwork`,
    {
      project,
      region,
      network: vpc.id,
      ipCidrRange: args.cidrBlock ?? "10.90.0.0/24",
      privateIpGoogleAccess: true,
      // Who talked to whom, as a sample: some cents a month.
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.1, metadata: "EXCLUDE_ALL_METADATA" },
    },
    opts,
  );
  return { subnetwork: subnetwork.selfLink, network: vpc.id, project };
}

/** A subnetwork by its name, or by a link that ends in projects/…/regions/…/subnetworks/…. */
export function subnetworkOf(given: string, project: string, region: string): { project: string; region: string; name: string } {
  const [, ofProject, ofRegion, name] = /projects\/([^/]+)\/regions\/([^/]+)\/subnetworks\/([^/]+)$/.exec(given) ?? [undefined, project, region, given];
  return { project: ofProject!, region: ofRegion!, name: name! };
}

export function projectOf(link: string): string {
  return /projects\/([^/]+)\//.exec(link)![1]!;
}

/** Google's own range of Identity-Aware Proxy, which asks who comes before it lets anybody through. */
const iapRange = "35.235.240.0/20";

/**
 * Network tags of the machine: those that were given, whose rules are yours, else one of its own with rules for it alone. By a tag
 * and not by service account, since an account that was given may be other machines', too.
 */
export function firewall(at: Scope, args: MonitoringServerArgs, spec: ResolvedSpec, { network, project }: Network): string[] {
  if (args.networkTags !== undefined) return args.networkTags;
  const tag = shortId(at.name);
  const rule = (role: string, what: Partial<FirewallArgs>) => new Firewall(`${at.name}-${role}`, { project, network, targetTags: [tag], ...what }, at.opts);
  const tcp = (ports: number[]) => [{ protocol: "tcp", ports: ports.map(String) }];
  rule("in", { direction: "INGRESS", sourceRanges: args.allowedCidrs, allows: tcp([...new Set(Object.values(spec.ports))]), description: `Gateway of ${at.name}: Grafana and telemetry, TLS with credentials` });
  rule("iap", { direction: "INGRESS", sourceRanges: [iapRange], allows: tcp([22]), description: "Administration through Identity-Aware Proxy, with OS Login" });
  rule("out", { direction: "EGRESS", destinationRanges: ["0.0.0.0/0"], allows: tcp(portsOut(spec)), description: "Images, packages, cloud services and messages" });
  // Names and time come from the metadata server, which no rule reaches.
  rule("out-rest", { direction: "EGRESS", destinationRanges: ["0.0.0.0/0"], denies: [{ protocol: "all" }], priority: 65000, description: "Nothing else" });
  return [tag];
}
