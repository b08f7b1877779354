import { MonitoringServer, type MonitoringServerArgs } from "../../components/gcp";
import { machineIn } from "../cloud/machine-in";
import { resources } from "../mocks";
import { project, run } from "./mocks";

export const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

export async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", preview = false } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), { preview });
  return { component, registered, ...resources(registered) };
}

export function machineOf(instance: Record<string, any>): Record<string, any> {
  return machineIn(instance.metadata["user-data"]);
}

/** What each firewall rule says: direction, ports, where from or to, and for whom. */
export function rules(firewalls: { name: string; inputs: Record<string, any> }[]) {
  return Object.fromEntries(firewalls.map(({ name, inputs }) => [name, [inputs.direction, (inputs.allows ?? inputs.denies)[0], inputs.sourceRanges ?? inputs.destinationRanges, inputs.targetTags]]));
}

export const tag = "mon-42d24c77";
export const email = `${tag}@${project}.iam.gserviceaccount.com`;
