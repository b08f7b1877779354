import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Association } from "@pulumi/aws/ssm/association";
import { Parameter } from "@pulumi/aws/ssm/parameter";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, readableServer, type CloudAgentsArgs, type StoredToken } from "../cloud/agents";
import { machineTags } from "../server/labels";
import { SpecError } from "../server/spec-error";
import { secretPrefix } from "./secrets";

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
 * parameter, which is `tokenSecret`.
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, environment: "prod", service: "orders", client: "orders", logs: [{ paths: ["/var/log/orders/*.log"] }] });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  /** Name of the token's parameter, which the instances' role has to be allowed to read. */
  readonly tokenSecret: pulumi.Output<string>;

  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["tag", "instanceIds", "tags"], "aws");
    checkAgent(spec);
    if (args.tag && args.instanceIds) throw new SpecError(["tag and instanceIds cannot both be set: the instances are told by one of them."]);
    super("lgtm:aws:AppServerAgents", name, { ...spec }, opts);
    const { key, value } = args.tag ?? { key: machineTags.environment, value: spec.environment };
    const tags = { "managed-by": "pulumi-lgtm", ...args.tags };
    const stored = storeToken(this, name, args, tags);
    const server = readableServer(args, "ssm", stored);
    const script = agentScript(this, name, spec, args.remove, server);
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
        tags,
      },
      { parent: this, dependsOn: stored?.ready },
    );
    this.tokenSecret = server.tokenSecret;
    this.registerOutputs({ tokenSecret: this.tokenSecret });
  }
}

/** A token that was given, as a SecureString of these agents' own. */
function storeToken(parent: pulumi.Resource, name: string, { token, client = "default" }: CloudAgentsArgs, tags: Record<string, string>): (StoredToken & { ready: pulumi.Resource[] }) | undefined {
  if (token === undefined) return undefined;
  const prefix = secretPrefix(name);
  const made = new Parameter(`${name}-token`, { name: `${prefix}/push-${client}`, type: "SecureString", value: pulumi.secret(token), tags }, { parent });
  return { name: made.name, ready: [made], store: getRegionOutput({}, { parent }).region.apply(region => ({ kind: "ssm" as const, prefix, region })) };
}
