import { Association } from "@pulumi/aws/ssm/association";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, type CloudAgentsArgs } from "../cloud/agents";
import { machineTags } from "../server/labels";
import { SpecError } from "../server/spec-error";

export interface AppServerAgentsArgs extends CloudAgentsArgs {
  /** Tag of the instances. @default { "lgtm-environment": the environment }, by which the server's discovery finds them, too */
  tag?: { key: string; value: string };
  /** Instances by id instead of a tag, at most 50. @default none */
  instanceIds?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * node_exporter and Alloy on EC2 instances that exist, through Systems Manager: nobody holds a key. Instances that get the tag
 * later get the agent, too. Their role needs `AmazonSSMManagedInstanceCore` or its like, and `ssm:GetParameters` on the token's
 * parameter (the contract's `tokenSecrets.push`).
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, environment: "prod", service: "orders", client: "orders", logs: [{ paths: ["/var/log/orders/*.log"] }] });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["tag", "instanceIds", "tags"], "aws");
    checkAgent(spec);
    if (args.tag && args.instanceIds) throw new SpecError(["tag and instanceIds cannot both be set: the instances are told by one of them."]);
    super("lgtm:aws:AppServerAgents", name, { ...spec }, opts);
    const { key, value } = args.tag ?? { key: machineTags.environment, value: spec.environment };
    const script = agentScript(this, name, spec, args);
    new Association(
      `${name}-agents`,
      {
        name: "AWS-RunShellScript",
        targets: [args.instanceIds ? { key: "InstanceIds", values: args.instanceIds } : { key: `tag:${key}`, values: [value] }],
        parameters: { commands: script.text, executionTimeout: "900" },
        // A few at a time: a bad configuration stops at the first ones.
        maxConcurrency: "10%",
        maxErrors: "1",
        complianceSeverity: "MEDIUM",
        tags: { "managed-by": "pulumi-lgtm", ...args.tags },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
