import { SecurityRule } from "@pulumi/azure-native/network/securityRule";
import * as pulumi from "@pulumi/pulumi";
import { portProblems } from "../cloud/access";
import { wrong } from "../cloud/args";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import { idTypes } from "./args";
import { idProblem, partsOf } from "./ids";

export interface AppServerAccessArgs {
  /** Of the monitoring server; from another stack by `StackReference`. */
  server: pulumi.Input<ServerContract>;
  /** Network security group of the application servers. It stays yours: one rule is added to it, so its rules must not be inline in the program that makes it. */
  networkSecurityGroupId: pulumi.Input<string>;
  /** Ports that the monitoring server may scrape, such as 9100 of node_exporter. */
  ports: number[];
  /** Of the rule: each rule of a group and direction has one of its own, from 100 to 4096, and the lowest one wins. @default 1000 */
  priority?: number;
  /** The application servers are in another virtual network that is peered with the server's: groups do not reach that far, so the rule names the server's private address. @default false */
  peered?: boolean;
}

/**
 * Lets the monitoring server scrape application servers: their group lets it in on these ports. By reference, never a whole
 * network. The server's own group lets it out into the virtual network already.
 *
 * A group whose rules are inline (`securityRules` of `NetworkSecurityGroup`) loses this one at its next change
 * (azure-native#3359): there, add a rule with `contract.scrapeSource` to the others instead.
 *
 * @example
 * new AppServerAccess("orders", { server: server.contract, networkSecurityGroupId: ordersGroup.id, ports: [9100, 8080] });
 */
export class AppServerAccess extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { priority = 1000 } = args;
    const problems = [
      ...portProblems(args.ports),
      ...[idProblem("networkSecurityGroupId", args.networkSecurityGroupId, idTypes.networkSecurityGroupId) ?? []].flat(),
      ...(Number.isInteger(priority) && priority >= 100 && priority <= 4096 ? [] : [wrong("priority", priority, "a whole number from 100 to 4096")]),
    ];
    if (problems.length) throw new SpecError(problems);
    super("lgtm:azure:AppServerAccess", name, { ports: args.ports }, opts);
    const group = pulumi.output(args.networkSecurityGroupId).apply(id => partsOf("networkSecurityGroupId", id, idTypes.networkSecurityGroupId));
    const source = pulumi.output(args.server).apply(contract => sourceOf(contract, args.peered ?? false));
    new SecurityRule(
      `${name}-in`,
      {
        resourceGroupName: group.resourceGroupName,
        networkSecurityGroupName: group.names.apply(names => names[0]!),
        description: `Monitoring server scrapes ${name}`,
        priority,
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        ...(args.peered ? { sourceAddressPrefix: source } : { sourceApplicationSecurityGroups: [{ id: source }] }),
        sourcePortRange: "*",
        destinationAddressPrefix: "*",
        destinationPortRanges: args.ports.map(String),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** What the rule names: the server's group, or its private address. */
function sourceOf(contract: ServerContract, peered: boolean): string {
  const source = contract.scrapeSource;
  if (source?.cloud !== "azure")
    throw new SpecError([`server: the monitoring server at ${contract.address} is ${source ? `on ${source.cloud}` : "not on Azure"}, so nothing in a network of Azure stands for it. Let agents push to it, or open the ports for its address yourself.`]);
  if (peered) return `${source.privateAddress}/32`;
  if (source.applicationSecurityGroupId) return source.applicationSecurityGroupId;
  throw new SpecError(["server: its machine is in no application security group. Put its network interface into one, or give peered: true, which names its private address."]);
}
