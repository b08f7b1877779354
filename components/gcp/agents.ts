import { getClientConfigOutput } from "@pulumi/gcp/organizations/getClientConfig";
import { OsPolicyAssignment } from "@pulumi/gcp/osconfig/osPolicyAssignment";
import { Secret } from "@pulumi/gcp/secretmanager/secret";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, readableServer, type CloudAgentsArgs, type StoredToken } from "../cloud/agents";
import { agentUnit } from "../agent/units";
import { machineTags } from "../server/labels";
import { SpecError } from "../server/spec-error";
import { labelsFor } from "./labels";
import { secretPrefix } from "./secrets";

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
 * `roles/secretmanager.secretAccessor` on the token's secret, which is `tokenSecret`.
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, zone: "europe-west3-a", environment: "prod", service: "orders", client: "orders" });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  /** The token's secret, projects/<project>/secrets/<id>, which the instances' service accounts have to be allowed to read. */
  readonly tokenSecret: pulumi.Output<string>;

  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["zone", "labels", "project"], "gcp");
    checkAgent(spec);
    super("lgtm:gcp:AppServerAgents", name, { ...spec }, opts);
    const stored = storeToken(this, name, args);
    const server = readableServer(args, "secret-manager", stored);
    const { text, hash, mark } = agentScript(this, name, spec, args.remove, server);
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
            resourceGroups: [{ resources: [{ id: "agent", exec: { validate: { interpreter: "SHELL", script: check }, enforce: { interpreter: "SHELL", script: text.apply(inlineScript) } } }] }],
          },
        ],
        // A few at a time: a bad configuration stops at the first ones.
        rollout: { disruptionBudget: { percent: 10 }, minWaitDuration: "60s" },
        skipAwaitRollout: true,
      },
      { parent: this, dependsOn: stored?.ready },
    );
    this.tokenSecret = server.tokenSecret;
    this.registerOutputs({ tokenSecret: this.tokenSecret });
  }
}

/** What the script of a policy may have (cloud.google.com/compute/docs/osconfig/rest/v1/OSPolicy: 32 KiB). */
const longestScript = 32_767;

/** The installation as a policy enforces it. Throws what is too long for one. */
export function inlineScript(text: string): string {
  const script = `set -e\n${text}exit 100\n`;
  if (script.length > longestScript) throw new SpecError([`logs, promtail: with this configuration the installation has ${script.length} characters, and VM Manager takes ${longestScript}. Use fewer of them in one component, or put the agent on over SSH.`]);
  return script;
}

/** A token that was given, as a secret of these agents' own. */
function storeToken(parent: pulumi.Resource, name: string, { token, client = "default", project: given }: AppServerAgentsArgs): (StoredToken & { ready: pulumi.Resource[] }) | undefined {
  if (token === undefined) return undefined;
  // The provider answers with its access token beside, so that the whole answer is secret; the project is not.
  const project = pulumi.output(given ?? pulumi.unsecret(getClientConfigOutput({ parent }).project));
  const prefix = secretPrefix(name);
  const made = new Secret(`${name}-token`, { project, secretId: `${prefix}-push-${client}`, replication: { auto: {} }, labels: labelsFor(name) }, { parent });
  const value = new SecretVersion(`${name}-token`, { secret: made.id, secretData: pulumi.secret(token) }, { parent });
  return { name: pulumi.interpolate`projects/${project}/secrets/${made.secretId}`, ready: [value], store: project.apply(id => ({ kind: "secret-manager" as const, project: id, prefix })) };
}
