import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../../components/server/spec-error";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { explained, objectKey, serverKey } from "../../stacks/config";
import { checkout } from "../checkout";

const config = (value: unknown) => ({ getObject: () => value }) as unknown as pulumi.Config;
const fields = { folder: "string", runtime: ["containers", "processes"], requireAll: "boolean", port: "number" } as const;
const read = (value: unknown) => objectKey<{ folder: string; runtime: string; requireAll: boolean; port: number }>(config(value), "local", fields);

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof SpecError);
    return error.problems;
  }
  return [];
}

describe("an object key of the configuration", () => {
  it("passes what is allowed, and nothing is fine too", () => {
    assert.deepEqual(read({ runtime: "processes", requireAll: true, port: 1 }), { runtime: "processes", requireAll: true, port: 1 });
    assert.deepEqual(read(undefined), {});
  });

  it("says all that is wrong at once, with the command that mends each", () => {
    assert.deepEqual(problemsOf(() => read({ runtme: "x", runtime: "docker", requireAll: "yes" })), [
      'local.runtme: no such key. Did you mean "runtime"? Known: folder, runtime, requireAll, port. Mend it with: pulumi config rm --path local.runtme',
      'local.runtime: "docker" is not allowed. Allowed: containers, processes. Mend it with: pulumi config set --path local.runtime containers',
      'local.requireAll: "yes" is not allowed. Allowed: a boolean. Mend it with: pulumi config set --path local.requireAll true',
    ]);
  });

  it("is refused where it is no object", () => {
    assert.match(problemsOf(() => read(["x"]))[0]!, /^local: \["x"\] is not allowed.*pulumi config rm local$/);
  });
});

describe("a problem of the spec", () => {
  const problems = (spec: unknown) => problemsOf(() => explained("server", () => resolveSpec(spec as ServerSpec)));

  it("is said with its configuration key and the command", () => {
    assert.match(problems({ memory: "2GB" })[0]!, /^server\.memory: "2GB" is not allowed.*Mend it with: pulumi config set --path 'server\.memory' <value>$/);
    assert.match(problems({ tmezone: "UTC" })[0]!, /^server\.tmezone: no such key\. Did you mean "timezone"\?.*pulumi config rm --path 'server\.tmezone'$/);
    assert.match(problems({ ports: { https: 0 } })[0]!, /^server\.ports\.https: 0 .*--path 'server\.ports\.https'/);
  });

  it("leaves other errors as they are", () => {
    assert.throws(() => explained("server", () => { throw new TypeError("x"); }), TypeError);
  });
});

describe("the spec of the configuration", () => {
  it("has the folder of the user's dashboards beside Pulumi.yaml, wherever the program runs", () => {
    const folderOf = (folder: string) => serverKey(config({ dashboards: { folder } })).dashboards!.folder;
    assert.equal(folderOf("dashboards"), join(checkout, "dashboards"));
    assert.equal(folderOf("/srv/dashboards"), "/srv/dashboards");
    assert.deepEqual(serverKey(config({ memory: 1024 })), { memory: 1024 });
  });
});
