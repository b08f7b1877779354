import assert from "node:assert/strict";
import { test } from "node:test";
import { secretVersions } from "../../components/server/secret-versions";

test("a secret's version changes with its value, its name and the key, and with nothing else", () => {
  const first = secretVersions("key", { a: "value", b: "value" });
  assert.deepEqual(secretVersions("key", { b: "value", a: "value" }), first);
  assert.notEqual(first["a"], first["b"]);
  assert.notEqual(secretVersions("key", { a: "other" })["a"], first["a"]);
  assert.notEqual(secretVersions("another", { a: "value" })["a"], first["a"]);
});

test("a version is short and holds nothing of the value", () => {
  assert.match(secretVersions("key", { a: "abcdef" })["a"]!, /^[0-9a-f]{16}$/);
});
