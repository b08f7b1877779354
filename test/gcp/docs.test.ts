import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as ts from "typescript";
import { MonitoringServer } from "../../components/gcp";
import { projectReads } from "../../components/gcp/project-reads";
import { resolveSpec } from "../../components/server/spec";
import { checkout } from "../checkout";
import { code, tableRows } from "../markdown";
import { run } from "./mocks";

describe("docs/gcp.md", () => {
  const rows = tableRows("docs/gcp.md");

  it("has every argument beside the spec", () => {
    const documented = rows.filter(cells => cells.length === 2).flatMap(([first]) => [...first!.matchAll(/`(\w+)`/g)].map(match => match[1]!));
    const wanted = [...declared("gcp/args", "MonitoringServerArgs"), ...declared("cloud/args", "CloudServerArgs"), "secrets", "rotate"];
    assert.ok(wanted.length > 25);
    assert.deepEqual(wanted.filter(key => !documented.includes(key)), []);
  });

  it("names the machine, the disk and the price of every size", async () => {
    for (const size of ["small", "medium", "large"] as const) {
      const { made, registered } = await run(() => new MonitoringServer("mon", { size, allowedCidrs: ["203.0.113.0/24"] }));
      const input = (type: string, key: string) => registered.find(each => each.type.endsWith(`:${type}`))!.inputs[key];
      const shown = rows.find(([first, ...rest]) => code(first!) === size && rest.length === 4)!;
      assert.deepEqual([shown[1], shown[3], shown[4]], [input("Instance", "machineType"), `${String(input("Disk", "size"))} GiB`, made.price.usd.toFixed(2)], size);
    }
  });

  it("tells under which spec keys the server needs roles on the project", () => {
    const row = rows.find(([first]) => code(first!) === "roles/resourcemanager.projectIamAdmin")![1]!;
    assert.deepEqual(projectReads(resolveSpec({})), []);
    assert.ok(projectReads(resolveSpec({ discovery: { gce: { zones: ["europe-west3-b"] } } })).length && row.includes("discovery.gce"));
    assert.ok(projectReads(resolveSpec({ cloudDatasources: { gcp: [{}] } })).length && row.includes("cloudDatasources.gcp"));
    assert.ok(projectReads(resolveSpec({ cloudMetrics: { gcp: { services: ["cloud-sql"] } } })).length && row.includes("cloudMetrics.gcp"));
  });
});

/** Keys of an interface of its own, as users of the package see it. */
function declared(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(checkout, `dist/components/${file}.d.ts`), "utf8"), ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isInterfaceDeclaration).find(each => each.name.text === name)!.members.map(member => (member.name as ts.Identifier).text);
}
