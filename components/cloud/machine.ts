import type { Machine } from "../server/guest/machine";
import type { ServerSpec } from "../server/spec";
import type { CloudServerArgs } from "./args";
import { sizes, type MachineType, type Size } from "./sizes";

/** The machine that a server runs on. */
export interface ChosenMachine extends MachineType {
  dataDiskGiB: number;
}

/**
 * The machine of a size or a machine type by name. A type that is not in `known` needs `memory`, since nobody asks the cloud
 * before the files are rendered.
 */
export function chooseMachine(
  args: Pick<CloudServerArgs, "size" | "dataDiskGiB" | "memory">,
  key: string,
  type: string | undefined,
  bySize: Record<Size, string>,
  known: Record<string, number>,
  archOf: (type: string) => MachineType["arch"],
): ChosenMachine | string {
  const size = args.size ?? "small";
  const name = type ?? bySize[size];
  const memory = args.memory ?? known[name];
  if (memory === undefined) return `${key}: nobody here knows how much memory "${name}" has. Say it in MiB as it is sold, such as memory: 8192.`;
  return { name, memory, arch: archOf(name), dataDiskGiB: args.dataDiskGiB ?? sizes[size].dataDiskGiB };
}

/** The spec of a server on that machine, with what the cloud decides filled in where the user did not say. */
export function specOnMachine(spec: ServerSpec, cloud: string, host: string, machine: ChosenMachine): ServerSpec {
  return { cloud, host, ...spec, memory: machine.memory };
}

/**
 * What a machine was told at its first boot and would never hear again, as one text: when it changes, the machine has to be made
 * anew. The size of the disk is not in it: a disk that grew is taken as it is.
 */
export function whatStage0Knows({ root, store, statusStore, secrets, dataDisk }: Machine, arch: MachineType["arch"]): string {
  return JSON.stringify([arch, root, store, statusStore, secrets, dataDisk?.device]);
}
