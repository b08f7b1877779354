import { MonitoringServer, type MonitoringServerArgs } from "../../components/azure";
import { machineIn } from "../cloud/machine-in";
import { open, resources } from "../mocks";
import { id, run } from "./mocks";

export const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

export async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", ...options }: { preview?: boolean; name?: string } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), options);
  return { component, registered, ...resources(registered) };
}

/** A server with all defaults; nothing changes it. */
let withDefaults: ReturnType<typeof server> | undefined;
export const plain = () => (withDefaults ??= server());

/** Text of the custom data, as cloud-init sees it. */
export function userDataOf(machine: Record<string, any>): string {
  return Buffer.from(machine.osProfile.customData, "base64").toString();
}

export function machineOf(machine: Record<string, any>): Record<string, any> {
  return machineIn(userDataOf(machine));
}

/** What is uploaded as a blob. */
export async function contentOf<T>(blob: Record<string, any>): Promise<T> {
  return JSON.parse(await (open(blob.source) as { text: Promise<string> }).text) as T;
}

export const zone = id("Microsoft.Network/dnszones", "example.com", "names");
