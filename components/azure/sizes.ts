import type { MachineType, Size } from "../cloud/sizes";

/**
 * arm64, burstable. Azure has no arm64 machine between 1 and 4 GiB, so `small` has more memory than it asks for, and `medium`
 * differs from it in the disk alone.
 */
export const sizeOfSize: Record<Size, string> = { small: "Standard_B2pls_v2", medium: "Standard_B2pls_v2", large: "Standard_B2ps_v2" };

/** Memory in MiB of common sizes, from learn.microsoft.com/azure/virtual-machines/sizes (read November 2026). */
export const memoryOfSize: Record<string, number> = {
  Standard_B2pls_v2: 4096, Standard_B2ps_v2: 8192, Standard_B4pls_v2: 8192, Standard_B4ps_v2: 16384,
  Standard_B1ms: 2048, Standard_B2s: 4096, Standard_B2ms: 8192, Standard_B4ms: 16384,
  Standard_B2ls_v2: 4096, Standard_B2s_v2: 8192, Standard_B2als_v2: 4096, Standard_B2as_v2: 8192,
  Standard_D2pls_v5: 4096, Standard_D2ps_v5: 8192, Standard_D4ps_v5: 16384,
  Standard_D2pls_v6: 4096, Standard_D2ps_v6: 8192, Standard_D4ps_v6: 16384,
  Standard_D2s_v5: 8192, Standard_D4s_v5: 16384, Standard_D2as_v5: 8192, Standard_D2s_v6: 8192, Standard_D2as_v6: 8192,
  Standard_E2ps_v5: 16384, Standard_E2ps_v6: 16384, Standard_E2s_v5: 16384,
};

/** What the name of a size says: letters after the number of processors are its features (p: arm64, s: premium disks), the end its generation. */
function featuresOf(name: string): { letters: string; generation: number } {
  const [, letters = "", generation = "1"] = /^Standard_[A-Z]+\d+(?:-\d+)?([a-z]*)(?:_v(\d+))?/.exec(name) ?? [];
  return { letters, generation: Number(generation) };
}

export function archOf(name: string): MachineType["arch"] {
  return featuresOf(name).letters.includes("p") ? "arm64" : "amd64";
}

/** From the sixth generation on disks are NVMe devices. */
export function hasNvme(name: string): boolean {
  return featuresOf(name).generation >= 6;
}

/** Whether a size takes premium disks. The oldest ones say it before the number: Standard_DS2_v2. */
export function hasPremiumDisks(name: string): boolean {
  return featuresOf(name).letters.includes("s") || /^Standard_[A-Z]+S\d/.test(name);
}

/** Microsoft lists Trusted Launch for amd64 and, of arm64, for Cobalt processors, which begin with the sixth generation; not for Ampere's. */
export function hasTrustedLaunch(name: string): boolean {
  return archOf(name) === "amd64" || hasNvme(name);
}

/** Disks are billed by these steps: less costs the same. */
export const diskSteps = [32, 64, 128, 256, 512, 1024] as const;

/** The step that a disk of this size is billed as; larger ones are left as they are. */
export function billedGiB(sizeGiB: number): number {
  return diskSteps.find(step => step >= sizeGiB) ?? sizeGiB;
}
