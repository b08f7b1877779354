import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../../components/server/spec-error";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/ssh";
import { made, open, isSecret, plainText, run, seen, type Registered } from "./mocks";

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----";
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB2mEZqvBbZrNHRKVpSzG4pQvZ3u0hHkXzqEoVdQ1c2T";
const connection = { host: "192.0.2.10", user: "ubuntu", privateKey, hostKey };
const args: MonitoringServerArgs = { connection, pushClients: ["orders", "billing"] };
const server = (more: Partial<MonitoringServerArgs> = {}) => run(() => new MonitoringServer("mon", { ...args, ...more }));
const find = (registered: Registered[], name: string) => registered.find(each => each.name === name)!;
const problems = (wrong: object) => {
  try {
    new MonitoringServer("mon", { ...args, ...wrong } as MonitoringServerArgs);
  } catch (error) {
    assert.ok(error instanceof SpecError, String(error));
    return error.problems;
  }
  return assert.fail("it was accepted");
};

test("the children's names and types are what a later version must keep", async () => {
  const { registered } = await server();
  assert.deepEqual(registered.filter(each => each.type !== "lgtm:server:File").map(({ type, name }) => `${type} ${name}`).sort(), [
    "command:remote:Command mon-install",
    "command:remote:Command mon-release",
    "command:remote:Command mon-secrets",
    "lgtm:server:Bundle mon-bundle",
    "lgtm:ssh:MonitoringServer mon",
    "random:index/randomBytes:RandomBytes mon-grafana-secret-key",
    "random:index/randomBytes:RandomBytes mon-push-billing",
    "random:index/randomBytes:RandomBytes mon-push-orders",
    "random:index/randomBytes:RandomBytes mon-read-default",
    "random:index/randomBytes:RandomBytes mon-version-key",
    "random:index/randomPassword:RandomPassword mon-grafana-admin-password",
  ]);
});

test("no secret is in a plain input of any resource", async () => {
  const { registered } = await server({ tls: "given", secrets: { "tls-certificate": "given-certificate", "tls-key": pulumi.output("given-key") } });
  const plain = plainText(registered);
  for (const secret of ["bm90IGEga2V5", "given-certificate", "given-key", ...registered.filter(each => each.type.startsWith("random:")).map(each => made(each.name))])
    assert.ok(!plain.includes(secret), `${secret} is plain`);
  for (const name of ["install", "secrets", "release"]) assert.ok(isSecret(find(registered, `mon-${name}`).inputs["connection"]), name);
});

test("secrets travel through stdin alone, and their command logs nothing", async () => {
  const { registered } = await server();
  const { inputs } = find(registered, "mon-secrets");
  assert.equal(inputs["logging"], "none");
  assert.equal(inputs["create"], "sudo -n python3 -B /var/lib/pulumi-lgtm/ssh secrets");
  const { values, once } = JSON.parse(open(inputs["stdin"]) as string) as { values: Record<string, string>; once: string[] };
  assert.deepEqual(Object.keys(values).sort(), ["grafana-admin-password", "grafana-secret-key", "push-billing", "push-orders", "read-default"]);
  assert.equal(values["push-orders"], made("mon-push-orders"));
  assert.deepEqual(once, ["grafana-secret-key"]);
});

test("tokens and the password are secret outputs, the contract is a plain one", async () => {
  const { made: it } = await server();
  const tokens = await seen(it.tokens);
  assert.deepEqual(tokens, { known: true, secret: true, value: { push: { orders: made("mon-push-orders"), billing: made("mon-push-billing") }, read: { default: made("mon-read-default") } } });
  assert.deepEqual(await seen(it.adminPassword), { known: true, secret: true, value: made("mon-grafana-admin-password") });
  const contract = await seen(it.contract);
  assert.equal(contract.secret, false);
  assert.equal(contract.value?.url, "https://192.0.2.10/");
  assert.equal(contract.value?.ca, "pem of the authority");
  assert.deepEqual(contract.value?.pushClients, ["orders", "billing"]);
  const release = await seen(it.release);
  assert.equal(release.secret, false);
  assert.match(release.value!, /^[0-9a-f]{64}$/);
});

test("the release binds the address under which the server is reached, and is what the output names", async () => {
  const { made: it, registered } = await server();
  const sent = JSON.parse(open(find(registered, "mon-release").inputs["stdin"]) as string) as { bundle: { hash: string }; release: { hash: string; document: string }; waitSeconds: number };
  const release = JSON.parse(sent.release.document) as { bundle: string; bindings: object; secretVersions: Record<string, string> };
  assert.deepEqual(release.bindings, { address: "192.0.2.10" });
  assert.equal(release.bundle, sent.bundle.hash);
  assert.equal(sent.release.hash, (await seen(it.release)).value);
  assert.equal(sent.waitSeconds, 1200);
  assert.deepEqual(Object.keys(release.secretVersions), ["grafana-admin-password", "grafana-secret-key", "push-billing", "push-orders", "read-default"]);
});

