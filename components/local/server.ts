import * as pulumi from "@pulumi/pulumi";
import { renderBundle, type Plan } from "../server/bundle";
import { contractOf, type ServerContract } from "../server/contract";
import { containerLayout, type Layout, type Runtime } from "../server/layout";
import { ServerBundle } from "../server/bundle-resource";
import { resolveSpec, type ServerSpec } from "../server/spec";
import type { ServiceName } from "../server/versions";
import { localSpec } from "./defaults";
import { folderProblem, serverFolder } from "./folder";
import { processLayoutHere } from "./layout";
import { knownMissing } from "./machine";
import { LocalServer } from "./resource";
import { storeBundle } from "./rollout";
import { chooseRuntime, thisMachine } from "./runtime";

/** How a monitoring server runs on this machine. The spec's own defaults differ where a machine of one's own does, see {@link localSpec}. */
export interface MonitoringServerArgs extends ServerSpec {
  /** Folder of its data, configuration, secrets and logs. @default <state folder of the user>/pulumi-lgtm/<stack> */
  folder?: string;
  /**
   * "containers" or "processes".
   * @default what runs already; else containers when an engine is running and has or can pull the images, else processes
   */
  runtime?: Runtime;
  /** A program that cannot be had is an error; else the service is left out and shown as missing. @default false */
  requireAll?: boolean;
  /** Delete the data with the server. @default false: a later server in the same folder finds it again */
  deleteDataOnDestroy?: boolean;
}

/** The monitoring server on this machine: the same programs and configuration as on any other. */
export class MonitoringServer extends pulumi.ComponentResource {
  /** What agents, other stacks and `verify` need to know. */
  readonly contract: pulumi.Output<ServerContract>;
  readonly folder: pulumi.Output<string>;
  readonly runtime: pulumi.Output<Runtime>;
  /** Services that cannot run here, with the reason. */
  readonly missing: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: MonitoringServerArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:local:MonitoringServer", name, { ...args }, opts);
    const { folder = serverFolder(pulumi.getStack()), runtime: wanted, requireAll = false, deleteDataOnDestroy = false, ...given } = args;
    const problem = folderProblem(folder);
    if (problem) throw new pulumi.InputPropertyError({ propertyPath: "folder", reason: problem });

    const whole = localSpec(given);
    const { runtime } = chooseRuntime(wanted, planOf(whole, containerLayout).services.map(service => service.image), thisMachine(folder));
    const leftOut = runtime === "processes" ? absentHere(whole, folder) : [];
    const spec = { ...whole, leaveOut: [...(whole.leaveOut ?? []), ...leftOut] };
    const layout = runtime === "containers" ? containerLayout : processLayoutHere();
    const resolved = resolveSpec(spec);
    const bundle = new ServerBundle(`${name}-files`, renderBundle(spec, layout), { parent: this });
    if (!pulumi.runtime.isDryRun()) storeBundle(folder, bundle);
    const { services, secrets } = planOf(spec, layout);
    const address = resolved.addresses[0]!;
    const contract = contractOf(resolved, address, "");
    const inputs = { folder, runtime, bundle: bundle.hash, services: services.map(service => service.name), secrets, leftOut, bindings: { address }, contract, requireAll, deleteDataOnDestroy };
    const server = new LocalServer(`${name}-server`, inputs, { parent: this });

    this.contract = server.ca.apply(ca => ({ ...contract, ca }));
    this.folder = server.folder;
    this.runtime = pulumi.output(runtime);
    this.missing = server.missing;
    this.registerOutputs({ contract: this.contract, folder: this.folder, runtime: this.runtime, missing: this.missing });
  }
}

function planOf(spec: ServerSpec, layout: Layout): Plan {
  return JSON.parse(renderBundle(spec, layout).files["plan.json"]!) as Plan;
}

/** What no spec can do without. */
const alwaysThere: ServiceName[] = ["prometheus", "loki", "caddy"];

/** Services whose programs cannot be had: without them, nothing scrapes, routes to or alerts about what is not there. */
function absentHere(spec: ServerSpec, folder: string): ServiceName[] {
  const missing = knownMissing(folder);
  return resolveSpec(spec).services.filter(name => name in missing && !alwaysThere.includes(name));
}
