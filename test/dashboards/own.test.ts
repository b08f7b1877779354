import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { ownProblems } from "../../components/dashboards";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { dashboardsOf, filesOf } from "./rendered";

const own = JSON.stringify(new DashboardBuilder("Orders").uid("team-orders").build());

describe("a team's own dashboards", () => {
  it("stand beside ours as they are", () => {
    const files = filesOf({}, { own: { "orders.json": own } });
    assert.equal(files["orders.json"], own);
    assert.equal(Object.keys(files).length, 9);
  });

  it("are the same bytes whatever the order in which they are given", () => {
    const other = own.replace("team-orders", "team-other");
    assert.equal(JSON.stringify(filesOf({}, { own: { "b.json": own, "a.json": other } })), JSON.stringify(filesOf({}, { own: { "a.json": other, "b.json": own } })));
  });

  it("are refused with what is wrong and what to do", () => {
    const problem = (file: string, text: string) => ownProblems([[file, text]])[0];
    assert.equal(problem("orders.json", own), undefined);
    assert.match(problem("../x.json", own)!, /not a file name\. Use letters/);
    assert.match(problem("orders.yaml", own)!, /ending in \.json/);
    assert.match(problem("lgtm-host.json", own)!, /file of one of our dashboards/);
    assert.match(problem("orders.json", "{")!, /no JSON/);
    assert.match(problem("orders.json", "[]")!, /no dashboard/);
    assert.match(problem("orders.json", '{"title":"x"}')!, /has no uid/);
    assert.match(problem("orders.json", own.replace("team-orders", "lgtm-logs"))!, /uid "lgtm-logs" is one of ours\. .*change the uid/);
    assert.match(ownProblems([["a.json", own], ["b.json", own]])[0]!, /dashboards\.own\["b\.json"\]: uid "team-orders" is that of a\.json/);
    assert.throws(() => filesOf({}, { own: { "orders.json": "{" } }), /dashboards\.own\["orders\.json"\]: no JSON/);
  });
});

describe("a team's own dashboards in a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-dashboards-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const refusal = (dashboards: ServerSpec["dashboards"]) => {
    try {
      resolveSpec({ dashboards });
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };

  it("are taken as they are, all that end in .json", () => {
    writeFileSync(join(folder, "orders.json"), own);
    writeFileSync(join(folder, "README.md"), "ours");
    const files = filesOf({}, { folder });
    assert.equal(files["orders.json"], own);
    assert.equal(Object.keys(files).length, 9);
  });

  it("are checked as the others are, and none is in both places", () => {
    assert.match(refusal({ folder: join(folder, "nowhere") }), /^dashboards\.folder: ".*nowhere" is not allowed\. Allowed: a folder, .*ENOENT/);
    assert.match(refusal({ folder, own: { "orders.json": own } }), /dashboards\.own\["orders\.json"\]: this file is in .*, too\. Give one of them another name/);
    assert.match(refusal({ folder, own: { "again.json": own } }), /dashboards\.own\["again\.json"\]: uid "team-orders" is that of orders\.json/);
    writeFileSync(join(folder, "bad.json"), '{"uid":"bad","title":"@@address@@"}');
    assert.match(refusal({ folder }), /dashboards\.own\["bad\.json"\]: has a word between @@ and @@/);
  });
});

describe("a builder of the Foundation SDK", () => {
  it("is built into the same dashboard", () => {
    const files = filesOf({}, { own: { "orders.json": new DashboardBuilder("Orders").uid("team-orders") } });
    assert.deepEqual(JSON.parse(files["orders.json"]!), JSON.parse(own));
  });

  it("is refused with its own words when it cannot be built, and what is no builder is, too", () => {
    const broken = { build: () => { throw new Error("no title"); } };
    assert.throws(() => filesOf({}, { own: { "orders.json": broken } }), /dashboards\.own\["orders\.json"\]: its builder fails: no title/);
    assert.throws(() => filesOf({}, { own: { "orders.json": { uid: "x" } as never } }), /a builder of Grafana's Foundation SDK/);
  });
});

describe("one of ours that is left out", () => {
  it("is gone, and so are the links to it", () => {
    const rest = dashboardsOf({}, { leaveOut: ["springBoot", "errors"] });
    assert.deepEqual(rest.map(({ uid }) => uid), ["lgtm-overview", "lgtm-host", "lgtm-services", "lgtm-logs", "lgtm-traces", "lgtm-server"]);
    assert.doesNotMatch(JSON.stringify(rest), /lgtm-spring-boot|lgtm-errors/);
  });
});
