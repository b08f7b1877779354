import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { renderBundle } from "../../components/server/bundle";
import type { ServerSpec } from "../../components/server/spec";
import { versions } from "../../components/server/versions";
import { dashboardsOf, servers } from "./rendered";
import { schemaProblems } from "./schema";

describe("Grafana's published schema", () => {
  it("is that of the Grafana that the server runs", () => {
    assert.equal((require("@grafana/schema/package.json") as { version: string }).version, versions.grafana);
  });

  it("knows everything in every dashboard", () => {
    assert.deepEqual(schemaProblems(dashboardsOf(servers["datasources of every cloud"])), []);
  });

  it("finds what it does not know, what is of another type, and what is missing", () => {
    const [overview] = dashboardsOf();
    const changed = JSON.parse(JSON.stringify(overview)) as { schemaVersion?: number; panels: { type: string; options: Record<string, unknown>; fieldConfig: { defaults: Record<string, unknown> }; targets: Record<string, unknown>[] }[] };
    delete changed.schemaVersion;
    const panel = (type: string) => changed.panels.find(each => each.type === type)!;
    panel("stat").options.colorMode = "backgrounds";
    panel("timeseries").fieldConfig.defaults.decimal = 2;
    panel("table").targets[0]!.exprs = "up";
    const problems = schemaProblems([changed]);
    for (const words of [/schemaVersion.*missing/, /backgrounds/, /decimal/, /exprs/]) assert.ok(problems.some(problem => words.test(problem)), `${words}: ${problems.join("\n")}`);
    assert.equal(problems.length, 4, problems.join("\n"));
  });
});

/**
 * Keys of the provisioning files, as Grafana's documentation lists them (Administration, Provision Grafana) and its structs read
 * them (pkg/services/provisioning/datasources and dashboards, types.go). Grafana ignores a key that it does not know.
 */
const text = z.string().min(1);
const datasourceFile = z.strictObject({
  apiVersion: z.literal(1),
  prune: z.boolean().optional(),
  deleteDatasources: z.array(z.strictObject({ name: text, orgId: z.int().optional() })).optional(),
  datasources: z.array(
    z.strictObject({
      name: text, type: text, uid: z.string().regex(/^[\w-]{1,40}$/), url: z.url().optional(), access: z.enum(["proxy", "direct"]).optional(), orgId: z.int().optional(), user: text.optional(), database: text.optional(),
      basicAuth: z.boolean().optional(), basicAuthUser: text.optional(), withCredentials: z.boolean().optional(), isDefault: z.boolean().optional(), editable: z.boolean().optional(), version: z.int().optional(),
      jsonData: z.record(z.string(), z.unknown()).optional(), secureJsonData: z.record(z.string(), z.string()).optional(), correlations: z.array(z.unknown()).optional(),
    }),
  ),
});
const dashboardFile = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: text, type: z.literal("file"), orgId: z.int().optional(), folder: z.string().optional(), folderUid: text.optional(), disableDeletion: z.boolean().optional(), updateIntervalSeconds: z.int().optional(), allowUiUpdates: z.boolean().optional(),
      options: z.strictObject({ path: text, foldersFromFilesStructure: z.boolean().optional() }),
    }),
  ),
});
const none = z.strictObject({ apiVersion: z.literal(1) });
const shapes: Record<string, z.ZodType> = { "datasources/lgtm.yml": datasourceFile, "dashboards/lgtm.yml": dashboardFile, "alerting/none.yml": none, "plugins/none.yml": none };

describe("Grafana's provisioning files", () => {
  for (const [name, spec] of Object.entries(servers) as [string, ServerSpec][]) {
    if (spec.leaveOut?.includes("grafana")) continue;
    it(`have only keys that Grafana reads, of a server with ${name}`, () => {
      const prefix = "config/grafana/provisioning/";
      const files = Object.entries(renderBundle(spec).files).filter(([path]) => path.startsWith(prefix));
      assert.deepEqual(files.map(([path]) => path.slice(prefix.length)).sort(), Object.keys(shapes).sort());
      for (const [path, content] of files) assert.deepEqual(shapes[path.slice(prefix.length)]!.safeParse(parse(content)).error?.issues ?? [], [], path);
    });
  }

  it("are refused with a key that Grafana would ignore", () => {
    const source = { name: "Loki", type: "loki", uid: "loki", url: "http://127.0.0.1:3100" };
    assert.ok(datasourceFile.safeParse({ apiVersion: 1, datasources: [source] }).success);
    assert.match(datasourceFile.safeParse({ apiVersion: 1, datasources: [{ ...source, jsondata: {} }] }).error!.message, /jsondata/);
  });
});
