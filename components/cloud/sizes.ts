/** Sizes by name: each cloud has a machine type for it. */
export const Size = { small: "small", medium: "medium", large: "large" } as const;
export type Size = (typeof Size)[keyof typeof Size];

/** Memory in MiB as the machine is sold, and GiB of the data disk. Ingestion is cheap; what needs memory is queries (docs/memory.md). */
export const sizes: Record<Size, { memory: number; dataDiskGiB: number }> = {
  small: { memory: 2048, dataDiskGiB: 20 },
  medium: { memory: 4096, dataDiskGiB: 50 },
  large: { memory: 8192, dataDiskGiB: 100 },
};

/** A machine type of a cloud. */
export interface MachineType {
  name: string;
  /** MiB, as it is sold. */
  memory: number;
  arch: "arm64" | "amd64";
}
