import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { portProblems } from "../cloud/access";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";

export interface AppServerAccessArgs {
  /** Of the monitoring server; from another stack by `StackReference`. */
  server: pulumi.Input<ServerContract>;
  /** Group of the application servers. It stays yours: one rule a port is added to it. */
  securityGroupId: pulumi.Input<string>;
  /** Ports that the monitoring server may scrape, such as 9100 of node_exporter. */
  ports: number[];
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * Lets the monitoring server scrape application servers: their group lets it in on these ports, and its own group lets it out.
 * By reference between the two groups, which must be in one VPC or in peered ones; never a whole network.
 *
 * @example
 * new AppServerAccess("orders", { server: server.contract, securityGroupId: ordersGroup.id, ports: [9100, 8080] });
 */
export class AppServerAccess extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = portProblems(args.ports);
    if (problems.length) throw new SpecError(problems);
    super("lgtm:aws:AppServerAccess", name, { ports: args.ports }, opts);
    const server = pulumi.output(args.server).apply(groupOf);
    const tags = { "managed-by": "pulumi-lgtm", ...args.tags };
    for (const port of args.ports) {
      const common = { ipProtocol: "tcp", fromPort: port, toPort: port, tags };
      new SecurityGroupIngressRule(`${name}-in-${port}`, { ...common, securityGroupId: args.securityGroupId, referencedSecurityGroupId: server, description: `Monitoring server scrapes port ${port}` }, { parent: this });
      new SecurityGroupEgressRule(`${name}-out-${port}`, { ...common, securityGroupId: server, referencedSecurityGroupId: args.securityGroupId, description: `Scrapes port ${port} of ${name}` }, { parent: this });
    }
    this.registerOutputs({});
  }
}

function groupOf(contract: ServerContract): string {
  const source = contract.scrapeSource;
  if (source?.cloud === "aws") return source.securityGroupId;
  throw new SpecError([`server: the monitoring server at ${contract.address} is ${source ? `on ${source.cloud}` : "not on AWS"}, so no security group stands for it. Let agents push to it, or open the ports for its address yourself.`]);
}
