import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { SpecError } from "../../components/server/spec-error";

const problemsOf = (spec: unknown): string[] => {
  try {
    resolveSpec(spec as ServerSpec);
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
};

describe("a server's spec", () => {
  it("is good when empty: every service, its own certificate authority, one port", () => {
    const spec = resolveSpec({});
    assert.deepEqual(spec.services, ["prometheus", "loki", "tempo", "alertmanager", "grafana", "alloy", "caddy"]);
    assert.equal(spec.tls, "own-ca");
    assert.deepEqual(new Set(Object.values(spec.ports)), new Set([443]));
    assert.deepEqual(spec.pushClients, ["default"]);
  });

  it("takes the certificate from ACME as soon as it has a public name", () => {
    assert.equal(resolveSpec({ domain: "mon.example.com" }).tls, "acme");
    assert.deepEqual(resolveSpec({ domain: "mon.example.com" }).addresses, ["mon.example.com"]);
  });

  it("lists everything that is wrong at once, each with path, value and what is allowed", () => {
    const problems = problemsOf({ retention: { logs: "30 days", traces: "1h" }, timezone: "Mars/Base", memory: "2GB", ports: { logs: 70000 } });
    assert.equal(problems.length, 5);
    assert.ok(problems.includes('retention.logs: "30 days" is not allowed. Allowed: a number and h, d, w or y, at least 24h, such as "30d".'));
    assert.ok(problems.some(line => line.startsWith('retention.traces: "1h"')));
    assert.ok(problems.some(line => line.startsWith('timezone: "Mars/Base"') && line.includes("Asia/Seoul")));
    assert.ok(problems.some(line => line === 'memory: "2GB" is not allowed. Allowed: a value of type number.'));
    assert.ok(problems.some(line => line === "ports.logs: 70000 is not allowed. Allowed: a number up to 65535."));
  });

  it("suggests the key that was meant, at the top and inside", () => {
    assert.match(problemsOf({ retenton: {} })[0]!, /^retenton: no such key\. Did you mean "retention"\?/);
    assert.match(problemsOf({ ports: { htps: 1 } })[0]!, /^ports\.htps: no such key\. Did you mean "https"\?/);
  });

  it("says how much memory is needed and what to leave out on too small a machine", () => {
    assert.match(problemsOf({ memory: 1024 })[0]!, /memory: 1024 MiB is too small .* at least 2048 MiB, or leave out what is large: leaveOut: \["grafana","tempo"\]/);
    assert.match(problemsOf({ memory: 512 })[0]!, /below 1024 MiB nothing fits/);
    assert.deepEqual(problemsOf({ memory: 1024, leaveOut: ["tempo", "grafana"] }), []);
  });

  it("cannot do without Prometheus, Loki or the gateway", () => {
    for (const name of ["prometheus", "loki", "caddy"]) assert.equal(problemsOf({ leaveOut: [name] }).length, 1);
  });

  it("finds a port that is asked for twice", () => {
    assert.match(problemsOf({ internalPorts: { loki: 443 } })[0]!, /^internalPorts\.loki: 443 is also ports\.https/);
    assert.match(problemsOf({ internalPorts: { tempo: 3100 } })[0]!, /^internalPorts\.tempo: 3100 is also internalPorts\.loki/);
  });

  it("maps Grafana to 80, logs to 8080 and OTLP over gRPC to 443, as a team with those ports open needs", () => {
    const { ports } = resolveSpec({ ports: { grafana: 80, logs: 8080, otlpGrpc: 443 } });
    assert.deepEqual(ports, { https: 443, grafana: 80, logs: 8080, metrics: 443, traces: 443, otlpGrpc: 443, read: 443 });
  });

  it("refuses ACME without a name or without port 443", () => {
    assert.match(problemsOf({ tls: "acme" })[0]!, /needs a public name/);
    assert.match(problemsOf({ domain: "mon.example.com", ports: { https: 8443 } })[0]!, /answers on 443 only/);
  });
});
