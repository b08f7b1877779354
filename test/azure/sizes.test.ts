import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseId } from "../../components/azure/ids";
import { archOf, billedGiB, hasNvme, hasPremiumDisks, hasTrustedLaunch, memoryOfSize } from "../../components/azure/sizes";

describe("what the name of a size says", () => {
  it("p among the letters after the number is arm64, in the family it is not", () => {
    for (const name of ["Standard_B2pls_v2", "Standard_D2ps_v5", "Standard_D16-4ps_v6", "Standard_E2pds_v6"]) assert.equal(archOf(name), "arm64", name);
    for (const name of ["Standard_B1ms", "Standard_D2as_v6", "Standard_NP20s", "Standard_DS2_v2"]) assert.equal(archOf(name), "amd64", name);
  });

  it("s is premium disks, before the number with the oldest ones", () => {
    for (const name of ["Standard_B2pls_v2", "Standard_B1ms", "Standard_DS2_v2", "Standard_D2s_v5"]) assert.ok(hasPremiumDisks(name), name);
    for (const name of ["Standard_D2_v5", "Standard_D2a_v4", "Standard_E2d_v5"]) assert.ok(!hasPremiumDisks(name), name);
  });

  it("from the sixth generation on disks are NVMe, and arm64 is trusted", () => {
    assert.deepEqual(["Standard_B2pls_v2", "Standard_D2ps_v5", "Standard_D2ps_v6", "Standard_D2as_v7"].map(hasNvme), [false, false, true, true]);
    assert.deepEqual(["Standard_B2pls_v2", "Standard_D2ps_v5", "Standard_D2ps_v6", "Standard_B2s"].map(hasTrustedLaunch), [false, false, true, true]);
  });

  it("has the memory that the letter before s tells: l is 2 GiB a processor, none is 4", () => {
    for (const [name, memory] of Object.entries(memoryOfSize)) {
      const [, family, cores, letters] = /^Standard_([BDE])(\d+)([a-z]*)/.exec(name)!;
      if (!name.includes("_v")) continue;
      const each = letters!.includes("l") ? 2048 : family === "E" ? 8192 : 4096;
      assert.equal(memory, Number(cores) * each, name);
    }
  });
});

it("a disk is billed as the next step, beyond the largest one as it is", () => {
  assert.deepEqual([10, 32, 33, 100, 1024, 2000].map(billedGiB), [32, 32, 64, 128, 1024, 2000]);
});

it("a resource id is taken apart, what is none is not", () => {
  assert.deepEqual(parseId("/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/main/subnets/a"), { subscriptionId: "1", resourceGroupName: "g", type: "Microsoft.Network/virtualNetworks/subnets", names: ["main", "a"] });
  for (const wrong of ["main", "/subscriptions/1/resourceGroups/g", "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks", "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks//subnets/a"]) assert.equal(parseId(wrong), undefined, wrong);
});
