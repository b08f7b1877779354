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
    machines: { Standard_B2pls_v2: 24.53, Standard_B2ps_v2: 49.06 } as Record<string, number>,
    publicAddress: 3.65,
    snapshotGiB: 0.05,
  },
  gcp: {
    basis: `Google Cloud us-central1, list prices read ${readOn}`,
    machines: { "e2-small": 12.23, "e2-medium": 24.46, "e2-standard-2": 48.92 } as Record<string, number>,
    diskGiB: 0.1,
    snapshotGiB: 0.05,
    publicAddress: 3.65,
  },
};