test("with a domain nothing is bound and the domain is the address", async () => {
  const { made: it, registered } = await server({ domain: "mon.example.com" });
  const sent = JSON.parse(open(find(registered, "mon-release").inputs["stdin"]) as string) as { release: { document: string } };
  assert.deepEqual((JSON.parse(sent.release.document) as { bindings: object }).bindings, {});
  assert.equal((await seen(it.contract)).value?.url, "https://mon.example.com/");
});

test("a host that is known only later gives the same bundle as one that is known now", async () => {
  const { made: it, registered } = await run(() => new MonitoringServer("mon", { ...args, connection: { ...connection, host: pulumi.output(Promise.resolve("2001:db8::5")) } }));
  const files = (all: Registered[]) => all.filter(each => each.type === "lgtm:server:File");
  assert.deepEqual(files(registered), files((await server()).registered));
  assert.equal((await seen(it.contract)).value?.url, "https://[2001:db8::5]/");
});

test("a preview registers the same resources, and what only the server knows stays unknown", async () => {
  const created = (await server()).registered;
  const { made: it, registered } = await run(() => new MonitoringServer("mon", args), { preview: true });
  assert.deepEqual(registered.map(each => each.name).sort(), created.map(each => each.name).sort());
  for (const output of [it.contract, it.tokens, it.release] as pulumi.Output<unknown>[]) assert.equal((await seen(output)).known, false);
  const files = (all: Registered[]) => all.filter(each => each.type === "lgtm:server:File");
  assert.deepEqual(files(registered), files(created));
  assert.ok(files(created).some(each => each.name === "mon-bundle/config/caddy/Caddyfile" && (each.inputs["text"] as string).includes("@@address@@")));
});

test("a rotated secret gets a keeper, others none", async () => {
  const { registered } = await server({ rotate: { "push-orders": "2026-11" } });
  assert.deepEqual(find(registered, "mon-push-orders").inputs["keepers"], { rotate: "2026-11" });
  assert.equal(find(registered, "mon-push-billing").inputs["keepers"], undefined);
});

test("data is deleted at the end only when told so", async () => {
  const deletion = async (more: Partial<MonitoringServerArgs>) => find((await server(more)).registered, "mon-install").inputs["delete"] as string;
  assert.doesNotMatch(await deletion({}), /--delete-data/);
  assert.match(await deletion({ deleteDataOnDestroy: true }), /^sudo -n .* remove --delete-data /);
});

test("an abandoned server has no command that would connect to it", async () => {
  const { registered, made: it } = await server({ abandon: true });
  assert.deepEqual(registered.filter(each => each.type === "command:remote:Command").map(each => each.name), ["mon-install"]);
  assert.equal((await seen(it.contract)).value?.ca, "");
});

test("a wrong spec is refused before anything is registered, with the path and what is allowed", () => {
  assert.match(problems({ retention: { logs: "30 days" } }).join(), /^retention\.logs: "30 days" is not allowed/);
  assert.match(problems({ memry: 2048 }).join(), /^memry: no such key\. Did you mean "memory"/);
});

test("a wrong connection is refused with what to give", () => {
  assert.deepEqual(problems({ connection: undefined }), ["connection: missing. Give { host, privateKey } of a server that answers SSH."]);
  assert.match(problems({ connection: { ...connection, host: "" } }).join(), /^connection\.host: missing/);
  assert.match(problems({ connection: { ...connection, hostKey: `192.0.2.10 ${hostKey}` } }).join(), /^connection\.hostKey: "192\.0\.2\.10 ssh-ed25519.*is not a public key/);
  assert.match(problems({ connection: { ...connection, proxy: { host: "192.0.2.1" } } }).join(), /^connection\.proxy\.privateKey: missing/);
  assert.match(problems({ waitSeconds: 0 }).join(), /^waitSeconds: 0 is not allowed/);
  assert.match(problems({ dataDisk: { device: "sdb", sizeGiB: 0.5 } }).join("\n"), /^dataDisk\.device: "sdb".*\ndataDisk\.sizeGiB: 0\.5/);
});

test("secrets that are missing, unknown or not rotatable are named", async () => {
  const thrown = async (more: Partial<MonitoringServerArgs>) => {
    try {
      await server(more);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail("it was accepted");
  };
  assert.match(await thrown({ tls: "given" }), /secrets\.tls-certificate: missing[^]*secrets\.tls-key: missing/);
  assert.match(await thrown({ secrets: { "push-oders": "x" } }), /^secrets\.push-oders: this server has no such secret\. Did you mean "push-orders"/);
  assert.match(await thrown({ rotate: { "grafana-secret-key": "1" } }), /cannot be rotated: Grafana's database is encrypted/);
  assert.match(await thrown({ rotate: { "push-orders": "1" }, secrets: { "push-orders": "x" } }), /its value is given in secrets\.push-orders/);
});
