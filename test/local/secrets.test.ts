import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { ensureSecrets, secretVersions } from "../../components/local/secrets";

const base = mkdtempSync(join(tmpdir(), "lgtm-secrets-"));
after(() => rmSync(base, { recursive: true, force: true }));

describe("the secrets of a server on this machine", () => {
  const folder = join(base, "made");
  const names = ["grafana-admin-password", "push-default"];
  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  it("have no version before they are made", () => {
    assert.equal(secretVersions(folder, names), undefined);
  });

  it("are made once, each another one, for the user alone", () => {
    ensureSecrets(folder, names);
    const [password, token] = names.map(read);
    assert.match(password!, /^[a-zA-Z2-9]{24}$/);
    assert.doesNotMatch(password!, /[lIO01]/);
    assert.match(token!, /^[0-9a-f]{64}$/);
    assert.equal(statSync(join(folder, "push-default")).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    ensureSecrets(folder, [...names, "read-default"]);
    assert.deepEqual(names.map(read), [password, token]);
    assert.notEqual(read("read-default"), token);
  });

  it("have versions that change with the value, and only then, and are no hash that can be guessed at", () => {
    const before = secretVersions(folder, names)!;
    assert.deepEqual(secretVersions(folder, names), before);
    writeFileSync(join(folder, "push-default"), "another");
    const now = secretVersions(folder, names)!;
    assert.notEqual(now["push-default"], before["push-default"]);
    assert.equal(now["grafana-admin-password"], before["grafana-admin-password"]);
    assert.ok(!createHash("sha256").update("another").digest("hex").startsWith(now["push-default"]!));
  });

  it("that only the user can have are asked for, with the place", () => {
    assert.throws(() => ensureSecrets(join(base, "given"), ["tls-key"]), /tls-key is missing, and only you have it\. Put it into the file .*given\/tls-key .*: tls: "given"/);
  });
});
