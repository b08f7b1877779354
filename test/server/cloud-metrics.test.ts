import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { resolveCloudMetrics, type CloudMetricsSpec } from "../../components/server/cloud-metrics";
import { awsMetrics, awsMetricsActions, awsServiceNames, awsServices } from "../../components/server/cloud-metrics-aws";
import { azureMetricsRoles, azureServiceNames, azureServices } from "../../components/server/cloud-metrics-azure";
import { gcpMetricsRoles, gcpServiceNames, gcpServices } from "../../components/server/cloud-metrics-gcp";
import { cloudMetricsPrice } from "../../components/server/cloud-metrics-price";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { tableRows } from "../markdown";

const everything: CloudMetricsSpec = { aws: { services: awsServiceNames }, azure: { services: azureServiceNames }, gcp: { services: gcpServiceNames } };
const alloyOf = (spec: ServerSpec) => {
  const { files } = renderBundle(spec);
  const plan = JSON.parse(files["plan.json"]!) as Plan;
  return { text: files["config/alloy/config.alloy"]!, plan, service: plan.services.find(({ name }) => name === "alloy")! };
};
const problem = (cloudMetrics: unknown) => {
  try {
    resolveSpec({ cloudMetrics } as ServerSpec);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the spec of cloud metrics", () => {
  it("takes what the server's own cloud knows where it says nothing", () => {
    assert.deepEqual(resolveCloudMetrics(everything), {
      environment: undefined, environments: {}, interval: "5m",
      aws: { services: awsServiceNames, regions: ["@@region@@"] }, azure: { services: azureServiceNames, subscriptions: ["@@subscription@@"] }, gcp: { services: gcpServiceNames, projects: ["@@project@@"] },
    });
    assert.deepEqual(alloyOf({ cloudMetrics: everything }).plan.bindings, ["clientid", "project", "region", "subscription"]);
    assert.deepEqual(alloyOf({ cloudMetrics: { aws: { services: ["rds"], regions: ["eu-central-1"] } } }).plan.bindings, []);
  });

  const wrong: [string, unknown, RegExp][] = [
    ["no cloud", {}, /cloudMetrics: \{\} is not allowed\. Allowed: at least one of aws, azure and gcp/],
    ["a service that there is not", { aws: { services: ["rdss"] } }, /cloudMetrics\.aws\.services\[0\]: "rdss" is not allowed\. Allowed: "rds", "alb", "lambda", "sqs", "ec2"/],
    ["no service", { gcp: { services: [] } }, /cloudMetrics\.gcp\.services/],
    ["a service twice", { aws: { services: ["rds", "rds"] } }, /each service once/],
    ["an unknown key", { aws: { services: ["rds"], region: "eu-central-1" } }, /cloudMetrics\.aws\.region: no such key\. Did you mean "regions"\?/],
    ["an interval that CloudWatch has not", { interval: "30s", aws: { services: ["rds"] } }, /cloudMetrics\.interval: "30s" is not allowed\. Allowed: "1m", "5m", "15m"/],
    ["a subscription's name", { azure: { services: ["vm"], subscriptions: ["shop"] } }, /the id of a subscription/],
    ["an environment with spaces", { environment: "the prod", aws: { services: ["rds"] } }, /cloudMetrics\.environment: "the prod" is not allowed/],
  ];
  for (const [what, value, message] of wrong) it(`refuses ${what}`, () => assert.match(problem(value), message));

  it("is refused on a server without Alloy", () => {
    assert.throws(() => resolveSpec({ leaveOut: ["alloy"], cloudMetrics: everything }), /cloudMetrics: this server has no Alloy/);
  });
});

