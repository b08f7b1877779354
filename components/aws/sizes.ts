import type { MachineType, Size } from "../cloud/sizes";

/** arm64, burstable: cheapest for what a small team sends. */
export const typeOfSize: Record<Size, string> = { small: "t4g.small", medium: "t4g.medium", large: "t4g.large" };

/** Memory in MiB of common types, from aws.amazon.com/ec2/instance-types (read November 2026). */
export const memoryOfType: Record<string, number> = {
  "t4g.small": 2048, "t4g.medium": 4096, "t4g.large": 8192, "t4g.xlarge": 16384,
  "t3.small": 2048, "t3.medium": 4096, "t3.large": 8192, "t3.xlarge": 16384,
  "t3a.small": 2048, "t3a.medium": 4096, "t3a.large": 8192, "t3a.xlarge": 16384,
  "m7g.medium": 4096, "m7g.large": 8192, "m7g.xlarge": 16384,
  "m7i.large": 8192, "m7i.xlarge": 16384,
  "r7g.medium": 8192, "r7g.large": 16384,
};

/** Graviton families have a g after their generation (t4g, m7gd, c8gn, x2gd, im4gn); a1 was the first. */
export function archOf(type: string): MachineType["arch"] {
  return /^([a-z]+\d+g|a1\b)/.test(type) ? "arm64" : "amd64";
}
