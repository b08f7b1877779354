/**
 * List prices in US dollars, linux on demand: machines a month of 730 hours, disks and snapshots a GiB and month, from public
 * price lists of 2024 to 2026 (the clouds' own calculators are the authority). Read November 2026.
 */
export const readOn = "November 2026";

export const prices = {
  aws: {
    basis: `AWS us-east-1, list prices read ${readOn}`,
    machines: { "t4g.small": 12.26, "t4g.medium": 24.53, "t4g.large": 49.06, "t4g.xlarge": 98.11, "t3.small": 15.18, "t3.medium": 30.37, "t3.large": 60.74, "t3.xlarge": 121.47 } as Record<string, number>,
    diskGiB: 0.08,
    snapshotGiB: 0.05,
    publicAddress: 3.65,
    alarm: 0.1,
    kmsKey: 1,
  },
  azure: {
    basis: `Azure East US, list prices read ${readOn}`,
    machines: { Standard_B2pls_v2: 24.53, Standard_B2ps_v2: 49.06, Standard_B4ps_v2: 98.11, Standard_B1ms: 15.11, Standard_B2s: 30.37, Standard_B2ms: 60.74 } as Record<string, number>,
    // By the steps that are billed, in GiB: P4, P6 … of premium SSDs, E4, E6 … of standard ones, whose operations cost extra.
    premiumDisk: { 32: 5.28, 64: 10.21, 128: 19.71, 256: 38.02, 512: 73.22, 1024: 135.17 } as Record<number, number>,
    standardDisk: { 32: 2.4, 64: 4.8, 128: 9.6, 256: 19.2, 512: 38.4, 1024: 76.8 } as Record<number, number>,
    snapshotGiB: 0.05,
    publicAddress: 3.65,
  },
  gcp: {
    basis: `Google Cloud us-central1, list prices read ${readOn}`,
    machines: {
      "e2-small": 12.23, "e2-medium": 24.46, "e2-standard-2": 48.92, "e2-standard-4": 97.84,
      "n4a-standard-1": 28.11, "n4a-standard-2": 56.21, "n4a-standard-4": 112.42,
      "c4a-standard-1": 32.78, "c4a-standard-2": 65.55, "c4a-standard-4": 131.11,
    } as Record<string, number>,
    diskGiB: { "pd-balanced": 0.1, "hyperdisk-balanced": 0.08 },
    snapshotGiB: 0.05,
    publicAddress: 3.65,
    /** One active version; the first six of a billing account are free. */
    secret: 0.06,
  },
};
