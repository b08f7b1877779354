import assert from "node:assert/strict";
import { parse } from "yaml";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/gcp";
import { project, run } from "./mocks";

export const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

export async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", preview = false } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), { preview });
  const typed = (type: string) => registered.filter(each => each.type.endsWith(`:${type}`));
  const only = (type: string): Record<string, any> => {
    const found = typed(type);
    assert.equal(found.length, 1, `${type}: ${found.map(each => each.name).join(", ") || "none"}`);
    return found[0]!.inputs;
  };
  return { component, registered, typed, only, named: (type: string, resource: string) => typed(type).find(each => each.name === resource)!.inputs as Record<string, any> };
}

export function machineOf(instance: Record<string, any>): Record<string, any> {
  const config = parse(instance.metadata["user-data"]) as { write_files: { path: string; content: string }[] };
  return JSON.parse(config.write_files.find(file => file.path.endsWith("/machine.json"))!.content) as Record<string, any>;
}

/** What each firewall rule says: direction, ports, where from or to, and for whom. */
export function rules(firewalls: { name: string; inputs: Record<string, any> }[]) {
  return Object.fromEntries(firewalls.map(({ name, inputs }) => [name, [inputs.direction, (inputs.allows ?? inputs.denies)[0], inputs.sourceRanges ?? inputs.destinationRanges, inputs.targetTags]]));
}

export const tag = "mon-42d24c77";
export const email = `${tag}@${project}.iam.gserviceaccount.com`;
