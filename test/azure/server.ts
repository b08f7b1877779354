import assert from "node:assert/strict";
import { parse } from "yaml";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/azure";
import { open } from "../mocks";
import { id, run } from "./mocks";

export const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

export async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", ...options }: { preview?: boolean; name?: string } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), options);
  const typed = (type: string) => registered.filter(each => each.type.endsWith(`:${type}`));
  const only = (type: string): Record<string, any> => {
    const found = typed(type);
    assert.equal(found.length, 1, `${type}: ${found.map(each => each.name).join(", ") || "none"}`);
    return found[0]!.inputs;
  };
  return { component, registered, typed, only, named: (type: string, name: string) => typed(type).find(each => each.name === name)!.inputs as Record<string, any> };
}

/** A server with all defaults; nothing changes it. */
let withDefaults: ReturnType<typeof server> | undefined;
export const plain = () => (withDefaults ??= server());

/** Text of the custom data, as cloud-init sees it. */
export function userDataOf(machine: Record<string, any>): string {
  return Buffer.from(machine.osProfile.customData, "base64").toString();
}

export function machineOf(machine: Record<string, any>): Record<string, any> {
  const config = parse(userDataOf(machine)) as { write_files: { path: string; content: string }[] };
  return JSON.parse(config.write_files.find(file => file.path.endsWith("/machine.json"))!.content) as Record<string, any>;
}

/** What is uploaded as a blob. */
export async function contentOf<T>(blob: Record<string, any>): Promise<T> {
  return JSON.parse(await (open(blob.source) as { text: Promise<string> }).text) as T;
}

export const zone = id("Microsoft.Network/dnszones", "example.com", "names");
