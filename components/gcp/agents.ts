import { OsPolicyAssignment } from "@pulumi/gcp/osconfig/osPolicyAssignment";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, type CloudAgentsArgs } from "../cloud/agents";
import { agentUnit } from "../agent/units";
import { machineTags } from "../server/labels";

export interface AppServerAgentsArgs extends CloudAgentsArgs {
  /** Zone of the instances: one component for each zone. */
  zone: string;
  /** Labels of the instances, all of them. @default { "lgtm-environment": the environment }, by which the server's discovery finds them, too */
  labels?: Record<string, string>;
  /** @default the provider's */
  project?: string;
}

/**
 * node_exporter and Alloy on instances that exist, through VM Manager: nobody holds a key. Instances that get the label later get
 * the agent, too. They need the metadata `enable-osconfig=TRUE`, the scope cloud-platform, and a service account with
 * `roles/secretmanager.secretAccessor` on the token's secret (the contract's `tokenSecrets.push`).
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, zone: "europe-west3-a", environment: "prod", service: "orders", client: "orders" });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["zone", "labels", "project"], "gcp");
    checkAgent(spec);
    super("lgtm:gcp:AppServerAgents", name, { ...spec }, opts);
    const { text, hash, mark } = agentScript(this, name, spec, args);
    // 100 is as it should be, 101 is to be done (cloud.google.com/compute/vm-manager/docs/os-policies/create-os-policy-assignment).
    const check = args.remove ? "test -e /opt/lgtm-agent/setup && exit 101\nexit 100\n" : pulumi.interpolate`[ "$(cat ${mark} 2>/dev/null)" = ${hash} ] && systemctl is-active --quiet ${agentUnit} && exit 100\nexit 101\n`;
    new OsPolicyAssignment(
      `${name}-agents`,
      {
        project: args.project,
        location: args.zone,
        description: `Monitoring agents of ${spec.environment}`,
        instanceFilter: { inclusionLabels: [{ labels: args.labels ?? { [machineTags.environment]: spec.environment } }] },
        osPolicies: [
          {
            id: "agent",
            mode: "ENFORCEMENT",
            resourceGroups: [{ resources: [{ id: "agent", exec: { validate: { interpreter: "SHELL", script: check }, enforce: { interpreter: "SHELL", script: pulumi.interpolate`set -e\n${text}exit 100\n` } } }] }],
          },
        ],
        // A few at a time: a bad configuration stops at the first ones.
        rollout: { disruptionBudget: { percent: 10 }, minWaitDuration: "60s" },
        skipAwaitRollout: true,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
