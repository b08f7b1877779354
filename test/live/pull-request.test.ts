import assert from "node:assert/strict";
import { after } from "node:test";
import type { MonitoringServerArgs } from "../../components/aws";
import type { Changes } from "../../tools/pull-request/changes";
import { commentOf } from "../../tools/pull-request/comment";
import { judge } from "../../tools/pull-request/judge";
import { story } from "./cloud-scene";
import type { PullRequestArgs } from "./pull-request-program";
import { pullRequestScene, type PullRequestScene } from "./pull-request-scene";

let it: PullRequestScene | undefined;
// One story: each step builds on those before it.
const step = story(async () => (it = await pullRequestScene()));
after(() => it?.end());

const webhook = "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx";
const server = (more: Partial<MonitoringServerArgs> = {}): PullRequestArgs => ({ server: more, webhook });
const comment = (changes: Changes, allowed = false) => commentOf({ stack: "prod", changes, verdict: judge(changes, allowed) });

step("a first preview passes every rule of the pack, in the real engine", async scene => {
  const changes = await scene.preview(server());
  assert.deepEqual(changes.errors, []);
  assert.deepEqual(changes.findings, []);
  assert.ok(judge(changes, false).passes);
  assert.ok(changes.resources.every(({ fate }) => fate === "create"));
  assert.match(comment(changes), /^<!-- pulumi-lgtm preview of prod -->\n### `prod`: \d+ to create\n/);
});

step("an update passes every rule with what is known by then", async scene => {
  await scene.up(server());
  const changes = await scene.preview(server());
  assert.deepEqual([changes.resources, changes.findings, changes.errors], [[], [], []]);
  assert.match(comment(changes), /### `prod`: nothing changes/);
});

step("a change of the spec is shown by the lines of the files that change, and no secret is", async scene => {
  const changes = await scene.preview({ ...server({ retention: { traces: "3d" } }), webhook: `${webhook}y` });
  const text = comment(changes);
  assert.ok(judge(changes, false).passes);
  assert.match(text, /```diff\n[^`]*^- +block_retention: 168h\n\+ +block_retention: 72h$/m);
  assert.match(text, /\| change \| `mon-alerts-slack-webhook` aws:ssm\/parameter:Parameter \| `value`: `\[secret\]` → `\[secret\]` \|/);
  assert.ok(!text.includes("hooks.slack.com"));
});

step("a replaced machine must not be merged unless that is allowed", async scene => {
  const changes = await scene.preview(server({ imageId: "ami-of-ours" }));
  assert.deepEqual(judge(changes, false), { passes: false, losses: ["the machine `mon-server` would be replaced, because of `ami`"], lossesAllowed: false });
  assert.ok(judge(changes, true).passes);
  assert.match(comment(changes), /### `prod`: must not be merged like this/);
});

step("a server that goes takes its machine, disk and buckets along, and each is named", async scene => {
  const changes = await scene.preview({ webhook });
  const { losses, passes } = judge(changes, false);
  assert.equal(passes, false);
  assert.deepEqual(losses.sort(), ["the bucket `mon-configuration` would be deleted", "the bucket `mon-telemetry` would be deleted", "the data disk `mon-data` would be deleted", "the machine `mon-server` would be deleted"]);
});

step("what breaks a promise stops the preview, with the rule and what to do", async scene => {
  const changes = await scene.preview({ ...server(), openNetwork: true });
  assert.deepEqual(changes.findings.filter(({ mandatory }) => mandatory).map(({ policy, resource }) => `${policy} ${resource}`).sort(), ["CKV_AWS_24 ssh", "LGTM_INGRESS_PORT ssh"]);
  // The exception for networks of ours is not one for theirs.
  assert.deepEqual(changes.findings.filter(({ mandatory }) => !mandatory).map(({ policy, resource }) => `${policy} ${resource}`).sort(), ["CKV2_AWS_11 theirs", "CKV2_AWS_12 theirs", "LGTM_TAGS theirs"]);
  assert.equal(judge(changes, true).passes, false);
  assert.match(comment(changes), /- \*\*Rule\*\* `CKV_AWS_24`: ssh: port 22 is open to 0\.0\.0\.0\/0\. .*Name the ranges/);
});

step("a program that fails is told with its own words", async scene => {
  const changes = await scene.preview(server({ size: "enormous" } as object));
  assert.match(changes.errors.join("\n"), /size: "enormous" is not allowed/);
  assert.equal(judge(changes, true).passes, false);
  assert.match(comment(changes), /It fails with:\n\n```\n[^`]*size: "enormous"/);
});
