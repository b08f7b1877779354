import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import type * as pulumi from "@pulumi/pulumi";
import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import { Provider as GcpProvider } from "@pulumi/gcp/provider";
import * as aws from "../../components/aws";
import * as azure from "../../components/azure";
import { tokenProblems } from "../../components/cloud/agents";
import * as gcp from "../../components/gcp";
import { inlineScript } from "../../components/gcp/agents";
import { contractOf, type CloudSecrets, type ScrapeSource } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { run as runAws } from "../aws/mocks";
import { id, run as runAzure } from "../azure/mocks";
import { project, region, run as runGcp } from "../gcp/mocks";
import { isSecret, open, plainText, seen, type Registered } from "../mocks";

const token = "0123456789abcdef0123456789abcdef";
const spec = { environment: "prod", service: "orders", client: "orders" };
const zone = "europe-west3-a";
const virtualMachines = [{ resourceGroupName: "shop", vmName: "orders-1", location: "koreacentral" }];
const keyVaultId = id("Microsoft.KeyVault/vaults", "theirs", "secrets");

const contract = (secretStore?: CloudSecrets, scrapeSource?: ScrapeSource) =>
  contractOf(resolveSpec({ domain: "mon.example.com", pushClients: ["orders"] }), "mon.example.com", "", { secretName: name => name, secretStore, scrapeSource });
const stores = {
  aws: { kind: "ssm", prefix: "/lgtm/p/s/mon", region: "eu-central-1" },
  azure: { kind: "key-vault", vault: "https://mon.vault.azure.net", prefix: "mon" },
  gcp: { kind: "secret-manager", project: "shop", prefix: "lgtm-mon" },
} as const satisfies Record<string, CloudSecrets>;

type Cloud = keyof typeof stores;
type Made = { tokenSecret: pulumi.Output<string> };

/** Agents in a cloud for a server whose tokens are in the store of another one. */
const agents = (cloud: Cloud, server: ReturnType<typeof contract>, more: object = {}): Promise<{ made: Made; registered: Registered[] }> =>
  ({
    aws: () => runAws(() => new aws.AppServerAgents("orders", { server, ...spec, ...more })),
    azure: () => runAzure(() => new azure.AppServerAgents("orders", { server, ...spec, virtualMachines, ...("token" in more && { keyVaultId }), ...more })),
    gcp: () => runGcp(() => new gcp.AppServerAgents("orders", { server, ...spec, zone, ...more })),
  })[cloud]();

const inputsOf = (registered: Registered[], type: string) => registered.filter(each => each.type.endsWith(`:${type}`)).map(({ inputs }) => inputs as Record<string, any>);

/** What the machines are told of where their token is. */
function sourceOf(registered: Registered[]): string {
  const [script] = registered.flatMap(({ inputs }) => /<<'lgtm-end-of-script' [^\\]*\\n([^]*?)lgtm-end-of-script/.exec(JSON.stringify(inputs))?.[1] ?? []);
  return /"token":(\{[^}]*\}|null)/.exec(gunzipSync(Buffer.from(script!.replaceAll("\\n", ""), "base64")).toString())![1]!;
}