describe("Alloy's configuration of cloud metrics", () => {
  it("is not there, and Alloy's arguments are as ever, where nobody asks", () => {
    const { text, service } = alloyOf({});
    assert.doesNotMatch(text, /cloud_/);
    assert.ok(!Object.keys(service.env).some(name => /AZURE|GCE/.test(name)) && !service.args.join().includes("stability"));
  });

  it("has no key, and says by name which identity of the machine asks", () => {
    const { service, plan } = alloyOf({ cloudMetrics: everything });
    assert.deepEqual([service.env.AZURE_CLIENT_ID, service.env.GCE_METADATA_HOST, service.metadata], ["@@clientid@@", "169.254.169.254", true]);
    assert.deepEqual(plan.secrets, alloyOf({}).plan.secrets);
    assert.equal(alloyOf({ cloudMetrics: { aws: { services: ["rds"] } } }).service.env.AZURE_CLIENT_ID, undefined);
  });

  it("asks for the services that are wanted and no others, each metric once", () => {
    const { text } = alloyOf({ cloudMetrics: { aws: { services: ["alb"] }, azure: { services: ["vm"] } } });
    assert.deepEqual([...text.matchAll(/name += "(\w+)"\n +statistics/g)].map(match => match[1]), awsServices.alb.metrics.map(({ name }) => name));
    assert.deepEqual([...text.matchAll(/resource_type += "(.+)"/g)].map(match => match[1]), [azureServices.vm.type]);
    assert.doesNotMatch(text, /exporter\.gcp/);
  });

  it("never takes a missing measurement for zero, and a missing count always", () => {
    const { text } = alloyOf({ cloudMetrics: everything });
    for (const [, statistic, zero] of text.matchAll(/statistics += \["(\w+)"\]\n +nil_to_zero += (\w+)/g)) assert.equal(zero, String(statistic === "Sum"), statistic);
    assert.equal(text.match(/nil_to_zero/g)!.length, Object.keys(awsMetrics).length);
  });

  it("marks what has no environment instead of leaving it to the server's own", () => {
    const environmentOf = (cloudMetrics: CloudMetricsSpec) => [...alloyOf({ cloudMetrics }).text.matchAll(/source_labels = \["account"\]\n +regex += "(.+)"\n +target_label += "environment"\n +replacement += "(.+)"/g)].map(match => match.slice(1));
    assert.deepEqual(environmentOf({ aws: { services: ["rds"] } }), [[".+", "unattributed"]]);
    assert.deepEqual(environmentOf({ environment: "dev", environments: { "123456789012": "prod" }, aws: { services: ["rds"] } }), [[".+", "dev"], ["123456789012", "prod"]]);
  });

  it("reads windows that fit together, so that nothing counts twice and nothing is left out", () => {
    for (const interval of ["1m", "5m", "15m"] as const) {
      const { text } = alloyOf({ cloudMetrics: { interval, aws: { services: ["lambda"] } } });
      assert.match(text, new RegExp(`period += "${interval}"\\n +length += "${interval}"`));
      assert.match(text, new RegExp(`scrape_interval += "${interval}"`));
    }
  });
});

describe("the lists of metrics", () => {
  it("say of each what goes wrong that only it tells", () => {
    for (const service of [...Object.values(awsServices), ...Object.values(azureServices), ...Object.values(gcpServices)]) for (const metric of service.metrics) assert.match(metric.why, /^[A-Z].+\.$/);
  });
});

describe("docs/cloud-metrics.md", () => {
  const rows = tableRows("docs/cloud-metrics.md").filter(cells => cells.length === 4 && cells[0]!.includes(": "));
  const { rows: prices } = cloudMetricsPrice(resolveCloudMetrics(everything));
  const all: Record<string, { metrics: readonly { name?: string; type?: string }[] }> = { ...awsServices, ...azureServices, ...gcpServices };

  it("has every service with its metrics and what one costs", () => {
    assert.deepEqual(rows.map(([service]) => service), prices.map(({ cloud, service }) => `\`${cloud}\`: \`"${service}"\``));
    for (const [i, { service, usd }] of prices.entries()) {
      const named = all[service]!.metrics.map(({ name, type }) => name ?? type!.replace(/^[^/]+\//, ""));
      assert.deepEqual([...rows[i]![2]!.matchAll(/`([^`]+)`/g)].map(match => match[1]), named, service);
      assert.equal(Number(rows[i]![3]), usd, service);
    }
  });

  it("names the rights that the code has", () => {
    const rights = tableRows("docs/cloud-metrics.md").map(cells => cells.join(" ")).join("\n");
    for (const right of [...awsMetricsActions, ...gcpMetricsRoles, ...Object.keys(azureMetricsRoles)]) assert.ok(rights.includes(right), right);
  });
});

describe("the price of cloud metrics", () => {
  it("of CloudWatch is a cent for a thousand metrics: a database of three metrics every five minutes", () => {
    const { rows, usd } = cloudMetricsPrice(resolveCloudMetrics({ aws: { services: ["rds", "sqs"] } }), { rds: 2 });
    // 8,760 readings a month.
    assert.deepEqual(rows.map(({ service, resources, count, usd }) => [service, resources, count, usd]), [["rds", 2, 52_560, 0.53], ["sqs", 1, 8_760, 0.09]]);
    assert.equal(usd, 0.61);
  });

  it("grows with the number of readings", () => {
    const of = (interval: "1m" | "15m") => cloudMetricsPrice(resolveCloudMetrics({ interval, aws: { services: ["lambda"] } }), { lambda: 30 }).usd;
    assert.deepEqual([of("1m"), of("15m")], [39.42, 2.63]);
  });

  it("of Azure and Google Cloud is nothing as long as what is free is not used up", () => {
    const spec = resolveCloudMetrics({ azure: { services: ["vm"] }, gcp: { services: ["cloud-sql"] } });
    assert.equal(cloudMetricsPrice(spec, { vm: 100, "cloud-sql": 20 }).usd, 0);
    const { rows, usd } = cloudMetricsPrice(spec, { vm: 200, "cloud-sql": 100 });
    assert.deepEqual(rows.map(({ cloud, unit, count }) => [cloud, unit, count]), [["azure", "calls", 1_752_000], ["gcp", "time series returned", 1_752_000]]);
    assert.equal(usd, Math.round((752_000 * 0.00001 + 752_000 * 0.0000005) * 100) / 100);
  });

  it("of nothing is nothing", () => assert.deepEqual(cloudMetricsPrice(undefined), { rows: [], usd: 0 }));
});
