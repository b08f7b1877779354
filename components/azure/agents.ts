import { VirtualMachineRunCommandByVirtualMachine } from "@pulumi/azure-native/compute/virtualMachineRunCommandByVirtualMachine";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, readableServer, type CloudAgentsArgs, type StoredToken } from "../cloud/agents";
import { SpecError } from "../server/spec-error";
import { idTypes } from "./args";
import { idProblem } from "./ids";
import { guid } from "./names";
import { addressOf, givenVault, putSecrets } from "./secrets";
import { serverId, type Tags } from "./tags";

export interface AppServerAgentsArgs extends CloudAgentsArgs {
  /** The virtual machines: Azure's own way in has no choice by tag. Names by resource group. */
  virtualMachines: { resourceGroupName: string; vmName: string; location: string }[];
  /** With `token`: the key vault, with roles (RBAC), that it is put into. @default none */
  keyVaultId?: pulumi.Input<string>;
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * node_exporter and Alloy on virtual machines that exist, through Run Command: nobody holds a key. One resource and one error for
 * each machine. Their identity needs Key Vault Secrets User on the token's secret, which is `tokenSecret`.
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, environment: "prod", service: "orders", client: "orders",
 *   virtualMachines: [{ resourceGroupName: "shop", vmName: "orders-1", location: "koreacentral" }] });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  /** Address of the token's secret, which the machines' identities have to be allowed to read. */
  readonly tokenSecret: pulumi.Output<string>;

  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["virtualMachines", "keyVaultId", "tags"], "azure");
    checkAgent(spec);
    const problems = problemsOf(args);
    if (problems.length) throw new SpecError(problems);
    super("lgtm:azure:AppServerAgents", name, { ...spec }, opts);
    const tags = { "managed-by": "pulumi-lgtm", ...args.tags };
    const stored = storeToken(this, name, args, tags);
    const server = readableServer(args, "key-vault", stored);
    const script = agentScript(this, name, spec, args.remove, server);
    for (const { resourceGroupName, vmName, location } of args.virtualMachines)
      new VirtualMachineRunCommandByVirtualMachine(
        `${name}-${resourceGroupName}-${vmName}`,
        { resourceGroupName, vmName, location, runCommandName: `${name}-agent`, source: { script: script.text }, timeoutInSeconds: 900, asyncExecution: false, treatFailureAsDeploymentFailure: true, tags },
        { parent: this, dependsOn: stored?.ready },
      );
    this.tokenSecret = server.tokenSecret;
    this.registerOutputs({ tokenSecret: this.tokenSecret });
  }
}

function problemsOf({ virtualMachines, token, keyVaultId }: AppServerAgentsArgs): string[] {
  return [
    ...(virtualMachines?.length ? [] : ["virtualMachines: none is named. Give { resourceGroupName, vmName, location } of each."]),
    ...[keyVaultId === undefined ? [] : (idProblem("keyVaultId", keyVaultId, idTypes.keyVaultId) ?? [])].flat(),
    ...(token !== undefined && keyVaultId === undefined ? ["keyVaultId: missing. Say into which key vault the token is put, from which the machines read it."] : []),
    ...(token === undefined && keyVaultId !== undefined ? ["keyVaultId: nothing is put into it. Give token, or leave it out."] : []),
  ];
}

/** A token that was given, as a secret of these agents' own. */
function storeToken(parent: pulumi.Resource, name: string, { token, keyVaultId, client = "default" }: AppServerAgentsArgs, tags: Tags): (StoredToken & { ready: pulumi.Resource[] }) | undefined {
  if (token === undefined) return undefined;
  const vault = givenVault(keyVaultId!);
  const prefix = `${name}-${guid(serverId(name)).slice(0, 8)}`;
  const secret = `push-${client}`;
  const made = putSecrets(parent, `${name}-token`, [secret], prefix, vault, pulumi.output(token).apply(value => ({ [secret]: value })), tags);
  const address = addressOf(vault);
  return { name: pulumi.interpolate`${address}/secrets/${prefix}-${secret}`, ready: [made], store: address.apply(at => ({ kind: "key-vault" as const, vault: at, prefix })) };
}
