import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { renderAgent } from "../../components/agent/document";
import type { AgentSpec } from "../../components/agent/spec";
import { agentUserData } from "../../components/agent/user-data";
import { contractOf, type ServerContract } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { checkout } from "../checkout";

const place = { secretName: (name: string) => name, secretStore: { kind: "ssm" as const, prefix: "/lgtm/project/stack/mon", region: "eu-central-1" } };
const server: ServerContract = contractOf(resolveSpec({ domain: "mon.example.com", pushClients: ["orders"] }), "mon.example.com", "", place);
const base: AgentSpec = { environment: "prod", cloud: "aws", service: "orders", client: "orders" };

const config = (more: Partial<AgentSpec> = {}, target = server) => renderAgent({ ...base, ...more }, target).files["config.alloy"]!;

describe("an agent's configuration", () => {
  it("sends everything over TLS with the token of a file, and says who it is", () => {
    const text = config();
    const addresses = [...text.matchAll(/(?:url|endpoint) += "(https?:[^"]+)"/g)].map(match => match[1]!);
    assert.ok(addresses.length >= 6);
    assert.deepEqual(addresses.filter(address => !address.startsWith("https://mon.example.com/")), []);
    assert.equal(text.match(/bearer_token_file +=/g)?.length, 2);
    assert.match(text, /external_labels = \{"environment" = "prod", "cloud" = "aws", "host" = constants\.hostname\}/);
  });

  it("trusts the server's own authority where it has one", () => {
    const document = renderAgent(base, { ...server, ca: "pem" });
    assert.equal(document.files["server-ca.pem"], "pem");
    assert.equal(document.files["config.alloy"]!.match(/ca_file += "\/etc\/lgtm-agent\/server-ca\.pem"/g)?.length, 3);
    assert.ok(!("server-ca.pem" in renderAgent(base, server).files));
  });

  it("scrapes on the machine with push, and leaves that to the server with pull", () => {
    const applications = [{ service: "orders", path: "/prometheus-provider" }];
    assert.match(config({ applications }), /prometheus\.scrape "app_0"[^}]*"127\.0\.0\.1:8080"[^]*metrics_path +="? ?"\/prometheus-provider"/);
    const pull = renderAgent({ ...base, applications, metrics: "pull" }, server);
    assert.doesNotMatch(pull.files["config.alloy"]!, /prometheus\.scrape "(node|app_0)"/);
    assert.match(pull.units["lgtm-node-exporter.service"]!, /--web\.listen-address=0\.0\.0\.0:9100/);
    assert.match(renderAgent(base, server).units["lgtm-node-exporter.service"]!, /--web\.listen-address=127\.0\.0\.1:9100/);
  });

  it("has receivers on the loopback only, and none that is not wanted", () => {
    assert.deepEqual([...config({ receivers: { zipkin: 9411 } }).matchAll(/endpoint += "(?!https)([^"]+)"/g)].map(match => match[1]), ["127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:9411"]);
    assert.doesNotMatch(config({ receivers: { otlpGrpc: 0, otlpHttp: 0 } }), /otelcol\.receiver/);
  });

  it("may listen below 1024 with that right alone", () => {
    const unit = renderAgent({ ...base, nodeExporterPort: 443 }, server).units["lgtm-node-exporter.service"]!;
    assert.match(unit, /CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n/);
    assert.match(renderAgent(base, server).units["lgtm-node-exporter.service"]!, /CapabilityBoundingSet=\n/);
  });

  it("is the same for the same values", () => assert.deepEqual(renderAgent(base, server), renderAgent(base, server)));
});

describe("what is wrong with an agent's specification is said at once", () => {
  const refused = (more: object, words: RegExp) => assert.throws(() => renderAgent({ ...base, ...more } as AgentSpec, server), words);

  it("path, value, what is allowed", () => {
    refused({ environment: "a b" }, /environment: "a b" is not allowed\. Allowed: letters, digits/);
    refused({ logs: [{ paths: ["logs/*.log"] }] }, /logs\[0\]\.paths\[0\]: "logs\/\*\.log" is not allowed\. Allowed: an absolute path/);
    refused({ logs: [{ paths: ["/a"], labels: { host: "x" } }] }, /logs\[0\]\.labels/);
    refused({ lgos: [] }, /lgos: no such key\. Did you mean "logs"/);
    refused({ logs: [{ paths: ["/a"], firstline: "^x" }] }, /logs\[0\]\.firstline: no such key\. Did you mean "firstLine"/);
  });

  it("and what does not go together", () => {
    refused({ receivers: { zipkin: 9100 } }, /receivers\.zipkin: 9100 is also nodeExporterPort/);
    refused({ applications: [{ service: "a", insecureSkipVerify: true }] }, /applications\[0\]: ca and insecureSkipVerify are for https only/);
  });

  it("text that would leave its quotes is refused", () => {
    refused({ logs: [{ paths: ['/var/log/"} evil {"'] }] }, /is not allowed/);
    assert.match(config({ logs: [{ paths: ["/a"], firstLine: '"' }] }), /firstline +="? ?"\\""/);
  });
});

describe("user data of a new application server", () => {
  const spec = { ...base, logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\d" }], applications: [{ service: "orders" }] };
  const { text, base64 } = agentUserData(spec, server);

  it("is within AWS's 16,384 bytes compressed, with an authority of the server's own, too, and the same text either way", () => {
    // As long as Caddy's, and as little to be compressed.
    const ca = `-----BEGIN CERTIFICATE-----\n${randomBytes(450).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
    for (const data of [base64, agentUserData(spec, { ...server, ca }).base64]) {
      const size = Buffer.from(data, "base64").length;
      // Some is left for longer specifications and for a part of the user's own.
      assert.ok(size <= 15_500, `${size} bytes`);
    }
    assert.equal(gunzipSync(Buffer.from(base64, "base64")).toString(), text);
    assert.ok(Buffer.byteLength(text) <= 65_535, `${Buffer.byteLength(text)} bytes`);
  });

  it("carries the program, the document and a unit that tries until it succeeds, and no secret", () => {
    const { write_files, runcmd } = parse(text) as { write_files: { path: string; content: string }[]; runcmd: string[][] };
    const document = JSON.parse(write_files.find(({ path }) => path === "/etc/lgtm-agent/agent.json")!.content) as { token: unknown };
    assert.deepEqual(document.token, { kind: "ssm", prefix: "/lgtm/project/stack/mon", region: "eu-central-1", name: "push-orders" });
    assert.ok(write_files.some(({ path }) => path.endsWith("/setup/secrets_ssm.py")));
    assert.match(write_files.find(({ path }) => path.endsWith("lgtm-agent-setup.service"))!.content, /Restart=on-failure/);
    assert.deepEqual(runcmd.at(-1), ["systemctl", "start", "--no-block", "lgtm-agent-setup.service"]);
  });

  it("has the program's own Python, but for what is written for people", () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-user-data-"));
    const { write_files } = parse(text) as { write_files: { path: string; content: string }[] };
    for (const { path, content } of write_files) if (path.endsWith(".py")) writeFileSync(join(folder, basename(path)), content);
    const same = `
import ast, os, sys
def bare(path):
    tree = ast.parse(open(path).read())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body[0].value.value = ""
    return ast.dump(tree)
for name in os.listdir(sys.argv[1]):
    full = next(os.path.join(folder, name) for folder in sys.argv[2:] if os.path.exists(os.path.join(folder, name)))
    assert bare(os.path.join(sys.argv[1], name)) == bare(full), name
    print(name)
`;
    const done = spawnSync("python3", ["-c", same, folder, join(checkout, "components/agent/on-server"), join(checkout, "components/server/guest/apply")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    assert.equal(done.stderr, "");
    assert.ok(done.stdout.split("\n").length > 12, done.stdout);
  });

  it("cannot be made where the machine could not fetch its token", () => {
    assert.throws(() => agentUserData(base, { ...server, secretStore: undefined }), /keeps its tokens itself/);
    assert.throws(() => agentUserData({ ...base, client: "billing" }, server), /client: "billing" is none of the monitoring server's pushClients: orders/);
  });
});
