import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isFound, locatePrograms } from "../../components/local/programs";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { awsServiceNames } from "../../components/server/cloud-metrics-aws";
import { azureServiceNames } from "../../components/server/cloud-metrics-azure";
import { gcpServiceNames } from "../../components/server/cloud-metrics-gcp";
import { processLayoutHere } from "../../components/local/layout";
import { containerLayout } from "../../components/server/layout";
import type { ServerSpec } from "../../components/server/spec";
import { freePort } from "./harness/free-ports";

/** Specs that turn on each branch of the renderers. */
const specs: Record<string, ServerSpec> = {
  "an empty spec": {},
  "a small machine without Tempo and Grafana": { memory: 1024, leaveOut: ["tempo", "grafana"] },
  "only what always runs": { leaveOut: ["tempo", "grafana", "alertmanager", "alloy"] },
  "a large machine": { memory: 16384, retention: { logs: "1y", metrics: "2y", metricsSize: "500GB", traces: "30d" } },
  "a public name with ACME": { domain: "mon.example.com", pushClients: ["orders", "gcp"], readClients: [] },
  "ports of their own": { ports: { grafana: 80, logs: 8080, otlpGrpc: 443 }, addresses: ["localhost", "10.0.0.5", "fd00::5"] },
  // Alloy's checker reads names and types, and builds nothing: that these start and read is seen in cloud-metrics.test.ts and cloud-logs.test.ts.
  "metrics and logs of every cloud": {
    cloudMetrics: { interval: "15m", environments: { "123456789012": "prod" }, aws: { services: awsServiceNames, regions: ["eu-central-1", "us-east-1"] }, azure: { services: azureServiceNames }, gcp: { services: gcpServiceNames } },
    cloudLogs: { aws: { groups: [{ prefix: "/aws/lambda/" }, { name: "/ecs/orders", environment: "prod", service: "orders" }] }, azure: { namespace: "shop-logs.servicebus.windows.net", hubs: ["logs"] }, gcp: { subscription: "lgtm-logs" } },
  },
  "logs and traces in S3 with machines of EC2 and old targets": {
    storage: { kind: "s3" },
    discovery: { ec2: {}, scrapes: [{ port: 9100 }, { port: 8080, path: "/prometheus-provider", scheme: "https", insecureSkipVerify: true, service: "*" }], static: [{ environment: "prod", host: "db-1", address: "10.0.0.7:9100" }] },
  },
  "logs and traces in Azure with its machines": { storage: { kind: "azure-blob" }, discovery: { azure: {} } },
  "logs and traces at Google with its machines": { storage: { kind: "gcs" }, discovery: { gce: { zones: ["europe-west3-a", "europe-west3-b"] } } },
  "another time zone and labels": { timezone: "Asia/Seoul", environment: "prod", cloud: "aws", host: "mon-1" },
};

/** Runs every checker of a bundle on its files; the outputs of those that refused. */
async function refusals(spec: ServerSpec, layout: typeof containerLayout, folder: string): Promise<{ refused: string[]; checked: string[] }> {
  const { files } = renderBundle(spec, layout);
  const fill = (text: string) => text.replaceAll("@@root@@", folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), fill(text));
  }
  const plan = JSON.parse(files["plan.json"]!) as Plan;
  const found = await locatePrograms(["prometheus", "loki", "tempo", "alertmanager", "alloy", "caddy"]);
  const refused: string[] = [];
  const checked: string[] = [];
  for (const service of plan.services) {
    for (const [name, ...args] of service.validate) {
      const program = found[service.name as "loki"];
      assert.ok(isFound(program), `${service.name} is needed for this test: ${!isFound(program) && program.missing}`);
      // In containers data and secrets are folders of the container; the checkers that touch them get the test's own.
      const path = (program.paths as Record<string, string>)[name!]!;
      const result = spawnSync(path, args.map(arg => arg.replaceAll("@@config@@", join(folder, "config", service.name))), { encoding: "utf8", timeout: 120_000 });
      checked.push(name!);
      if (result.status !== 0) refused.push(`${name}: ${result.stdout}${result.stderr}${result.error ?? ""}`);
    }
  }
  return { refused, checked };
}

describe("the programs' own checkers accept", () => {
  let root: string;
  before(() => void (root = mkdtempSync(join(tmpdir(), "lgtm-checkers-"))));
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const [name, spec] of Object.entries(specs)) {
    it(name, async () => {
      const { refused, checked } = await refusals(spec, processLayoutHere(), join(root, name.replaceAll(" ", "-")));
      assert.deepEqual(refused, []);
      assert.ok(checked.length >= 3, checked.join());
    });
  }

  it("the files for containers, too, where those say other addresses", async () => {
    // Caddy's checker makes the authority in its data folder, which for containers is a path of the image's own.
    const { refused } = await refusals({ leaveOut: ["grafana"] }, { ...containerLayout, data: service => `@@root@@/data/${service}` }, join(root, "containers"));
    assert.deepEqual(refused, []);
  });
});

describe("a checker refuses", () => {
  it("a file that is broken, so that a green check means something", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-broken-"));
    const found = await locatePrograms(["prometheus", "loki", "alloy", "caddy"]);
    const broken = { prometheus: ["promtool", "check", "config"], loki: ["loki", "-verify-config", "-config.file"], alloy: ["alloy", "validate"], caddy: ["caddy", "validate", "--adapter=caddyfile", "--config"] } as const;
    for (const [name, [tool, ...args]] of Object.entries(broken)) {
      const program = found[name as "loki"];
      assert.ok(isFound(program), name);
      writeFileSync(join(folder, name), "no_such_key: {");
      const last = args.at(-1)!;
      const result = spawnSync((program.paths as Record<string, string>)[tool]!, last.startsWith("-config.file") ? [...args.slice(0, -1), `${last}=${join(folder, name)}`] : [...args, join(folder, name)]);
      assert.notEqual(result.status, 0, name);
    }
    rmSync(folder, { recursive: true });
  });

  it("no component of Alloy that cannot start: a hub that nobody answers for passes the check and ends Alloy, so that ours is not there at the start", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-unbuilt-"));
    const { alloy } = await locatePrograms(["alloy"]);
    assert.ok(isFound(alloy));
    const hub = `loki.source.azure_event_hubs "hub" {
  fully_qualified_namespace = "127.0.0.1:9"
  event_hubs                = ["logs"]
  forward_to                = [loki.echo.hub.receiver]

  authentication {
    mechanism = "oauth"
  }
}

loki.echo "hub" { }
`;
    writeFileSync(join(folder, "hub.alloy"), hub);
    const run = (...args: string[]) => spawnSync(alloy.path, args, { cwd: folder, encoding: "utf8", timeout: 60_000 });
    assert.equal(run("validate", "hub.alloy").status, 0);
    const started = run("run", `--server.http.listen-addr=127.0.0.1:${await freePort()}`, "--disable-reporting", "hub.alloy");
    assert.equal(started.status, 1);
    assert.match(started.stdout + started.stderr, /azure_event_hubs[\s\S]*could not perform the initial load/);
    rmSync(folder, { recursive: true });
  });
});
