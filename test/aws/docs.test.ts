import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checked } from "../../components/aws/args";
import { monthlyPrice } from "../../components/aws/prices";
import { Size } from "../../components/cloud/sizes";
import { checkout } from "../checkout";
import { sizeRow } from "../cloud/size-row";

const page = readFileSync(join(checkout, "docs/aws.md"), "utf8");
const allowedCidrs = ["203.0.113.0/24"];

describe("docs/aws.md", () => {
  it("says of each size what it is and costs", () => {
    for (const size of Object.values(Size)) {
      const { machine } = checked("mon", { allowedCidrs, size });
      const row = sizeRow(size, machine, monthlyPrice({ allowedCidrs, size }, machine));
      assert.ok(page.includes(row), row);
    }
  });

  it("has every argument beside the spec", () => {
    const declared = ["aws/args", "cloud/args"].flatMap(file => [.../^ {2}(\w+)\??:/gm[Symbol.matchAll](interfaceOf(file))].map(([, key]) => key!));
    assert.ok(declared.length > 20, String(declared.length));
    assert.deepEqual([...declared, "secrets", "rotate"].filter(key => !new RegExp(`^\\|[^|]*\`${key}\``, "m").test(page)), []);
  });
});

/** The text of the interface of a server's arguments. */
function interfaceOf(file: string): string {
  return /export interface (?:MonitoringServerArgs|CloudServerArgs)[^{]*\{([^]*?)\n\}/.exec(readFileSync(join(checkout, "components", `${file}.ts`), "utf8"))![1]!;
}
