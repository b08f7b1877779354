import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { renderBundle, type Plan } from "../../components/server/bundle";
import type { DiscoverySpec } from "../../components/server/discovery";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { SpecError } from "../../components/server/spec-error";
import type { Relabel } from "../../components/server/services/discovery";

type Labels = Record<string, string>;
interface Job {
  job_name: string;
  relabel_configs?: Relabel[];
  static_configs?: { targets: string[]; labels: Labels }[];
  [key: string]: unknown;
}

const jobsOf = (discovery?: DiscoverySpec, spec: ServerSpec = {}): Job[] =>
  (parse(renderBundle({ ...spec, ...(discovery && { discovery }) }).files["config/prometheus/prometheus.yml"]!) as { scrape_configs: Job[] }).scrape_configs.filter(({ job_name }) => job_name !== "prometheus");
const planOf = (discovery: DiscoverySpec): Plan => JSON.parse(renderBundle({ discovery }).files["plan.json"]!) as Plan;
const problemsOf = (discovery: unknown): string[] => {
  try {
    resolveSpec({ discovery } as ServerSpec);
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
};

/** What Prometheus' documentation says of replace and keep, in a few lines: anchored expressions, sources joined by ";", an empty value is no label. */
function relabelled(job: Job, found: Labels): Labels | undefined {
  const labels: Labels = { job: job.job_name, ...found };
  for (const { action, source_labels = [], regex = "(.*)", replacement = "$1", target_label } of job.relabel_configs!) {
    const value = source_labels.map(name => labels[name] ?? "").join(";");
    const match = new RegExp(`^(?:${regex})$`, "s").exec(value);
    if (action === "keep") {
      if (!match) return undefined;
    } else if (match) labels[target_label!] = replacement.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
  }
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => !name.startsWith("__meta_") && value));
}

const ec2 = (more: Labels = {}): Labels => ({ __meta_ec2_instance_id: "i-0a1b2c3d4e5f60718", __meta_ec2_private_ip: "10.0.0.5", __meta_ec2_instance_state: "running", __meta_ec2_tag_Name: "orders-1", __meta_ec2_tag_lgtm_environment: "prod", ...more });
const node = { cloud: "aws", environment: "prod", host: "orders-1", service_name: "node", job: "node", __address__: "10.0.0.5:9100" };

