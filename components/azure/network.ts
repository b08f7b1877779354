import { ApplicationSecurityGroup } from "@pulumi/azure-native/network/applicationSecurityGroup";
import { getSubnetOutput } from "@pulumi/azure-native/network/getSubnet";
import { NetworkSecurityGroup, type NetworkSecurityGroupArgs } from "@pulumi/azure-native/network/networkSecurityGroup";
import { Subnet } from "@pulumi/azure-native/network/subnet";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork";
import * as pulumi from "@pulumi/pulumi";
import { portsOut } from "../cloud/ways-out";
import type { ResolvedSpec } from "../server/spec";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import type { Place } from "./place";
import type { Tags } from "./tags";

/** Where a server is in the network. */
export interface Network {
  subnetId: pulumi.Output<string>;
  /** To be put on the network interface: where the subnet is somebody else's, its own group is left alone. */
  interfaceGroupId?: pulumi.Output<string>;
  /** What stands for the server in the rules of others in the same virtual network. */
  applicationSecurityGroupId: pulumi.Output<string>;
  /** Fixed private address; undefined where Azure chooses it. */
  privateAddress?: string;
  /** Whether storage accounts can tell this subnet from the rest of the world. */
  hasStorageEndpoint: pulumi.Output<boolean>;
}

/** The subnet that was given, else a virtual network with one subnet that is closed but for the server's ports. */
export function network(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, spec: ResolvedSpec, place: Place, tags: Tags): Network {
  const { resourceGroupName, location } = place;
  const group = new ApplicationSecurityGroup(`${name}-server`, { resourceGroupName, location, tags }, { parent });
  const rules = securityGroup(parent, name, args, spec, place, tags);
  const applicationSecurityGroupId = group.id;
  if (args.subnetId !== undefined) {
    const subnet = pulumi.output(args.subnetId).apply(id => {
      const { resourceGroupName, names } = partsOf("subnetId", id, idTypes.subnetId);
      return getSubnetOutput({ resourceGroupName, virtualNetworkName: names[0]!, subnetName: names[1]! }, { parent });
    });
    const hasStorageEndpoint = subnet.apply(({ serviceEndpoints }) => (serviceEndpoints ?? []).some(({ service }) => service === storageEndpoint));
    return { subnetId: pulumi.output(args.subnetId), interfaceGroupId: rules, applicationSecurityGroupId, privateAddress: args.privateAddress, hasStorageEndpoint };
  }
  const addressPrefix = args.cidrBlock ?? "10.90.0.0/24";
  const made = new VirtualNetwork(`${name}-network`, { resourceGroupName, location, addressSpace: { addressPrefixes: [addressPrefix] }, tags }, { parent });
  const subnet = new Subnet(
    `${name}-subnet`,
    { resourceGroupName, virtualNetworkName: made.name, addressPrefix, networkSecurityGroup: { id: rules }, defaultOutboundAccess: false, serviceEndpoints: [{ service: storageEndpoint }] },
    { parent },
  );
  return { subnetId: subnet.id, applicationSecurityGroupId, privateAddress: firstFree(addressPrefix), hasStorageEndpoint: pulumi.output(true) };
}

const storageEndpoint = "Microsoft.Storage";

/** Azure keeps the first four addresses of a subnet for itself. */
function firstFree(cidr: string): string {
  const [a, b, c, d] = cidr.split("/")[0]!.split(".").map(Number);
  return `${a}.${b}.${c}.${d! + 4}`;
}

type Rule = Extract<NonNullable<NetworkSecurityGroupArgs["securityRules"]>, unknown[]>[number];

const anything = { sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "*" };

/**
 * The group that was given, else one with the given ranges on the server's ports, no SSH, and ways out on the ports that it
 * needs. All of its rules are in it: a rule made beside it would be gone at the next change.
 */
function securityGroup(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, spec: ResolvedSpec, { resourceGroupName, location }: Place, tags: Tags): pulumi.Output<string> {
  if (args.networkSecurityGroupId !== undefined) return pulumi.output(args.networkSecurityGroupId);
  const ports = [...new Set(Object.values(spec.ports))].map(String);
  const securityRules: Rule[] = [
    ...args.allowedCidrs.map((cidr, i) => ({
      ...anything,
      ...portsOf(ports),
      name: `clients-${i + 1}`,
      description: `Gateway of ${name}: Grafana and telemetry, TLS with credentials`,
      priority: 100 + i,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefix: cidr,
    })),
    // Azure's own rule AllowVnetInBound (65000) would open every port to the whole virtual network.
    { ...anything, name: "nothing-else-in", description: "Nothing but the rules above, also from the same network", priority: 4096, direction: "Inbound", access: "Deny", protocol: "*" },
    {
      ...anything,
      ...portsOf(portsOut(spec).map(String)),
      name: "out",
      description: "Images, packages, cloud services and messages",
      priority: 100,
      direction: "Outbound",
      access: "Allow",
      protocol: "Tcp",
      destinationAddressPrefix: "Internet",
    },
    // Into the virtual network everything stays open: there are the application servers that are scraped.
    { ...anything, name: "nothing-else-out", description: "Nothing else to the internet", priority: 4096, direction: "Outbound", access: "Deny", protocol: "*", destinationAddressPrefix: "Internet" },
  ];
  return new NetworkSecurityGroup(`${name}-server`, { resourceGroupName, location, securityRules, tags }, { parent }).id;
}

function portsOf(ports: string[]): { destinationPortRange?: string; destinationPortRanges?: string[] } {
  return ports.length === 1 ? { destinationPortRange: ports[0] } : { destinationPortRange: undefined, destinationPortRanges: ports };
}
