import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { awsLogGroups, resolveCloudLogs, type CloudLogsSpec } from "../../components/server/cloud-logs";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";

const aws = { groups: [{ prefix: "/aws/lambda/" }, { name: "/ecs/orders.v2", environment: "dev", service: "orders" }] };
const azure = { namespace: "shop-logs.servicebus.windows.net", hubs: ["logs"] };
const gcp = { subscription: "lgtm-logs" };
const alloyOf = (cloudLogs?: CloudLogsSpec) => {
  const { files } = renderBundle({ cloudLogs });
  const plan = JSON.parse(files["plan.json"]!) as Plan;
  return { files, text: files["config/alloy/config.alloy"]!, plan, service: plan.services.find(({ name }) => name === "alloy")! };
};
const problem = (cloudLogs: unknown) => {
  try {
    resolveSpec({ cloudLogs } as ServerSpec);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the spec of cloud logs", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["no cloud", {}, /cloudLogs: \{\} is not allowed\. Allowed: at least one of aws, azure and gcp/],
    ["a group with a name and a prefix", { aws: { groups: [{ name: "/a", prefix: "/b" }] } }, /cloudLogs\.aws\.groups\[0\]: .* Allowed: either the name of a log group or the prefix of several/],
    ["a group with neither", { aws: { groups: [{ service: "orders" }] } }, /either the name/],
    ["a group twice", { aws: { groups: [{ name: "/a" }, { name: "/a" }] } }, /each group and each prefix once/],
    ["an address in place of the namespace's host", { azure: { ...azure, namespace: "sb://shop-logs.servicebus.windows.net/" } }, /the host of an Event Hubs namespace/],
    ["a subscription's whole path", { gcp: { subscription: "projects/shop-prod/subscriptions/lgtm-logs" } }, /the name of a Pub\/Sub subscription/],
  ];
  for (const [what, value, message] of wrong) it(`refuses ${what}`, () => assert.match(problem(value), message));

  it("is refused on a server without Alloy", () => assert.throws(() => resolveSpec({ leaveOut: ["alloy"], cloudLogs: { gcp } }), /cloudLogs: this server has no Alloy/));

  it("names the log groups as the rights do", () => assert.deepEqual(awsLogGroups(resolveCloudLogs({ aws })), ["/aws/lambda/*", "/ecs/orders.v2"]));
});

describe("Alloy's configuration of cloud logs", () => {
  it("allows what is experimental only where it is used", () => {
    const flag = "--stability.level=experimental";
    for (const [spec, wanted] of [[undefined, false], [{ gcp }, false], [{ aws }, true], [{ azure }, true]] as const) {
      const { service } = alloyOf(spec);
      assert.deepEqual([service.args.includes(flag), service.validate[0]!.includes(flag)], [wanted, wanted], JSON.stringify(spec));
    }
  });

  it("has no key", () => {
    const { plan, service } = alloyOf({ aws, azure, gcp });
    assert.deepEqual(plan.secrets, alloyOf().plan.secrets);
    assert.deepEqual(plan.bindings, ["clientid", "project", "region"]);
    assert.equal(service.metadata, true);
  });

  it("reads each prefix by itself and all names together, each with a position on disk and once more later", () => {
    const { text } = alloyOf({ aws });
    assert.deepEqual([...text.matchAll(/^otelcol\.receiver\.awscloudwatch "(\w+)"/gm)].map(match => match[1]), ["cloud_aws_0", "cloud_aws_again_0", "cloud_aws_1", "cloud_aws_again_1"]);
    assert.equal(text.match(/storage += otelcol\.storage\.file\.cloud_aws\.handler/g)!.length, 2);
  });

  it("takes a dot in a group's name for a dot, and what is said of a group for more than what is said of all", () => {
    const { text } = alloyOf({ environment: "prod", aws });
    const rules = [...text.matchAll(/(?:regex += "(.+)"\n +)?target_label += "environment"\n +replacement += "(.+)"/g)].map(match => [match[1], match[2]]);
    assert.deepEqual(rules, [[undefined, "prod"], ["/ecs/orders\\\\.v2", "dev"]]);
  });

  it("marks what has no environment", () => {
    for (const spec of [{ aws }, { azure }, { gcp }]) assert.match(alloyOf(spec).text, /target_label += "environment"\n +replacement += "unattributed"/);
  });

  it("starts with an empty list of hubs, which a file fills", () => {
    const { files, text } = alloyOf({ azure });
    assert.match(text, /discovery\.file "cloud_azure" \{\n {2}files += \["\/lgtm\/config\/later\.json"\]/);
    assert.deepEqual(JSON.parse(files["config/alloy/later.json"]!), [{ targets: ["later"] }]);
    assert.match(text, /template \{\n +loki\.source\.azure_event_hubs/);
    assert.equal("config/alloy/later.json" in alloyOf({ gcp }).files, false);
  });

  it("holds little of a subscription in memory at once", () => assert.match(alloyOf({ gcp }).text, /max_outstanding_bytes += "16MiB"/));
});
