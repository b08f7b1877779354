import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { broken, excused, violations } from "../../policy/check";
import { exceptions } from "../../policy/exceptions";
import type { Resource } from "../../policy/rule";
import { isSecret, open, type Registered } from "../mocks";
import { stacks } from "./stacks";

/** What a program registered, as rules see it: secrets opened. */
function resources(registered: Registered[]): Resource[] {
  return registered.map(({ type, name, inputs }) => ({ type, name, props: opened(inputs) as Resource["props"] }));
}

function opened(value: unknown): unknown {
  if (isSecret(value)) return opened(open(value));
  if (Array.isArray(value)) return value.map(opened);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, opened(each)])) : value;
}

describe("what each stack makes", () => {
  const used = new Set<(typeof exceptions)[number]>();

  for (const [name, program] of Object.entries(stacks)) {
    it(`satisfies every rule: ${name}`, async () => {
      const made = resources(await program());
      assert.ok(made.length > 3, "it makes something");
      assert.deepEqual(violations(made).map(({ rule, resource, says }) => `${rule.id} ${resource.type} ${resource.name}: ${says}`), []);
      for (const each of broken(made)) used.add(excused(each)!);
    });
  }

  it("needs every exception that there is", () => {
    const clouds = [...new Set(Object.keys(stacks).map(name => name.split(":")[0]!.toUpperCase()))];
    assert.deepEqual(exceptions.filter(each => clouds.some(cloud => each.rule.includes(`_${cloud}_`)) && !used.has(each)), []);
  });
});
