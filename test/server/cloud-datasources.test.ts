import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { renderBundle, type Plan } from "../../components/server/bundle";
import type { CloudDatasources } from "../../components/server/cloud-datasources";
import { resolveSpec } from "../../components/server/spec";
import { SpecError } from "../../components/server/spec-error";

interface Source {
  name: string;
  uid: string;
  type: string;
  jsonData: Record<string, string>;
  secureJsonData?: Record<string, string>;
}

const id = "8bab1c86-8fba-43e5-8089-1d1c80ec267d";
const app = { tenant: id, clientId: id, subscription: id };
const key = { project: "shop-prod", serviceAccount: "grafana@shop-prod.iam.gserviceaccount.com" };
const role = "arn:aws:iam::123456789012:role/monitoring";

function rendered(cloudDatasources: CloudDatasources) {
  const { files } = renderBundle({ cloudDatasources });
  const plan = JSON.parse(files["plan.json"]!) as Plan;
  const { datasources } = parse(files["config/grafana/provisioning/datasources/lgtm.yml"]!) as { datasources: Source[] };
  return { ini: files["config/grafana/grafana.ini"]!, plan, sources: datasources.slice(4), metadata: plan.services.find(({ name }) => name === "grafana")!.metadata };
}

const secretsOf = ({ plan }: ReturnType<typeof rendered>) => plan.secrets.filter(name => /^(aws|azure|gcp)-/.test(name));

