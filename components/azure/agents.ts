import { VirtualMachineRunCommandByVirtualMachine } from "@pulumi/azure-native/compute/virtualMachineRunCommandByVirtualMachine";
import * as pulumi from "@pulumi/pulumi";
import { agentScript, agentSpecOf, checkAgent, type CloudAgentsArgs } from "../cloud/agents";
import { SpecError } from "../server/spec-error";

export interface AppServerAgentsArgs extends CloudAgentsArgs {
  /** The virtual machines: Azure's own way in has no choice by tag. Names by resource group. */
  virtualMachines: { resourceGroupName: string; vmName: string; location: string }[];
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * node_exporter and Alloy on virtual machines that exist, through Run Command: nobody holds a key. One resource and one error for
 * each machine. Their identity needs Key Vault Secrets User on the token's secret (the contract's `tokenSecrets.push`).
 *
 * @example
 * new AppServerAgents("orders", { server: monitoring, environment: "prod", service: "orders", client: "orders",
 *   virtualMachines: [{ resourceGroupName: "shop", vmName: "orders-1", location: "koreacentral" }] });
 */
export class AppServerAgents extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAgentsArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = agentSpecOf(args, ["virtualMachines", "tags"], "azure");
    checkAgent(spec);
    if (!args.virtualMachines?.length) throw new SpecError(["virtualMachines: none is named. Give { resourceGroupName, vmName, location } of each."]);
    super("lgtm:azure:AppServerAgents", name, { ...spec }, opts);
    const script = agentScript(this, name, spec, args);
    for (const { resourceGroupName, vmName, location } of args.virtualMachines)
      new VirtualMachineRunCommandByVirtualMachine(
        `${name}-${resourceGroupName}-${vmName}`,
        { resourceGroupName, vmName, location, runCommandName: `${name}-agent`, source: { script: script.text }, timeoutInSeconds: 900, asyncExecution: false, treatFailureAsDeploymentFailure: true, tags: { "managed-by": "pulumi-lgtm", ...args.tags } },
        { parent: this },
      );
    this.registerOutputs({});
  }
}
