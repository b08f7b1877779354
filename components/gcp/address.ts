import { Address as StaticAddress } from "@pulumi/gcp/compute/address";
import { getAddressOutput } from "@pulumi/gcp/compute/getAddress";
import { RecordSet } from "@pulumi/gcp/dns/recordSet";
import * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../server/spec-error";
import type { MonitoringServerArgs } from "./args";
import type { Network } from "./network";
import type { Scope } from "./scope";

/** The server's address, reserved before the machine: it outlives it. */
export interface Address {
  ip: pulumi.Output<string>;
  isPublic: boolean;
}

export function address(at: Scope, args: MonitoringServerArgs, network: Network): Address {
  const { name, project, region, labels, opts } = at;
  const isPublic = args.publicAddress !== false;
  const addressType = isPublic ? "EXTERNAL" : "INTERNAL";
  if (args.address !== undefined) {
    const found = getAddressOutput({ name: args.address, project, region }, { parent: opts.parent });
    return { isPublic, ip: found.apply(each => checkedAddress(each, addressType)) };
  }
  const made = new StaticAddress(`${name}-server`, { project, region, addressType, ...(isPublic ? {} : { subnetwork: network.subnetwork }), labels, description: `Monitoring server ${name}` }, opts);
  return { isPublic, ip: made.address };
}

function checkedAddress(found: { name: string; address: string; addressType: string }, wanted: "EXTERNAL" | "INTERNAL"): string {
  if (found.addressType === wanted) return found.address;
  throw new SpecError([`address: ${found.name} is ${found.addressType === "INTERNAL" ? "an internal" : "a public"} address. ${wanted === "EXTERNAL" ? "Give a public one, or set publicAddress: false" : "Give an internal one, or leave publicAddress out"}.`]);
}

/** The record of the server's name, when its zone is given. */
export function dnsRecord(at: Scope, args: MonitoringServerArgs, ip: pulumi.Output<string>): pulumi.Resource[] {
  if (args.managedZone === undefined || !args.domain) return [];
  const zone = pulumi.all([args.managedZone, at.project]).apply(([given, own]) => managedZoneOf(given, own));
  return [new RecordSet(`${at.name}-server`, { project: zone.project, managedZone: zone.name, name: `${args.domain}.`, type: "A", ttl: 300, rrdatas: [ip] }, at.opts)];
}

/** A zone by its name, or as projects/<project>/managedZones/<name>. */
export function managedZoneOf(given: string, project: string): { project: string; name: string } {
  const [, ofProject, name] = /projects\/([^/]+)\/managedZones\/([^/]+)$/.exec(given) ?? [undefined, project, given];
  return { project: ofProject!, name: name! };
}
