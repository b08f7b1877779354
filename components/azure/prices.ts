import { prices } from "../cloud/price-table";
import { snapshotGiB, sum, type MonthlyPrice } from "../cloud/prices";
import type { ChosenMachine } from "../cloud/machine";
import type { MonitoringServerArgs } from "./args";
import { billedGiB, hasPremiumDisks } from "./sizes";
import { systemDiskGiB } from "./vm";

export type { MonthlyPrice };

/** What the resources that {@link MonitoringServer} makes cost a month. */
export function monthlyPrice(args: MonitoringServerArgs, machine: ChosenMachine): MonthlyPrice {
  const { azure } = prices;
  if (args.vmId !== undefined) return sum([], azure.basis);
  const kept = args.snapshotsKept ?? 0;
  const disks = hasPremiumDisks(machine.name) ? azure.premiumDisk : azure.standardDisk;
  return sum(
    [
      { what: `virtual machine ${machine.name}`, usd: azure.machines[machine.name] },
      { what: `system disk ${systemDiskGiB} GiB`, usd: azure.standardDisk[systemDiskGiB] },
      ...(args.dataDiskId === undefined ? [{ what: `data disk ${machine.dataDiskGiB} GiB, billed as ${billedGiB(machine.dataDiskGiB)}`, usd: disks[billedGiB(machine.dataDiskGiB)] }] : []),
      ...(kept ? [{ what: `${kept} daily snapshots, estimated`, usd: snapshotGiB(machine.dataDiskGiB, kept) * azure.snapshotGiB }] : []),
      ...(args.publicAddress !== false && args.publicIpAddressId === undefined ? [{ what: "public IPv4 address", usd: azure.publicAddress }] : []),
    ],
    azure.basis,
  );
}
