import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dashboardTable } from "../../components/dashboards";
import { errors } from "../../components/dashboards/error-messages";
import { resolveSpec } from "../../components/server/spec";

const rowsOf = (spec = {}) => dashboardTable(resolveSpec(spec));

describe("expressions of the panels", () => {
  it("count rates over Grafana's interval or a fixed window, never over a bare interval that may hold one sample", () => {
    for (const { panel, expression } of rowsOf()) assert.doesNotMatch(expression, /\[\$__interval\]/, panel);
  });

  it("take durations from Micrometer in seconds and in milliseconds", () => {
    const timers = rowsOf().filter(({ expression }) => /_seconds_(count|sum|bucket|max)/.test(expression) && /http_server_requests|hikaricp|jvm_gc/.test(expression));
    assert.ok(timers.length > 10);
    const heatmaps = timers.filter(({ panel }) => panel === "How long requests take");
    for (const { panel, expression } of timers) if (!heatmaps.some(each => each.panel === panel)) assert.match(expression, /milliseconds/, panel);
  });

  it("ask Loki with a selector that cannot match the empty stream", () => {
    for (const { panel, expression } of rowsOf().filter(({ datasource }) => datasource === "loki")) assert.match(expression, /\{service_name=~"\.\+"/, panel);
  });

  it("never count log lines by an id, which Loki refuses", () => {
    for (const { panel, expression } of rowsOf()) assert.doesNotMatch(expression, /\bby\s*\([^)]*(trace|span|request|correlation)_?id/i, panel);
  });

  it("of errors keep lines that a parser cannot read", () => {
    assert.match(errors, /\| drop __error__, __error_details__/);
  });
});

describe("the table of all panels", () => {
  it("has every query with its source, and one row a query", () => {
    const rows = rowsOf();
    assert.ok(rows.length > 100, String(rows.length));
    for (const row of rows) assert.ok(row.dashboard && row.panel && row.about && row.source && row.expression, JSON.stringify(row));
  });

  it("names licences of what was taken from elsewhere", () => {
    const foreign = rowsOf().filter(({ source }) => /mixin|lib of/.test(source));
    assert.ok(foreign.length > 30);
    for (const { panel, source } of foreign) assert.match(source, /\(Apache-2\.0\)/, panel);
  });

  it("says of every panel that may be empty why", () => {
    for (const { panel, emptyWhenHealthy } of rowsOf()) if (emptyWhenHealthy !== undefined) assert.match(emptyWhenHealthy, /\w+ \w+/, panel);
  });
});
