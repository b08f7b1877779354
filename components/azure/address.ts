import { RecordSet } from "@pulumi/azure-native/dns/recordSet";
import { getPublicIPAddressOutput } from "@pulumi/azure-native/network/getPublicIPAddress";
import { NetworkInterface } from "@pulumi/azure-native/network/networkInterface";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress";
import * as pulumi from "@pulumi/pulumi";
import { idTypes, type MonitoringServerArgs } from "./args";
import { partsOf } from "./ids";
import type { Network } from "./network";
import type { Place } from "./place";
import type { Tags } from "./tags";

/** The server's place in the network, made before the machine: its addresses outlive it. */
export interface Address {
  interfaceId: pulumi.Output<string>;
  /** At which others reach it: the public address, else the private one. */
  ip: pulumi.Output<string>;
  privateIp: pulumi.Output<string>;
}

export function address(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, network: Network, { resourceGroupName, location }: Place, tags: Tags): Address {
  const pub = args.publicAddress === false ? undefined : publicAddress(parent, name, args, { resourceGroupName, location }, tags);
  const nic = new NetworkInterface(
    `${name}-server`,
    {
      resourceGroupName,
      location,
      ipConfigurations: [
        {
          name: "server",
          subnet: { id: network.subnetId },
          applicationSecurityGroups: [{ id: network.applicationSecurityGroupId }],
          ...(network.privateAddress === undefined ? { privateIPAllocationMethod: "Dynamic" } : { privateIPAllocationMethod: "Static", privateIPAddress: network.privateAddress }),
          ...(pub && { publicIPAddress: { id: pub.id } }),
        },
      ],
      ...(network.interfaceGroupId && { networkSecurityGroup: { id: network.interfaceGroupId } }),
      tags,
    },
    { parent },
  );
  const privateIp = network.privateAddress === undefined ? nic.ipConfigurations.apply(all => all?.[0]?.privateIPAddress ?? "") : pulumi.output(network.privateAddress);
  return { interfaceId: nic.id, ip: pub?.ip ?? privateIp, privateIp };
}

interface PublicAddress {
  id: pulumi.Output<string>;
  ip: pulumi.Output<string>;
}

function publicAddress(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, where: Pick<Place, "resourceGroupName" | "location">, tags: Tags): PublicAddress {
  if (args.publicIpAddressId !== undefined) {
    const id = pulumi.output(args.publicIpAddressId);
    const found = id.apply(each => {
      const { resourceGroupName, names } = partsOf("publicIpAddressId", each, idTypes.publicIpAddressId);
      return getPublicIPAddressOutput({ resourceGroupName, publicIpAddressName: names[0]! }, { parent });
    });
    return { id, ip: found.apply(({ ipAddress }) => ipAddress ?? "") };
  }
  const made = new PublicIPAddress(`${name}-server`, { ...where, sku: { name: "Standard", tier: "Regional" }, publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4", tags }, { parent });
  return { id: made.id, ip: made.ipAddress.apply(ip => ip ?? "") };
}

/** The record of the server's name, when its zone is given. */
export function dnsRecord(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, ip: pulumi.Output<string>): pulumi.Resource[] {
  const { zoneId, domain } = args;
  if (zoneId === undefined || !domain) return [];
  const zone = pulumi.output(zoneId).apply(id => partsOf("zoneId", id, idTypes.zoneId));
  const relativeRecordSetName = zone.apply(({ names: [zoneName] }) => (domain === zoneName ? "@" : domain.slice(0, -zoneName!.length - 1)));
  const record = { resourceGroupName: zone.resourceGroupName, zoneName: zone.names.apply(names => names[0]!), relativeRecordSetName, recordType: "A", ttl: 300, aRecords: [{ ipv4Address: ip }] };
  return [new RecordSet(`${name}-server`, record, { parent })];
}
