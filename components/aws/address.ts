import { Eip } from "@pulumi/aws/ec2/eip";
import { EipAssociation } from "@pulumi/aws/ec2/eipAssociation";
import { NetworkInterface } from "@pulumi/aws/ec2/networkInterface";
import { Record } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import type { Network } from "./network";
import type { TagsOf } from "./tags";

/** The server's place in the network, made before the machine: its addresses outlive it. */
export interface Address {
  interfaceId: pulumi.Output<string>;
  /** At which others reach it: the public address, else the private one. */
  ip: pulumi.Output<string>;
  ready: pulumi.Resource[];
}

export function address(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, network: Network, securityGroupId: pulumi.Output<string>, tags: TagsOf): Address {
  const nic = new NetworkInterface(`${name}-server`, { subnetId: network.subnetId, securityGroups: [securityGroupId], description: `Monitoring server ${name}`, tags: tags("") }, { parent });
  if (args.publicAddress === false) return { interfaceId: nic.id, ip: nic.privateIp, ready: [] };
  const { allocationId, ip } = elastic(parent, name, args, network, tags);
  const attached = new EipAssociation(`${name}-server`, { allocationId, networkInterfaceId: nic.id }, { parent });
  // The association knows the address of an allocation that exists; before that a preview cannot say it.
  return { interfaceId: nic.id, ip: ip ?? attached.publicIp, ready: [attached] };
}

function elastic(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, network: Network, tags: TagsOf): { allocationId: pulumi.Input<string>; ip?: pulumi.Output<string> } {
  if (args.allocationId !== undefined) return { allocationId: args.allocationId };
  const eip = new Eip(`${name}-server`, { domain: "vpc", tags: tags("") }, { parent, dependsOn: network.ready });
  return { allocationId: eip.allocationId, ip: eip.publicIp };
}

/** The record of the server's name, when its zone is given. */
export function dnsRecord(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, ip: pulumi.Output<string>): pulumi.Resource[] {
  if (args.zoneId === undefined || !args.domain) return [];
  return [new Record(`${name}-server`, { zoneId: args.zoneId, name: args.domain, type: "A", ttl: 300, records: [ip] }, { parent })];
}
