import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contractOf } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { localSpec } from "../../components/local/defaults";
import { screen, type Running } from "../../tools/screen";

const service = (over = {}) => ({ running: true, healthy: true, restarts: 0, memoryBytes: 40 * 1024 * 1024, limitBytes: 352 * 1024 * 1024, missing: false, says: "", ...over });
const running: Running = {
  contract: contractOf(resolveSpec(localSpec({ pushClients: ["orders"] }, "box")), "localhost", "-----BEGIN CERTIFICATE-----"),
  folder: "/srv/lgtm",
  runtime: "processes",
  status: { release: "r", result: "applied", services: { loki: service(), tempo: service({ running: false, healthy: false }), grafana: service({ running: false, missing: true }) } },
  missing: {},
};

describe("the screen at the end of npm start", () => {
  const text = screen(running);

  it("says where Grafana is and where its password lies, but not the password", () => {
    assert.match(text, /^Grafana +https:\/\/localhost:8443\/$/m);
    assert.match(text, /user admin, password in \/srv\/lgtm\/secrets\/grafana-admin-password/);
    assert.match(screen({ ...running, password: "p4ss" }), /password p4ss/);
  });

  it("has a line to paste for logs, metrics and traces, without a token in it", () => {
    assert.equal(text.match(/^curl -K /gm)?.length, 3);
    assert.doesNotMatch(text, /Authorization|Bearer/);
    assert.doesNotMatch(screen({ ...running, contract: { ...running.contract, services: ["loki", "prometheus", "caddy"] } }), /v1\/traces/);
  });

  it("shows each service with its memory and share", () => {
    assert.match(text, /^loki +running +40 MiB +352 MiB +0$/m);
    assert.match(text, /^tempo +stopped/m);
    assert.match(text, /^grafana +missing +– +– +–$/m);
  });

  it("says why a service is missing, every line of it", () => {
    const missing = screen({ ...running, missing: { grafana: "download: no route\nbuild: no way" } });
    assert.match(missing, /^Grafana +is missing here/m);
    assert.match(missing, /^ {2}grafana: download: no route\n {11}build: no way$/m);
  });
});
