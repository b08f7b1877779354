import type { ChosenMachine } from "../../components/cloud/machine";
import type { MonthlyPrice } from "../../components/cloud/prices";
import type { Size } from "../../components/cloud/sizes";

/** A size's row in the page of its cloud. */
export const sizeRow = (size: Size, { name, memory, dataDiskGiB }: ChosenMachine, { usd }: MonthlyPrice): string => `| \`${size}\` | ${name} | ${memory / 1024} GiB | ${dataDiskGiB} GiB | ${usd.toFixed(2)} |`;
