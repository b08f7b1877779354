import type { MachineType, Size } from "../cloud/sizes";

/**
 * E2 and not arm64: the cheapest in every region, and the only family with 2 GiB for half the price of the smallest arm64 machine
 * (e2-small 12 USD a month, n4a-standard-1 28). An arm64 type is taken by name.
 */
export const typeOfSize: Record<Size, string> = { small: "e2-small", medium: "e2-medium", large: "e2-standard-2" };

/** Memory in MiB of common types, from cloud.google.com/compute/docs/general-purpose-machines (read November 2026). */
export const memoryOfType: Record<string, number> = {
  "e2-small": 2048, "e2-medium": 4096, "e2-standard-2": 8192, "e2-standard-4": 16384, "e2-highmem-2": 16384,
  "n4-standard-2": 8192, "n4-standard-4": 16384,
  "n4a-standard-1": 4096, "n4a-standard-2": 8192, "n4a-standard-4": 16384,
  "c4a-standard-1": 4096, "c4a-standard-2": 8192, "c4a-standard-4": 16384,
  "t2a-standard-1": 4096, "t2a-standard-2": 8192, "t2a-standard-4": 16384,
  "t2d-standard-1": 4096, "t2d-standard-2": 8192, "t2d-standard-4": 16384,
};

/** Google's arm64 families: Axion (C4A, N4A) and Altra (T2A). */
export function archOf(type: string): MachineType["arch"] {
  return /^(c4a|n4a|t2a)-/.test(type) ? "arm64" : "amd64";
}

/** The kind of disk that a machine takes: families from the fourth generation on know Hyperdisk alone (cloud.google.com/compute/docs/disks). */
export function diskTypeOf(type: string): "pd-balanced" | "hyperdisk-balanced" {
  return /^(c4|n4|m4|x4|h4|a4|g4)[a-z]*-/.test(type) ? "hyperdisk-balanced" : "pd-balanced";
}