describe("discovery", () => {
  it("is off by default: nothing is asked, and nothing but the server itself is scraped", () => {
    assert.deepEqual(jobsOf(), []);
  });

  it("of EC2 makes node_exporter of each tagged, running instance a target with the labels that everything has", () => {
    const [job] = jobsOf({ ec2: {} });
    assert.deepEqual(relabelled(job!, ec2()), node);
    assert.equal(relabelled(job!, ec2({ __meta_ec2_tag_lgtm_environment: "" })), undefined);
    assert.equal(relabelled(job!, ec2({ __meta_ec2_private_ip: "" })), undefined);
    assert.equal(relabelled(job!, ec2({ __meta_ec2_instance_state: "stopped" })), undefined);
  });

  it("of EC2 names a host by its Name, without one by its id, and tells the machines of an Auto Scaling group apart", () => {
    const [job] = jobsOf({ ec2: {} });
    assert.equal(relabelled(job!, ec2({ __meta_ec2_tag_Name: "" }))!.host, "i-0a1b2c3d4e5f60718");
    assert.equal(relabelled(job!, ec2({ __meta_ec2_tag_aws_autoscaling_groupName: "orders" }))!.host, "orders-1-0a1b2c3d");
  });

  it("of Azure and Google takes the name of the machine, and what runs as far as it is told", () => {
    const azure = { __meta_azure_machine_name: "orders-1", __meta_azure_machine_private_ip: "10.0.0.5", __meta_azure_machine_tag_lgtm_environment: "prod" };
    assert.deepEqual(relabelled(jobsOf({ azure: {} })[0]!, azure), { ...node, cloud: "azure" });
    const gce = { __meta_gce_instance_name: "orders-1", __meta_gce_private_ip: "10.0.0.5", __meta_gce_instance_status: "RUNNING", __meta_gce_label_lgtm_environment: "prod" };
    const [job] = jobsOf({ gce: { zones: ["europe-west3-a"] } });
    assert.deepEqual(relabelled(job!, gce), { ...node, cloud: "gcp" });
    assert.equal(relabelled(job!, { ...gce, __meta_gce_instance_status: "TERMINATED" }), undefined);
  });

  it("scrapes a program of yours where the tag says it runs, under the tag's name", () => {
    const [every, orders] = jobsOf({ ec2: {}, scrapes: [{ port: 8080, path: "/prometheus-provider", scheme: "https", insecureSkipVerify: true, service: "*" }, { port: 8081, service: "orders.api" }] });
    assert.deepEqual([every!.metrics_path, every!.scheme, every!.tls_config], ["/prometheus-provider", "https", { insecure_skip_verify: true }]);
    const billing = relabelled(every!, ec2({ __meta_ec2_tag_lgtm_service: "billing" }))!;
    assert.deepEqual([billing.service_name, billing.job, billing.__address__], ["billing", "billing", "10.0.0.5:8080"]);
    assert.equal(relabelled(every!, ec2()), undefined);
    assert.equal(relabelled(orders!, ec2({ __meta_ec2_tag_lgtm_service: "orders.api" }))!.job, "orders.api");
    for (const other of ["billing", "ordersXapi", "orders.api-2"]) assert.equal(relabelled(orders!, ec2({ __meta_ec2_tag_lgtm_service: other })), undefined, other);
  });

  it("asks with the machine's identity, where the server is unless told otherwise", () => {
    const all: DiscoverySpec = { ec2: {}, azure: {}, gce: { zones: ["europe-west3-a", "europe-west3-b"] } };
    const [aws, azure, gcp] = jobsOf(all);
    assert.deepEqual(aws!.ec2_sd_configs, [{ region: "@@region@@", filters: [{ name: "tag-key", values: ["lgtm-environment"] }, { name: "instance-state-name", values: ["running"] }] }]);
    assert.deepEqual(azure!.azure_sd_configs, [{ authentication_method: "ManagedIdentity", client_id: "@@clientid@@", subscription_id: "@@subscription@@" }]);
    assert.deepEqual(gcp!.gce_sd_configs, [{ project: "@@project@@", zone: "europe-west3-a" }, { project: "@@project@@", zone: "europe-west3-b" }]);
    const plan = planOf(all);
    assert.deepEqual(plan.bindings, ["clientid", "project", "region", "subscription"]);
    assert.ok(plan.services.find(({ name }) => name === "prometheus")!.metadata);
    const subscriptions = ["00000000-0000-0000-0000-000000000000"];
    assert.deepEqual(planOf({ ec2: { regions: ["us-east-1"] }, azure: { subscriptions, resourceGroup: "shop" }, gce: { projects: ["shop-prod-1"], zones: ["us-east1-b"] } }).bindings, ["clientid"]);
  });

  it("asks each cloud once for all scrapes: what says where to look is the same in each", () => {
    const jobs = jobsOf({ ec2: { regions: ["eu-central-1", "us-east-1"] }, scrapes: [{ port: 9100 }, { port: 8080, service: "*" }] });
    assert.equal(jobs.length, 2);
    assert.deepEqual(jobs[0]!.ec2_sd_configs, jobs[1]!.ec2_sd_configs);
    assert.equal((jobs[0]!.ec2_sd_configs as unknown[]).length, 2);
  });

  it("takes over the targets of an old prometheus.yml, one by one, without any identity", () => {
    const at = (environment: string) => ({ environment, host: environment, cloud: "aws", address: `${environment}.example.com:443`, scheme: "https" as const, insecureSkipVerify: true });
    const targets = ["dev", "prod"].flatMap(name => [at(name), { ...at(name), service: "shop", path: "/prometheus-provider" }]);
    const discovery = { static: [...targets, { environment: "prod", host: "db-1", address: "10.0.0.7:9100" }] };
    const [checked, any] = jobsOf(discovery, { cloud: "office" });
    const shown = (job: Job) => job.static_configs!.map(({ targets: [address], labels: { __scheme__, __metrics_path__, ...labels } }) => [`${__scheme__}://${address}${__metrics_path__}`, Object.values(labels).join(" ")]);
    assert.deepEqual(shown(any!), [
      ["https://dev.example.com:443/metrics", "dev aws dev node node"],
      ["https://dev.example.com:443/prometheus-provider", "dev aws dev shop shop"],
      ["https://prod.example.com:443/metrics", "prod aws prod node node"],
      ["https://prod.example.com:443/prometheus-provider", "prod aws prod shop shop"],
    ]);
    assert.deepEqual([any!.tls_config, checked!.tls_config], [{ insecure_skip_verify: true }, undefined]);
    assert.deepEqual(shown(checked!), [["http://10.0.0.7:9100/metrics", "prod office db-1 node node"]]);
    const plan = planOf(discovery);
    assert.deepEqual([plan.bindings, plan.services.find(({ name }) => name === "prometheus")!.metadata], [[], false]);
  });

  it("refuses a target that shows more series than all of them should, by the size of the machine", () => {
    const limits = [2048, 8192].map(memory => jobsOf({ ec2: {}, static: [{ environment: "prod", host: "db-1", address: "10.0.0.7:9100" }] }, { memory }).map(({ sample_limit }) => sample_limit));
    assert.deepEqual(limits, [[10_000, 10_000], [40_000, 40_000]]);
  });

  it("that is wrong is refused with what is allowed", () => {
    assert.match(problemsOf({ gce: {} })[0]!, /^discovery\.gce\.zones: undefined is not allowed\. Allowed: a value of type array\.$/);
    assert.match(problemsOf({ gce: { zones: ["europe-west3"] } })[0]!, /^discovery\.gce\.zones\[0\]: "europe-west3" is not allowed\. Allowed: names such as "europe-west3-a"\.$/);
    assert.match(problemsOf({ ec2: { regions: ["Frankfurt"] } })[0]!, /names such as "eu-central-1"/);
    assert.match(problemsOf({ azure: { subscription: "x" } })[0]!, /^discovery\.azure\.subscription: no such key\. Did you mean "subscriptions"\?/);
    assert.match(problemsOf({ static: [{ environment: "prod", host: "a", address: "https://a:9100" }] })[0]!, /^discovery\.static\[0\]\.address: .*host and port, such as "10\.0\.0\.5:9100"/);
    assert.match(problemsOf({ scrapes: [{ port: 9100 }] })[0]!, /scrapes only with ec2, azure or gce/);
    assert.match(problemsOf({ ec2: {}, scrapes: [{ port: 9100 }, { port: 9100, scheme: "https" }] })[0]!, /scrapes that differ in service, port or path/);
  });
});