function problemsOf(cloudDatasources: unknown): string[] {
  try {
    resolveSpec({ cloudDatasources: cloudDatasources as CloudDatasources });
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
}

describe("datasources of the clouds", () => {
  it("are none when nothing is said, and Grafana has no way to the machine's identity", () => {
    const { sources, ini, metadata, plan } = rendered({});
    assert.deepEqual(sources, []);
    assert.doesNotMatch(ini, /\[(aws|azure)\]|preinstall =/);
    assert.equal(metadata, false);
    assert.deepEqual(plan.bindings, []);
  });

  it("ask the server's own account without any secret, by what the release fills in", () => {
    const own = rendered({ aws: [{}], azure: [{}], gcp: [{}] });
    assert.deepEqual(own.sources.map(({ uid, type, jsonData, secureJsonData }) => [uid, type, jsonData, secureJsonData]), [
      ["cloudwatch", "cloudwatch", { authType: "default", defaultRegion: "@@region@@" }, undefined],
      ["azuremonitor", "grafana-azure-monitor-datasource", { cloudName: "azuremonitor", subscriptionId: "@@subscription@@", azureAuthType: "msi" }, undefined],
      ["cloudmonitoring", "stackdriver", { defaultProject: "@@project@@", authenticationType: "gce" }, undefined],
      ["cloudlogging", "googlecloud-logging-datasource", { defaultProject: "@@project@@", authenticationType: "gce" }, undefined],
    ]);
    assert.deepEqual(own.plan.bindings, ["clientid", "project", "region", "subscription"]);
    assert.deepEqual(secretsOf(own), []);
    assert.equal(own.metadata, true);
  });

  it("ask for bindings of their own cloud only", () => {
    assert.deepEqual(rendered({ aws: [{}] }).plan.bindings, ["region"]);
    assert.deepEqual(rendered({ azure: [{}] }).plan.bindings, ["clientid", "subscription"]);
    assert.deepEqual(rendered({ gcp: [{}] }).plan.bindings, ["project"]);
  });

  it("take on a role of another account of AWS, with no secret", () => {
    const there = rendered({ aws: [{}, { name: "orders", region: "eu-west-1", assumeRoleArn: role, externalId: "lgtm-1" }] });
    assert.deepEqual(there.sources[1], { name: "CloudWatch orders", uid: "cloudwatch-orders", type: "cloudwatch", jsonData: { authType: "default", defaultRegion: "eu-west-1", assumeRoleArn: role, externalId: "lgtm-1" } });
    assert.deepEqual(secretsOf(there), []);
    assert.match(there.ini, /\[aws\]\nallowed_auth_providers = default\nassume_role_enabled = true\n/);
  });

  it("of other clouds have their secrets as files, and then need no identity of the machine", () => {
    const foreign = rendered({ aws: [{ name: "shop", region: "us-east-1", accessKey: true }], azure: [app], gcp: [{ name: "shop", ...key }] });
    assert.deepEqual(secretsOf(foreign), ["aws-access-key-id-shop", "aws-secret-access-key-shop", "azure-client-secret", "gcp-private-key-shop"]);
    assert.deepEqual(foreign.sources.map(({ uid, secureJsonData }) => [uid, secureJsonData]), [
      ["cloudwatch-shop", { accessKey: "$__file{/lgtm/secrets/aws-access-key-id-shop}", secretKey: "$__file{/lgtm/secrets/aws-secret-access-key-shop}" }],
      ["azuremonitor", { clientSecret: "$__file{/lgtm/secrets/azure-client-secret}" }],
      ["cloudmonitoring-shop", { privateKey: "$__file{/lgtm/secrets/gcp-private-key-shop}" }],
      ["cloudlogging-shop", { privateKey: "$__file{/lgtm/secrets/gcp-private-key-shop}" }],
    ]);
    assert.deepEqual(foreign.sources[1]!.jsonData, { cloudName: "azuremonitor", subscriptionId: id, azureAuthType: "clientsecret", tenantId: id, clientId: id });
    assert.deepEqual(foreign.sources[2]!.jsonData, { defaultProject: "shop-prod", authenticationType: "jwt", clientEmail: key.serviceAccount, tokenUri: "https://oauth2.googleapis.com/token" });
    assert.equal(foreign.metadata, false);
    assert.deepEqual(foreign.plan.bindings, []);
    assert.match(foreign.ini, /\[aws\]\nallowed_auth_providers = keys\nassume_role_enabled = false\n/);
    assert.doesNotMatch(foreign.ini, /managed_identity/);
  });

  it("let Grafana use the managed identity where Azure is asked by it", () => {
    assert.match(rendered({ azure: [{}] }).ini, /\[azure\]\nmanaged_identity_enabled = true\nmanaged_identity_client_id = @@clientid@@\n/);
  });

  it("fetch Google's plugin for logs in one version, in the background, and not where logs are left out", () => {
    assert.match(rendered({ gcp: [{}] }).ini, /\[plugins\]\npreinstall_auto_update = false\npreinstall = googlecloud-logging-datasource@\d+\.\d+\.\d+\n/);
    const without = rendered({ gcp: [{ logs: false }] });
    assert.doesNotMatch(without.ini, /preinstall =|preinstall_sync/);
    assert.deepEqual(without.sources.map(({ uid }) => uid), ["cloudmonitoring"]);
  });

  it("have ids that Grafana takes, at most 40 characters, with the longest name", () => {
    const name = "a".repeat(23);
    for (const { uid } of rendered({ aws: [{ name }], azure: [{ name }], gcp: [{ name }] }).sources) assert.match(uid, /^[\w-]{1,40}$/);
    assert.equal(problemsOf({ aws: [{ name: `${name}a` }] }).length, 1);
  });

  it("are refused with what is wrong and what to do", () => {
    assert.deepEqual(problemsOf({ aws: [{ accessKey: true }] }), ['cloudDatasources.aws[0].region: undefined is not allowed. Allowed: a region of AWS, such as "eu-west-1": with accessKey it is not the server\'s.']);
    assert.match(problemsOf({ aws: [{ externalId: "x1" }] })[0]!, /externalId: "x1" .*nothing without assumeRoleArn/);
    assert.match(problemsOf({ aws: [{ assumeRoleArn: "monitoring" }] })[0]!, /the ARN of a role/);
    assert.match(problemsOf({ aws: [{}, { region: "eu-west-1" }] })[0]!, /^cloudDatasources\.aws: .*names differ/);
    assert.match(problemsOf({ azure: [{ tenant: id }] })[0]!, /^cloudDatasources\.azure\[0\]\.clientId: .*together with tenant/);
    assert.match(problemsOf({ azure: [{ tenant: id, clientId: id }] })[0]!, /azure\[0\]\.subscription: /);
    assert.match(problemsOf({ gcp: [{ serviceAccount: key.serviceAccount }] })[0]!, /gcp\[0\]\.project: /);
    assert.match(problemsOf({ gcp: [{ ...key, privateKey: "-----BEGIN" }] })[0]!, /privateKey: no such key\./);
    assert.match(problemsOf({ amazon: [] })[0]!, /cloudDatasources\.amazon: no such key\. .*Known: aws, azure, gcp\./);
    assert.throws(() => resolveSpec({ leaveOut: ["grafana"], cloudDatasources: { aws: [{}] } }), /cloudDatasources: this server has no Grafana/);
  });
});
