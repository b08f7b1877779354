import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { policyOf } from "../../policy/pack";
import { rules } from "../../policy/rules";
import { checkout, packageJson } from "../checkout";

// The engine's own protocol; @pulumi/pulumi ships it without types.
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as Record<string, new () => any>;
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as { AnalyzerClient: new (address: string, credentials: grpc.ChannelCredentials) => any };
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as { Struct: { fromJavaScript(value: object): unknown } };
const Empty = require("google-protobuf/google/protobuf/empty_pb") as { Empty: new () => unknown };

let folder: string;
let process_: ChildProcess;
let client: any;

/** One call of the engine's. */
const call = (method: string, request: unknown) => new Promise<any>((resolve, reject) => client[method](request, (error: Error | null, answer: any) => (error ? reject(error) : resolve(answer))));

function analyzed(type: string, name: string, properties: object, urn = `urn:pulumi:prod::p::${type}::${name}`): any {
  const request = new messages["AnalyzeRequest"]!();
  request.setType(type);
  request.setName(name);
  request.setUrn(urn);
  request.setProperties(Struct.fromJavaScript(properties));
  request.setOptions(new messages["AnalyzerResourceOptions"]!());
  return request;
}

const named = (answer: any): string[] => answer.getDiagnosticsList().map((each: any) => each.getPolicyname()).sort();

before(async () => {
  // As npm lays out the package for those who install it.
  folder = mkdtempSync(join(tmpdir(), "lgtm-policy-"));
  const installed = join(folder, "node_modules", packageJson.name);
  mkdirSync(join(installed, "policy"), { recursive: true });
  for (const file of ["PulumiPolicy.yaml", "package.json"]) cpSync(join(checkout, "policy", file), join(installed, "policy", file));
  cpSync(join(dirname(dirname(__dirname)), "policy"), join(installed, "dist", "policy"), { recursive: true });
  symlinkSync(join(checkout, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"), "dir");
  // As Pulumi's language plugin starts a pack: in its folder, with the address of an engine, which this pack never calls.
  process_ = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", "."], { cwd: join(installed, "policy"), stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve, reject) => {
    process_.stdout!.once("data", (text: Buffer) => resolve(text.toString().trim()));
    process_.once("exit", code => reject(new Error(`the pack ended with ${code}`)));
  });
  client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});

after(() => {
  client?.close();
  process_?.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe("the policy pack, installed and started as Pulumi starts it", () => {
  it("has every rule under its number, with what to do, and the package's version", async () => {
    const info = await call("getAnalyzerInfo", new Empty.Empty());
    assert.equal(info.getName(), "pulumi-lgtm");
    assert.deepEqual(info.getPoliciesList().map((each: any) => each.getName()), rules.map(({ id }) => id));
    assert.equal(info.getVersion(), (JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string }).version);
  });

  it("says of a resource what is wrong, why and what to do; critical and high stop the update", async () => {
    const answer = await call("analyze", analyzed("aws:ec2/instance:Instance", "web", { metadataOptions: { httpTokens: "optional" }, rootBlockDevice: { encrypted: true }, ebsOptimized: true, monitoring: true, iamInstanceProfile: "web" }));
    assert.deepEqual(named(answer), ["CKV_AWS_79", "LGTM_TAGS"]);
    const [imds, tags] = answer.getDiagnosticsList().sort((a: any, b: any) => (a.getPolicyname() < b.getPolicyname() ? -1 : 1));
    assert.match(imds.getMessage(), /web: metadataOptions\.httpTokens is "optional", not "required"\. With version 1 .* Set metadataOptions\.httpTokens: "required"\./s);
    const { EnforcementLevel } = messages as unknown as { EnforcementLevel: Record<string, number> };
    assert.deepEqual([imds.getEnforcementlevel(), tags.getEnforcementlevel()], [EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY]);
  });

  it("neither stops nor complains about what a preview does not know yet", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    assert.deepEqual(named(await call("analyze", analyzed("aws:iam/rolePolicy:RolePolicy", "rights", { policy: unknown, role: unknown }))), []);
    assert.deepEqual(named(await call("analyze", analyzed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in", { cidrIpv4: unknown, ipProtocol: "tcp", fromPort: 443, toPort: 443, description: "d", tags: { a: "b" }, securityGroupId: unknown }))), []);
  });

  it("excuses this library's own resources, and nobody else's", async () => {
    const machine = { metadataOptions: { httpTokens: "required" }, rootBlockDevice: { encrypted: true }, ebsOptimized: true, iamInstanceProfile: "web", tags: { a: "b" } };
    const type = "aws:ec2/instance:Instance";
    assert.deepEqual(named(await call("analyze", analyzed(type, "mon", machine))), ["CKV_AWS_126"]);
    assert.deepEqual(named(await call("analyze", analyzed(type, "mon", machine, `urn:pulumi:prod::p::lgtm:aws:MonitoringServer$${type}::mon`))), []);
  });

  it("judges a whole stack by what its resources are made of, also while names are not known", async () => {
    const stack = new messages["AnalyzeStackRequest"]!();
    const resource = (type: string, name: string, properties: object, madeOf: Record<string, string[]> = {}) => {
      const each = new messages["AnalyzerResource"]!();
      each.setType(type);
      each.setName(name);
      each.setUrn(`urn:${name}`);
      each.setProperties(Struct.fromJavaScript(properties));
      each.setOptions(new messages["AnalyzerResourceOptions"]!());
      for (const [key, urns] of Object.entries(madeOf)) {
        const dependencies = new messages["AnalyzerPropertyDependencies"]!();
        dependencies.setUrnsList(urns);
        each.getPropertydependenciesMap().set(key, dependencies);
      }
      return each;
    };
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    stack.setResourcesList([
      resource("aws:s3/bucket:Bucket", "a", {}),
      resource("aws:s3/bucket:Bucket", "b", {}),
      resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "c", { bucket: unknown }, { bucket: ["urn:a"] }),
    ]);
    const answer = await call("analyzeStack", stack);
    const open = answer.getDiagnosticsList().filter((each: any) => each.getPolicyname() === "CKV2_AWS_6");
    assert.deepEqual(open.map((each: any) => each.getUrn()), ["urn:b"]);
  });
});

describe("a rule as a policy", () => {
  it("is one of a single resource where it needs no others, so that it is judged before anything is made", () => {
    for (const rule of rules) assert.equal("validateStack" in policyOf(rule), rule.whole === true, rule.id);
    assert.ok(rules.some(({ whole }) => whole) && rules.some(({ whole }) => !whole));
  });
});