describe("agents on machines of another cloud than the server's", () => {
  it("are refused without a token, since they could not read the server's store", () => {
    const titles = { aws: "AWS", azure: "Azure", gcp: "Google Cloud" };
    for (const cloud of Object.keys(stores) as Cloud[])
      for (const other of Object.keys(stores) as Cloud[]) {
        const problems = tokenProblems(contract(stores[other]), stores[cloud].kind, "orders");
        if (cloud === other) assert.deepEqual(problems, []);
        else assert.match(problems.join(), new RegExp(`^token: missing\\. The monitoring server keeps its tokens in ${titles[other]}, in a secret store that machines on ${titles[cloud]} cannot read\\. Give token: .*\\.push\\["orders"\\]`));
      }
  });

  it("AWS: the token is a SecureString, which they read", async () => {
    const { made, registered } = await agents("aws", contract(stores.gcp), { token, tags: { team: "orders" } });
    const [parameter] = inputsOf(registered, "Parameter");
    assert.deepEqual([parameter!.type, parameter!.name, open(parameter!.value), isSecret(parameter!.value), parameter!.tags.team], ["SecureString", "/lgtm/project/stack/orders/push-orders", token, true, "orders"]);
    assert.deepEqual(JSON.parse(sourceOf(registered)), { kind: "ssm", prefix: "/lgtm/project/stack/orders", region: "eu-central-1", name: "push-orders" });
    assert.equal((await seen(made.tokenSecret)).value, "/lgtm/project/stack/orders/push-orders");
    for (const each of registered) assert.ok(!plainText(each.inputs).includes(token), each.name);
  });

  it("Azure: the token is in the key vault that is given", async () => {
    const { made, registered } = await agents("azure", contract(stores.aws), { token });
    const [deployment] = inputsOf(registered, "Deployment");
    assert.equal(deployment!.resourceGroupName, "secrets");
    assert.ok(isSecret(deployment!.properties));
    const source = JSON.parse(sourceOf(registered)) as Record<string, string>;
    assert.deepEqual([source.kind, source.vault, source.name], ["key-vault", "https://theirs.vault.azure.net", "push-orders"]);
    assert.equal((await seen(made.tokenSecret)).value, `https://theirs.vault.azure.net/secrets/${source.prefix}-push-orders`);
    for (const each of registered) assert.ok(!plainText(each.inputs).includes(token), each.name);
    await assert.rejects(agents("azure", contract(stores.aws), { token, keyVaultId: undefined }), /keyVaultId: missing\. Say into which key vault/);
    await assert.rejects(agents("azure", contract(stores.azure), { keyVaultId }), /keyVaultId: nothing is put into it/);
    await assert.rejects(agents("azure", contract(stores.aws), { token, keyVaultId: "theirs" }), /keyVaultId: "theirs" is not allowed\. Allowed: a resource id/);
  });

  it("Google Cloud: the token is a secret of their project", async () => {
    const { made, registered } = await agents("gcp", contract(stores.aws), { token });
    const [version] = inputsOf(registered, "SecretVersion");
    assert.deepEqual([open(version!.secretData), isSecret(version!.secretData)], [token, true]);
    assert.equal(inputsOf(registered, "Secret")[0]!.secretId, "lgtm-project-stack-orders-push-orders");
    assert.deepEqual(JSON.parse(sourceOf(registered)), { kind: "secret-manager", project, prefix: "lgtm-project-stack-orders", name: "push-orders" });
    assert.deepEqual(await seen(made.tokenSecret), { value: `projects/${project}/secrets/lgtm-project-stack-orders-push-orders`, secret: false, known: true });
    for (const each of registered) assert.ok(!plainText(each.inputs).includes(token), each.name);
  });

  it("need no store of the server's: one over SSH keeps its tokens itself", async () => {
    for (const cloud of Object.keys(stores) as Cloud[]) assert.equal((JSON.parse(sourceOf((await agents(cloud, contract(), { token })).registered)) as { kind: string }).kind, stores[cloud].kind);
  });
});

it("an installation that is too long for a policy of VM Manager is refused, with a way out", () => {
  assert.equal(inlineScript("true\n"), "set -e\ntrue\nexit 100\n");
  assert.throws(() => inlineScript("x".repeat(32_760)), /logs, promtail: with this configuration the installation has 32776 characters, and VM Manager takes 32767\..*over SSH/);
});

describe("the provider that is given makes every resource of agents and of access", () => {
  const of = { aws: () => new AwsProvider("elsewhere", { region: "ap-northeast-2" }), azure: () => new AzureProvider("elsewhere", { location: "koreacentral" }), gcp: () => new GcpProvider("elsewhere", { project, region }) };
  const assertAll = (registered: Registered[], least: number) => {
    const made = registered.filter(({ type }) => /^(aws|azure-native|gcp):/.test(type));
    assert.ok(made.length >= least, String(made.length));
    assert.deepEqual(made.filter(({ provider }) => !provider?.includes("::elsewhere::")).map(({ name }) => name), []);
  };

  it("AWS", async () => {
    const server = contract(stores.gcp, { cloud: "aws", securityGroupId: "sg-server" });
    const { registered } = await runAws(() => {
      const provider = of.aws();
      new aws.AppServerAgents("orders", { server, ...spec, token }, { provider });
      new aws.AppServerAccess("orders", { server, securityGroupId: "sg-orders", ports: [9100] }, { provider });
    });
    assertAll(registered, 4);
  });

  it("Azure", async () => {
    const server = contract(stores.aws, { cloud: "azure", privateAddress: "10.0.0.4", applicationSecurityGroupId: id("Microsoft.Network/applicationSecurityGroups", "mon") });
    const { registered } = await runAzure(() => {
      const provider = of.azure();
      new azure.AppServerAgents("orders", { server, ...spec, virtualMachines, token, keyVaultId }, { provider });
      new azure.AppServerAccess("orders", { server, networkSecurityGroupId: id("Microsoft.Network/networkSecurityGroups", "orders"), ports: [9100] }, { provider });
    });
    assertAll(registered, 3);
  });

  it("Google Cloud", async () => {
    const server = contract(stores.aws, { cloud: "gcp", serviceAccount: "mon@shop.iam.gserviceaccount.com", networkTag: "mon", network: "vpc", project: "shop" });
    const { registered } = await runGcp(() => {
      const provider = of.gcp();
      new gcp.AppServerAgents("orders", { server, ...spec, zone, token }, { provider });
      new gcp.AppServerAccess("orders", { server, networkTag: "orders", ports: [9100] }, { provider });
    });
    assertAll(registered, 5);
  });
});
