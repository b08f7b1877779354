import { prices } from "../cloud/price-table";
import { snapshotGiB, sum, type MonthlyPrice } from "../cloud/prices";
import type { ChosenMachine } from "../cloud/machine";
import type { MonitoringServerArgs } from "./args";
import { rootGiB } from "./vm";

export type { MonthlyPrice };

/** What the resources that {@link MonitoringServer} makes cost a month. */
export function monthlyPrice(args: MonitoringServerArgs, machine: ChosenMachine): MonthlyPrice {
  const { aws } = prices;
  if (args.instanceId !== undefined) return sum([], aws.basis);
  const kept = args.dataVolumeId === undefined ? (args.snapshotsKept ?? 7) : 0;
  return sum(
    [
      { what: `instance ${machine.name}`, usd: aws.machines[machine.name] },
      { what: `system disk ${rootGiB} GiB`, usd: rootGiB * aws.diskGiB },
      ...(args.dataVolumeId === undefined ? [{ what: `data disk ${machine.dataDiskGiB} GiB`, usd: machine.dataDiskGiB * aws.diskGiB }] : []),
      ...(kept ? [{ what: `${kept} daily snapshots, estimated`, usd: snapshotGiB(machine.dataDiskGiB, kept) * aws.snapshotGiB }] : []),
      ...(args.publicAddress !== false && args.allocationId === undefined ? [{ what: "public IPv4 address", usd: aws.publicAddress }] : []),
      { what: "alarm that reboots a hung machine", usd: aws.alarm },
    ],
    aws.basis,
  );
}
