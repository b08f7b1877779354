import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { appEnvironment } from "../../components/agent/app-environment";
import { contractOf } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { blocksOf } from "../markdown";

const contract = contractOf(resolveSpec({ domain: "mon.example.com", ports: { traces: 8443 } }), "mon.example.com", "pem");

describe("an application's environment", () => {
  it("is as docs/applications.md shows it", () => {
    const shown = blocksOf("docs/applications.md").find(({ text }) => text.startsWith("OTEL_SERVICE_NAME="))!.text;
    const made = appEnvironment({ environment: "prod" }, { service: "orders", sampling: 0.1 });
    assert.equal(Object.entries(made).map(([key, value]) => `${key}=${value}\n`).join(""), shown);
  });

  it("follows the agent's receivers", () => {
    const only = (receivers: object) => appEnvironment({ environment: "dev", receivers }, { service: "orders" });
    assert.deepEqual([only({ otlpHttp: 0 }).OTEL_EXPORTER_OTLP_PROTOCOL, only({ otlpHttp: 0 }).OTEL_EXPORTER_OTLP_ENDPOINT], ["grpc", "http://127.0.0.1:4317"]);
    assert.deepEqual([only({ otlpGrpc: 0, otlpHttp: 14318 }).MANAGEMENT_OTLP_TRACING_TRANSPORT, only({ otlpGrpc: 0, otlpHttp: 14318 }).MANAGEMENT_OTLP_TRACING_ENDPOINT], ["http", "http://127.0.0.1:14318/v1/traces"]);
    assert.throws(() => only({ otlpGrpc: 0, otlpHttp: 0 }), /receivers: the agent takes no OTLP/);
  });

  it("names the monitoring server's own addresses without an agent, and no token", () => {
    const direct = appEnvironment(contract, { service: "orders", environment: "prod", host: "orders-1", cloud: "aws" });
    assert.equal(direct.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, "https://mon.example.com:8443/otlp/v1/traces");
    assert.equal(direct.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, "https://mon.example.com/otlp/v1/logs");
    assert.equal(direct.OTEL_RESOURCE_ATTRIBUTES, "environment=prod,deployment.environment.name=prod,cloud=aws,host=orders-1,host.name=orders-1");
    assert.equal(direct.OTEL_EXPORTER_OTLP_CERTIFICATE, "/etc/lgtm/ca.pem");
    assert.ok(!("OTEL_EXPORTER_OTLP_HEADERS" in direct));
  });

  it("says what is missing or would not be read as it is written", () => {
    assert.throws(() => appEnvironment(contract, { service: "orders" }), /environment: missing[^]*host: missing/);
    assert.throws(() => appEnvironment({ environment: "prod" }, { service: "a,b=c" }), /service: "a,b=c" is not allowed/);
    assert.throws(() => appEnvironment({ environment: "prod" }, { service: "orders", sampling: 10 }), /sampling: 10 is not allowed\. Allowed: a share from 0 to 1/);
  });
});
