import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { contractOf, type ServerContract } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { fromContract, fromFolder, localFolder, UsageError } from "../../components/verify";

const folder = mkdtempSync(join(tmpdir(), "verify-inputs-"));
after(() => rmSync(folder, { recursive: true }));

function put(path: string, content: string | object): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const contract: ServerContract = contractOf(resolveSpec({ pushClients: ["a", "b"] }), "localhost", "of the contract");
const tokens = { pushTokenFile: put("push", "secret-1\n"), readTokenFile: put("read", "secret-2") };
const usage = (words: RegExp) => (error: Error) => error instanceof UsageError && words.test(error.message) && !/secret-/.test(error.message);

test("a contract and two token files make a target", () => {
  const target = fromContract({ contract: put("contract.json", contract), ...tokens, pushClient: "b", caFile: put("ca.pem", "given") });
  assert.deepEqual(target, { contract: { ...contract, ca: "given" }, push: { client: "b", token: "secret-1" }, read: { client: "default", token: "secret-2" }, missing: {} });
});

test("the folder of a local stack has everything, with its limits and what is missing", () => {
  put("local/contract.json", contract);
  put("local/secrets/push-a", "secret-1");
  put("local/secrets/read-default", "secret-2\n");
  const bare = fromFolder(join(folder, "local"));
  assert.deepEqual([bare.push, bare.read, bare.missing, bare.plan], [{ client: "a", token: "secret-1" }, { client: "default", token: "secret-2" }, {}, undefined]);
  put("local/machine.json", { format: 1, missing: { grafana: "no release" } });
  put("local/applied.json", { release: "abc" });
  put("local/releases/abc/plan.json", { services: [{ name: "loki", limitMiB: 352 }] });
  put("local/releases/abc/config/prometheus/rules/host.yml", "groups:\n  - name: host\n    rules:\n      - record: a:b\n        expr: vector(1)\n      - alert: DiskLow\n        expr: vector(1)\n");
  const full = fromFolder(join(folder, "local"));
  assert.deepEqual([full.missing, full.plan, full.alerts], [{ grafana: "no release" }, [{ name: "loki", limitMiB: 352 }], ["DiskLow"]]);
});

test("the local folder follows the environment", () => {
  assert.equal(localFolder({ PULUMI_LGTM_HOME: "/a", XDG_STATE_HOME: "/b" }), "/a/pulumi-lgtm/local");
  assert.equal(localFolder({ XDG_STATE_HOME: "/b" }), "/b/pulumi-lgtm/local");
  assert.match(localFolder({}), /\.local\/state\/pulumi-lgtm\/local$/);
});

test("what is wrong with the input is said in plain words", () => {
  const given = put("contract.json", contract);
  assert.throws(() => fromFolder(join(folder, "nowhere")), usage(/nowhere\/contract.json: the contract of the server cannot be read \(ENOENT\)/));
  assert.throws(() => fromContract({ contract: put("text", "hello"), ...tokens }), usage(/is no JSON/));
  assert.throws(() => fromContract({ contract: put("half.json", { ...contract, endpoints: { ...contract.endpoints, logs: "http://x" }, ca: 1 }), ...tokens }), usage(/endpoints\.logs: is no https address.*ca: /));
  assert.throws(() => fromContract({ contract: given, ...tokens }), usage(/--push-client: a, b/));
  assert.throws(() => fromContract({ contract: given, ...tokens, pushClient: "c" }), usage(/c is not known to this server: a, b/));
  assert.throws(() => fromContract({ contract: put("mute.json", { ...contract, readClients: [] }), ...tokens, pushClient: "a" }), usage(/has no read client.*readClients/));
  assert.throws(() => fromContract({ contract: given, pushClient: "a", ...tokens, readTokenFile: put("empty", "\n") }), usage(/holds nothing/));
  assert.throws(() => fromContract({ contract: given, pushClient: "a", ...tokens, readTokenFile: put("two", "secret-1 secret-2") }), usage(/more than one word/));
});
