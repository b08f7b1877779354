import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sha256 } from "../../components/server/bundle";
import { renderPointer, renderRelease, type ReleaseStatus } from "../../components/server/release";
import { serverCommands } from "../../components/ssh/server-commands";

// Stands in for systemd: says that the unit runs, and writes down what it was asked.
const systemctl = '#!/bin/sh\necho "$(basename "$0") $*" >>"$PULUMI_LGTM_ROOT/asked"\n';

let root: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), "pulumi-lgtm-on-server-"));
  for (const { path, text } of serverCommands(root)) put(path, text);
  for (const name of ["systemctl", "systemd-run", "journalctl"]) {
    put(join(root, "bin", name), systemctl);
    chmodSync(join(root, "bin", name), 0o755);
  }
});
after(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string) {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

function call(command: string, input: unknown): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    const child = spawn("python3", ["-B", join(root, "ssh"), command], { env: { ...process.env, PULUMI_LGTM_ROOT: root, PATH: `${join(root, "bin")}:${process.env.PATH}` } });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) child[name].on("data", (chunk: Buffer) => (said[name] += chunk.toString()));
    child.on("close", code => resolve({ code: code ?? 1, ...said }));
    child.stdin.end(JSON.stringify(input));
  });
}

const bundle = (text: string) => ({ hash: sha256(text), document: text });
const deliveryOf = (text: string) => ({ bundle: bundle(text), release: renderRelease(bundle(text), {}, {}), waitSeconds: 2 });
const pointer = () => readFileSync(join(root, "store", "pointer.json"), "utf8");
const statusFile = (release: string) => join(root, "store", "status", `${release}.json`);

/** What the guest would report once the pointer names the release. */
function report(release: string, status: Partial<ReleaseStatus>) {
  put(statusFile(release), JSON.stringify({ format: 1, release, result: "applied", step: "health", message: "", lastLines: [], ca: "", at: "2026-11-22T00:00:00Z", ...status }));
}

async function answer(given: ReturnType<typeof deliveryOf>, ...statuses: Partial<ReleaseStatus>[]) {
  const running = call("release", given);
  for (let waited = 0; !existsSync(join(root, "store", "pointer.json")) || pointer() !== renderPointer(given.release.hash) || existsSync(statusFile(given.release.hash)); waited += 50) {
    if (waited > 10_000) throw new Error(`the pointer never named ${given.release.hash}: ${JSON.stringify(await running)}`);
    await new Promise(wake => setTimeout(wake, 50));
  }
  for (const status of statuses) {
    report(given.release.hash, status);
    await new Promise(wake => setTimeout(wake, 700));
  }
  return running;
}

test("secrets become files for root alone, and one that must stay is not overwritten", async () => {
  const files = (name: string) => readFileSync(join(root, "secrets", name), "utf8");
  assert.equal((await call("secrets", { values: { "push-a": "one", "grafana-secret-key": "first" }, once: ["grafana-secret-key"] })).code, 0);
  const { code, stdout, stderr } = await call("secrets", { values: { "push-a": "two", "grafana-secret-key": "second" }, once: ["grafana-secret-key"] });
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  assert.deepEqual([files("push-a"), files("grafana-secret-key")], ["two", "first"]);
  assert.equal(statSync(join(root, "secrets", "push-a")).mode & 0o777, 0o600);
  assert.equal(statSync(join(root, "secrets")).mode & 0o777, 0o700);
});

test("a secret whose name would leave its folder is refused", async () => {
  const { code, stderr } = await call("secrets", { values: { "../evil": "x" }, once: [] });
  assert.equal(code, 1);
  assert.match(stderr, /A secret cannot be called '\.\.\/evil'/);
  assert.ok(!existsSync(join(root, "evil")));
});

test("a release is stored byte by byte, the pointer names it, and its progress and certificate come back", async () => {
  const given = deliveryOf('{"format":1,"files":{"a":"ü"}}');
  const { code, stdout, stderr } = await answer(given, { result: "running", step: "images", message: "fetching caddy" }, { ca: "pem" });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { release: given.release.hash, ca: "pem" });
  assert.match(stderr, /images: fetching caddy/);
  assert.equal(sha256(readFileSync(join(root, "store", "bundles", `${given.bundle.hash}.json`), "utf8")), given.bundle.hash);
  assert.equal(readFileSync(join(root, "store", "releases", `${given.release.hash}.json`), "utf8"), given.release.document);
});

test("a release that is applied already is done at once, without a try", async () => {
  const given = deliveryOf("applied before");
  await answer(given, {});
  rmSync(join(root, "asked"));
  assert.equal((await call("release", given)).code, 0);
  assert.doesNotMatch(readFileSync(join(root, "asked"), "utf8"), /systemd-run/);
});

test("a failure ends with the guest's own words, and the same release is tried again the next time", async () => {
  const given = deliveryOf("refused");
  const refused: Partial<ReleaseStatus> = { result: "refused", step: "validate", message: "caddy refuses its new configuration.", lastLines: ["line 3: unknown directive"] };
  const first = await answer(given, refused);
  assert.equal(first.code, 1);
  assert.match(first.stderr, /was refused by the server's own checks; nothing was changed\.\nStep: validate\ncaddy refuses its new configuration\.\n {2}line 3: unknown directive/);
  rmSync(join(root, "asked"));
  const second = await answer(given, refused);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /line 3: unknown directive/);
  assert.match(readFileSync(join(root, "asked"), "utf8"), /systemd-run .*stage0\.py --machine .* --once/);
});

test("after a failure the pointer names what runs again, so that nobody tries the failed release later", async () => {
  const [good, bad] = [deliveryOf("good"), deliveryOf("bad")];
  await answer(good, {});
  put(join(root, "applied.json"), JSON.stringify({ release: good.release.hash }));
  const { code } = await answer(bad, { result: "failed", step: "images", message: "the registry is away" });
  assert.equal(code, 1);
  assert.equal(pointer(), renderPointer(good.release.hash));
  rmSync(join(root, "applied.json"));
});

test("the status of an earlier roll-out of a release is no answer to a new one", async () => {
  const [old, other] = [deliveryOf("old"), deliveryOf("other")];
  await answer(old, {});
  await answer(other, {});
  const { code, stderr } = await answer(old, { result: "rolled-back", step: "health", message: "loki is not healthy." });
  assert.equal(code, 1);
  assert.match(stderr, /did not become healthy; what ran before runs again/);
});

test("a release that takes longer than allowed fails with where the server is", async () => {
  const { code, stderr } = await answer(deliveryOf("slow"), { result: "running", step: "images", message: "fetching loki" });
  assert.equal(code, 1);
  assert.match(stderr, /is not done after 2 s; the server is at: images: fetching loki/);
});

test("a document that was changed on its way is refused and not pointed at", async () => {
  const before = pointer();
  const given = deliveryOf("whole");
  const { code, stderr } = await call("release", { ...given, bundle: { ...given.bundle, document: "cut" } });
  assert.equal(code, 1);
  assert.match(stderr, /its sha256 differs/);
  assert.equal(pointer(), before);
});
