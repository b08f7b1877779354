import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { bundleDocument, renderBundle, sha256, type Plan } from "../../components/server/bundle";
import { processLayout, type Layout } from "../../components/server/layout";
import { renderRelease } from "../../components/server/release";
import type { ServerSpec } from "../../components/server/spec";

const planOf = (spec: ServerSpec): Plan => JSON.parse(renderBundle(spec).files["plan.json"]!) as Plan;
const fileOf = (spec: ServerSpec, path: string): string => renderBundle(spec).files[path]!;

describe("a bundle", () => {
  it("is the same bytes and the same hash for the same spec, whatever the order of its keys", () => {
    const one = renderBundle({ domain: "mon.example.com", retention: { logs: "30d", traces: "7d" } });
    const other = renderBundle({ retention: { traces: "7d", logs: "30d" }, domain: "mon.example.com" });
    assert.deepEqual(one, other);
    assert.equal(one.hash, sha256(bundleDocument(one.files)));
  });

  it("changes its hash with the spec, and only the files that the change is about", () => {
    const before = renderBundle({}).files;
    const after = renderBundle({ retention: { traces: "14d" } }).files;
    assert.deepEqual(Object.keys(after).filter(path => before[path] !== after[path]), ["config/grafana/dashboards/lgtm-server.json", "config/tempo/tempo.yml"]);
  });

  it("has the same files but other addresses and folders when run as processes", () => {
    const containers = renderBundle({}).files;
    const processes = renderBundle({}, processLayout).files;
    assert.deepEqual(Object.keys(containers).filter(path => path !== "compose/docker-compose.yml"), Object.keys(processes));
    assert.match(processes["config/tempo/tempo.yml"]!, /http:\/\/127\.0\.0\.1:9090\/api\/v1\/write/);
    assert.match(containers["config/tempo/tempo.yml"]!, /http:\/\/prometheus:9090\/api\/v1\/write/);
  });

  it("keeps all of Tempo 3 in its folder when run as a process, and says nothing of it to Tempo 2", () => {
    const of = (layout: Layout) => parse(renderBundle({}, layout).files["config/tempo/tempo.yml"]!) as { live_store?: { wal: { path: string }; shutdown_marker_dir: string }; backend_scheduler?: { local_work_path: string } };
    const { live_store, backend_scheduler } = of(processLayout);
    for (const path of [live_store!.wal.path, live_store!.shutdown_marker_dir, backend_scheduler!.local_work_path]) assert.match(path, /^@@root@@\/data\/tempo(\/|$)/);
    const older = of({ ...processLayout, tempo2: true });
    assert.deepEqual([older.live_store, older.backend_scheduler], [undefined, undefined]);
  });

  it("leaves no trace of a service that is left out", () => {
    const { files } = renderBundle({ leaveOut: ["tempo", "alertmanager"] });
    for (const [path, text] of Object.entries(files)) if (!path.startsWith("apply/")) assert.doesNotMatch(text, /tempo|alertmanager:9093/i, path);
  });

  it("holds every retention where its program reads it", () => {
    const spec = { retention: { logs: "14d", metrics: "1y", metricsSize: "50GB", traces: "48h" } };
    assert.deepEqual(parse(fileOf(spec, "config/prometheus/prometheus.yml")).storage.tsdb.retention, { time: "1y", size: "50GB" });
    assert.equal(parse(fileOf(spec, "config/loki/loki.yml")).limits_config.retention_period, "336h");
    assert.equal(parse(fileOf(spec, "config/tempo/tempo.yml")).overrides.defaults.compaction.block_retention, "48h");
  });

  it("bounds every container: memory without swap, processes, logs, rights", () => {
    const compose = parse(fileOf({}, "compose/docker-compose.yml")) as { services: Record<string, Record<string, unknown>> };
    for (const [name, service] of Object.entries(compose.services)) {
      assert.equal(service.mem_limit, service.memswap_limit, name);
      assert.deepEqual(service.cap_drop, ["ALL"], name);
      assert.deepEqual(service.logging, { driver: "json-file", options: { "max-size": "10m", "max-file": "3", tag: `lgtm/${name}` } });
      assert.equal(service.read_only, true, name);
    }
  });

  it("opens nothing but the gateway's ports to others", () => {
    const compose = parse(fileOf({ ports: { grafana: 80, logs: 8080 } }, "compose/docker-compose.yml")) as { services: Record<string, { ports?: string[] }> };
    const open = Object.entries(compose.services).flatMap(([name, { ports }]) => (ports ?? []).filter(port => !port.startsWith("127.0.0.1:")).map(port => `${name} ${port}`));
    assert.deepEqual(open.sort(), ["caddy 443:443/tcp", "caddy 8080:8080/tcp", "caddy 80:80/tcp"]);
  });

  it("gives each named client a token of its own", () => {
    assert.deepEqual(planOf({ pushClients: ["orders", "gcp"], readClients: [] }).secrets, ["grafana-admin-password", "grafana-secret-key", "push-gcp", "push-orders"]);
  });

  it("declares the placeholders that a release must bind", () => {
    assert.deepEqual(planOf({}).bindings, []);
    assert.deepEqual(planOf({ addresses: ["@@address@@"] }).bindings, ["address"]);
  });

  it("lists every port that must be free, with the key that moves it", () => {
    const keys = planOf({ ports: { grafana: 80 } }).listeners.map(listener => `${listener.key} ${listener.address}:${listener.port}`);
    assert.ok(keys.includes("ports.https 0.0.0.0:443"));
    assert.ok(keys.includes("ports.grafana 0.0.0.0:80"));
    assert.ok(keys.includes("internalPorts.loki 127.0.0.1:3100"));
  });
});

describe("a release", () => {
  it("is new when a binding or the version of a secret changes, and only then", () => {
    const bundle = renderBundle({});
    const release = renderRelease(bundle, { address: "a" }, { "push-default": "1", "read-default": "1" });
    assert.equal(release.hash, renderRelease(bundle, { address: "a" }, { "read-default": "1", "push-default": "1" }).hash);
    assert.notEqual(release.hash, renderRelease(bundle, { address: "b" }, { "push-default": "1", "read-default": "1" }).hash);
    assert.notEqual(release.hash, renderRelease(bundle, { address: "a" }, { "push-default": "2", "read-default": "1" }).hash);
    assert.equal(sha256(release.document), release.hash);
  });
});
