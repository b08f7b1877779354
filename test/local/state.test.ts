import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { difference, type ServerInputs, type ServerState, type Surroundings } from "../../components/local/state";

const inputs: ServerInputs = { folder: "/srv/a", runtime: "processes", bundle: "b1", services: ["loki", "caddy"], secrets: [], leftOut: ["grafana"], bindings: {}, contract: {} as never, requireAll: false, deleteDataOnDestroy: false, host: "/x/host.js" };
const was: ServerState = { ...inputs, release: "r1", ca: "", running: ["caddy", "loki"], missing: { grafana: "no network" } };
const here: Surroundings = { release: "r1", missing: ["grafana"] };

describe("whether a server has to be touched", () => {
  it("says no when everything is as it was, even with a service that cannot run here", () => {
    assert.deepEqual(difference(was, inputs, here), { changes: false, replaces: [], deleteBeforeReplace: true });
  });

  it("does not mind where the package lies", () => {
    assert.equal(difference(was, { ...inputs, host: "/elsewhere/host.js" }, here).changes, false);
  });

  const differences: [string, Partial<ServerInputs>, Partial<Surroundings>, Partial<ServerState>][] = [
    ["another bundle", { bundle: "b2" }, { release: "r2" }, {}],
    ["a rotated secret", {}, { release: "r2" }, {}],
    ["a secret that is gone", {}, { release: undefined }, {}],
    ["a service that is dead", {}, {}, { running: ["caddy"] }],
    ["a program that can be had now", {}, { missing: [] }, {}],
    ["a program that is gone", {}, { missing: ["grafana", "loki"] }, {}],
    ["a first roll-out that failed", {}, {}, { release: "", running: [] }],
    ["the other runtime", { runtime: "containers" }, {}, {}],
    ["a missing program once all are required", { requireAll: true }, {}, {}],
    ["another end of the data", { deleteDataOnDestroy: true }, {}, {}],
  ];
  for (const [what, wanted, around, before] of differences) {
    it(`says yes to ${what}, in place`, () => {
      assert.deepEqual(difference({ ...was, ...before }, { ...inputs, ...wanted }, { ...here, ...around }), { changes: true, replaces: [], deleteBeforeReplace: true });
    });
  }

  it("replaces the server when it moves to another folder, the old one first", () => {
    assert.deepEqual(difference(was, { ...inputs, folder: "/srv/b" }, here), { changes: true, replaces: ["folder"], deleteBeforeReplace: true });
  });
});
