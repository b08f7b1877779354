import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryShares, smallestMachine } from "../../components/server/memory";
import { serviceNames } from "../../components/server/versions";

const small = serviceNames.filter(name => name !== "tempo" && name !== "grafana");

describe("the shares of memory", () => {
  it("leave the system its part on every size of machine", () => {
    for (const machine of [2048, 2560, 3072, 4096, 6144, 8192, 16384, 65536]) {
      const shares = [...memoryShares(machine, serviceNames).values()];
      const sum = shares.reduce((total, share) => total + share.limit, 0);
      assert.ok(sum <= machine - 400, `${machine} MiB: ${sum} MiB handed out`);
    }
    assert.ok([...memoryShares(1024, small).values()].reduce((total, share) => total + share.limit, 0) <= 1024 - 300);
  });

  it("keep a gap between the collector's limit and the hard one", () => {
    for (const machine of [2048, 4096, 8192, 32768]) for (const share of memoryShares(machine, serviceNames).values()) assert.ok(share.soft <= share.limit * 0.85, JSON.stringify(share));
  });

  it("never shrink when the machine grows", () => {
    for (let machine = 2048; machine < 20_000; machine += 256) {
      const now = memoryShares(machine, serviceNames);
      const next = memoryShares(machine + 256, serviceNames);
      for (const name of serviceNames) assert.ok(next.get(name)!.limit >= now.get(name)!.limit, `${name} at ${machine}`);
    }
  });

  it("ask for 2 GiB with everything and 1 GiB without Tempo and Grafana", () => {
    assert.equal(smallestMachine(serviceNames), 2048);
    assert.equal(smallestMachine(small), 1024);
  });
});
