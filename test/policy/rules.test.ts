import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { broken, excused, says, violations } from "../../policy/check";
import { elsewhere, exceptions } from "../../policy/exceptions";
import { unknown, type Resource, type Rule } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { awsCases } from "./cases-aws";
import { azureCases } from "./cases-azure";
import { everywhereCases } from "./cases-everywhere";
import { gcpCases } from "./cases-gcp";

const all = [...everywhereCases, ...awsCases, ...azureCases, ...gcpCases];
const rule = (id: string): Rule => rules.find(each => each.id === id) ?? assert.fail(`there is no rule ${id}`);
/** What a rule has against the first of these resources. */
const judged = (id: string, stack: Resource[]) => says(rule(id), stack[0]!, stack);

describe("every rule", () => {
  for (const { rule: id, good, bad } of all) {
    it(`${id} passes and fails (${good[0]!.type.split(/[:/]/).at(-1)})`, () => {
      assert.ok(rule(id).types.includes(good[0]!.type), `${id} looks at ${good[0]!.type}`);
      assert.deepEqual(judged(id, good), []);
      for (const each of bad) assert.ok(judged(id, each).length > 0, JSON.stringify(each.map(({ props }) => props)));
    });
  }

  it("has a case, an id of its own, a severity and sentences", () => {
    assert.deepEqual(rules.filter(({ id }) => !all.some(each => each.rule === id)).map(({ id }) => id), []);
    assert.equal(new Set(rules.flatMap(({ id, also = [] }) => [id, ...also])).size, rules.flatMap(({ also = [] }) => also).length + rules.length);
    for (const { id, asks, why, mend, types } of rules) {
      assert.match(id, /^(CKV2?_(AWS|AZURE|GCP)_\d+|LGTM_[A-Z_]+)$/);
      for (const text of [asks, why, mend]) assert.match(text, /^[A-Z].*[.…]$/s, `${id}: ${text}`);
      assert.ok(types.length > 0);
    }
  });

  it("gives what is not known yet the benefit of the doubt", () => {
    for (const { rule: id, good } of all) {
      for (const key of Object.keys(good[0]!.props)) {
        const [first, ...rest] = good;
        assert.deepEqual(judged(id, [{ ...first!, props: { ...first!.props, [key]: unknown } }, ...rest]), [], `${id}: ${key}`);
      }
    }
  });

  it("takes a setting whose resource is not known yet for that of any, and where the engine says which, of that one", () => {
    const bucket: Resource = { type: "aws:s3/bucket:Bucket", name: "logs", props: {}, urn: "urn:logs" };
    const block = (more: object): Resource => ({ type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name: "b", props: { bucket: unknown }, ...more });
    assert.deepEqual(judged("CKV2_AWS_6", [bucket, block({})]), []);
    assert.deepEqual(judged("CKV2_AWS_6", [bucket, block({ madeOf: { bucket: ["urn:logs"] } })]), []);
    assert.equal(judged("CKV2_AWS_6", [bucket, block({ madeOf: { bucket: ["urn:other"] } })]).length, 1);
  });

  it("does not repeat the secret that it found", () => {
    const found = judged("CKV_AWS_46", [{ type: "aws:ec2/instance:Instance", name: "it", props: { userData: "password=q8Zk2nV5xR7tW1yB" } }]);
    assert.equal(found.length, 1);
    assert.doesNotMatch(found.join(), /q8Zk2nV5xR7tW1yB/);
  });
});

describe("exceptions", () => {
  it("are of rules that exist, with a reason", () => {
    for (const { rule: id, why } of exceptions) {
      rule(id);
      assert.match(why, /^[A-Z].{30,}\.$/, id);
    }
    for (const [id, why] of Object.entries(elsewhere)) {
      assert.ok(!rules.some(each => each.id === id), `${id} is a rule`);
      assert.match(why, /^[A-Z].{30,}\.$/, id);
    }
  });

  it("cover what this library makes, and nothing that it does not", () => {
    const bucket = (name: string, urn?: string): Resource => ({ type: "aws:s3/bucket:Bucket", name, urn, props: {} });
    const versioning = (resource: Resource) => excused({ rule: rule("CKV_AWS_21"), resource }) !== undefined;
    assert.equal(versioning(bucket("mon-telemetry")), true);
    assert.equal(versioning(bucket("mon-configuration")), false);
    assert.equal(versioning(bucket("mon-telemetry", "urn:pulumi:prod::p::lgtm:aws:MonitoringServer$aws:s3/bucket:Bucket::mon-telemetry")), true);
    assert.equal(versioning(bucket("mon-telemetry", "urn:pulumi:prod::p::acme:index:Platform$lgtm:aws:MonitoringServer$aws:s3/bucket:Bucket::mon-telemetry")), true);
    assert.equal(versioning(bucket("our-telemetry", "urn:pulumi:prod::p::aws:s3/bucket:Bucket::our-telemetry")), false);
    assert.equal(versioning(bucket("lgtm:a:b$-telemetry", "urn:pulumi:prod::p::aws:s3/bucket:Bucket::lgtm:a:b$-telemetry")), false);
  });

  it("do not hide what else is broken", () => {
    const stack: Resource[] = [{ type: "aws:s3/bucket:Bucket", name: "mon-telemetry", props: {} }];
    const ids = (found: ReturnType<typeof broken>) => found.map(each => each.rule.id);
    assert.ok(ids(broken(stack)).includes("CKV_AWS_21"));
    assert.ok(!ids(violations(stack)).includes("CKV_AWS_21"));
    assert.ok(ids(violations(stack)).includes("CKV2_AWS_6"));
  });
});
