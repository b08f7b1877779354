import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { ownProblems } from "../../components/dashboards";
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

describe("one of ours that is left out", () => {
  it("is gone, and so are the links to it", () => {
    const rest = dashboardsOf({}, { leaveOut: ["springBoot", "errors"] });
    assert.deepEqual(rest.map(({ uid }) => uid), ["lgtm-overview", "lgtm-host", "lgtm-services", "lgtm-logs", "lgtm-traces", "lgtm-server"]);
    assert.doesNotMatch(JSON.stringify(rest), /lgtm-spring-boot|lgtm-errors/);
  });
});
