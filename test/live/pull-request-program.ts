import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/aws";

/** What the program of the tests makes. */
export interface PullRequestArgs {
  /** @default none */
  server?: Partial<MonitoringServerArgs>;
  /** Address of a Slack webhook, kept as a secret. */
  webhook: string;
  /** Whether somebody's own network stands beside it, with SSH open to everyone. @default false */
  openNetwork?: boolean;
}

/** The program of the stack whose pull requests are previewed. */
export function program({ server, webhook, openNetwork }: PullRequestArgs) {
  return async () => {
    if (server) new MonitoringServer("mon", { waitSeconds: 120, allowedCidrs: ["203.0.113.0/24"], alerts: { slack: [{}] }, secrets: { "alerts-slack-webhook": pulumi.secret(webhook) }, ...server });
    if (!openNetwork) return;
    const vpc = new Vpc("theirs", { cidrBlock: "10.1.0.0/16" });
    const tags = { team: "blue" };
    const group = new SecurityGroup("theirs", { vpcId: vpc.id, description: "theirs", tags });
    new SecurityGroupIngressRule("ssh", { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0", description: "ssh", tags });
  };
}
