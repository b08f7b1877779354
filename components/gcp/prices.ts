import { prices } from "../cloud/price-table";
import { snapshotGiB, sum, type MonthlyPrice } from "../cloud/prices";
import type { ChosenMachine } from "../cloud/machine";
import type { MonitoringServerArgs } from "./args";
import { diskTypeOf } from "./sizes";
import { rootGiB } from "./vm";

export type { MonthlyPrice };

/** What the resources that {@link MonitoringServer} makes cost a month. */
export function monthlyPrice(args: MonitoringServerArgs, machine: ChosenMachine, secrets: number): MonthlyPrice {
  const { gcp } = prices;
  const ofSecrets = { what: `${secrets} secrets`, usd: secrets * gcp.secret };
  if (args.instance !== undefined) return sum([ofSecrets], gcp.basis);
  const kind = diskTypeOf(machine.name);
  const kept = args.dataDisk === undefined ? (args.snapshotsKept ?? 7) : 0;
  return sum(
    [
      { what: `machine ${machine.name}`, usd: gcp.machines[machine.name] },
      { what: `system disk ${rootGiB} GiB`, usd: rootGiB * gcp.diskGiB[kind] },
      ...(args.dataDisk === undefined ? [{ what: `data disk ${machine.dataDiskGiB} GiB`, usd: machine.dataDiskGiB * gcp.diskGiB[kind] }] : []),
      ...(kept ? [{ what: `${kept} daily snapshots, estimated`, usd: snapshotGiB(machine.dataDiskGiB, kept) * gcp.snapshotGiB }] : []),
      ...(args.publicAddress !== false && args.address === undefined ? [{ what: "public IPv4 address", usd: gcp.publicAddress }] : []),
      ofSecrets,
    ],
    gcp.basis,
  );
}
