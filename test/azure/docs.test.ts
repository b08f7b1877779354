import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checked, idTypes } from "../../components/azure/args";
import { monthlyPrice } from "../../components/azure/prices";
import { Size, sizes } from "../../components/cloud/sizes";
import { checkout } from "../checkout";
import { sizeRow } from "../cloud/size-row";

const page = readFileSync(join(checkout, "docs/azure.md"), "utf8");
const allowedCidrs = ["203.0.113.0/24"];

describe("docs/azure.md", () => {
  it("says of each size what it is and costs", () => {
    for (const size of Object.values(Size)) {
      const { machine } = checked("mon", { allowedCidrs, size });
      const row = sizeRow(size, machine, monthlyPrice({ allowedCidrs, size }, machine));
      assert.ok(page.includes(row), row);
      assert.ok(machine.memory >= sizes[size].memory && machine.dataDiskGiB >= sizes[size].dataDiskGiB, `${size} is less than it promises`);
    }
    const { machine } = checked("mon", { allowedCidrs, vmSize: "Standard_B1ms" });
    assert.ok(page.includes(`\`vmSize: "Standard_B1ms"\`, ${monthlyPrice({ allowedCidrs }, machine).usd.toFixed(2)}.`));
  });

  it("has a row for each thing that exists and can be given", () => {
    for (const key of [...Object.keys(idTypes), "resourceGroupName"]) assert.match(page, new RegExp(`^\\| \`${key}\` \\|`, "m"), key);
  });
});
