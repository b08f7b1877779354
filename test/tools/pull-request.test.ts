import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { changesOf, short, valueAt, type Change, type Changes } from "../../tools/pull-request/changes";
import { commentOf, filesComment, longest, markerOf } from "../../tools/pull-request/comment";
import { putComment } from "../../tools/pull-request/github";
import { judge } from "../../tools/pull-request/judge";
import { checkout } from "../checkout";

/** What the real engine said of two previews of a server on AWS; shortened, the rest as it came. */
const { changed, failed } = JSON.parse(readFileSync(join(checkout, "test/tools/pull-request-events.json"), "utf8")) as Record<"changed" | "failed", EngineEvent[]>;
const nothing: Changes = { resources: [], files: { was: {}, wanted: {} }, findings: [], errors: [], warnings: [] };
const comment = (changes: Partial<Changes>, allowed = false) => commentOf({ stack: "prod", changes: { ...nothing, ...changes }, verdict: judge({ ...nothing, ...changes }, allowed) });
const change = (more: Partial<Change>): Change => ({ urn: `urn:pulumi:prod::p::lgtm:aws:MonitoringServer$${more.type ?? "aws:ec2/instance:Instance"}::mon`, type: "aws:ec2/instance:Instance", name: "mon", fate: "update", properties: [], ...more });

describe("what a preview says", () => {
  const changes = changesOf(changed);

  it("is read from the engine's events: one change a resource, and what makes it be replaced", () => {
    assert.deepEqual(changes.resources.map(({ fate, name, type }) => `${fate} ${type.split(":").at(-1)!} ${name}`).sort(), [
      "create SecurityGroup theirs", "create SecurityGroupIngressRule ssh", "create Vpc theirs",
      "replace BucketObjectv2 mon-bundle", "replace BucketObjectv2 mon-release", "replace Instance mon-server", "replace VolumeAttachment mon-data",
      "update BucketObjectv2 mon-pointer", "update MetricAlarm mon-hung", "update MonitoringServer mon", "update Parameter mon-alerts-slack-webhook",
    ]);
    const machine = changes.resources.find(({ name, type }) => name === "mon-server" && type.endsWith("Instance"))!;
    assert.deepEqual(machine.properties, [{ path: "ami", was: machine.properties[0]!.was, now: "ami-of-ours", replaces: true }]);
    assert.match(machine.properties[0]!.was, /^ami-/);
    assert.deepEqual(changes.resources.find(({ type }) => type === "lgtm:aws:MonitoringServer")!.properties, [{ path: "retention", was: "not set", now: '{"traces":"3d"}', replaces: false }]);
  });

  it("has the files before and after", () => {
    assert.deepEqual(Object.keys(changes.files.was), ["mon-bundle/config/loki/loki.yml", "mon-bundle/config/tempo/tempo.yml"]);
    assert.equal(changes.files.was["mon-bundle/config/loki/loki.yml"], changes.files.wanted["mon-bundle/config/loki/loki.yml"]);
    assert.match(changes.files.wanted["mon-bundle/config/tempo/tempo.yml"]!, /block_retention: 72h/);
  });

  it("has the rules that are broken, those first that stop it", () => {
    assert.deepEqual(changes.findings.map(({ policy, resource, mandatory }) => `${mandatory ? "stops" : "advice"} ${policy} ${resource}`), ["stops LGTM_INGRESS_PORT ssh", "stops CKV_AWS_24 ssh", "advice LGTM_TAGS theirs", "advice CKV2_AWS_12 theirs", "advice CKV2_AWS_11 theirs"]);
    assert.deepEqual([changes.errors, changes.warnings], [[], []]);
  });

  it("has a failed program's own words once, without its stack", () => {
    assert.deepEqual(changesOf(failed).errors, ['2 things are wrong:\n- size: "enormous" is not allowed. Allowed: "small", "medium", "large".\n- instanceType: nobody here knows how much memory "undefined" has. Say it in MiB as it is sold, such as memory: 8192.']);
  });

  it("holds no secret, though the engine's events for debugging do", () => {
    const secret = "hooks.slack.com";
    assert.ok(JSON.stringify(changed).includes(secret));
    assert.ok(!JSON.stringify(changes).includes(secret));
    assert.deepEqual(changes.resources.find(({ type }) => type.endsWith(":Parameter"))!.properties, [{ path: "value", was: "[secret]", now: "[secret]", replaces: false }]);
  });

  it("shows values in a few words", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
    assert.deepEqual([undefined, true, "a", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", secret, { a: [secret] }, "x".repeat(81), "a\nb"].map(short), ["not set", "true", "a", "known after the update", "[secret]", '{"a":["[secret]"]}', "text of 81 characters", "text of 3 characters"]);
    assert.equal(valueAt({ tags: { "a.b": [{ c: 1 }] } }, 'tags["a.b"][0].c'), 1);
    assert.equal(valueAt({}, "a.b"), undefined);
  });
});

describe("the judgement", () => {
  it("lets nothing pass that loses the machine or data of a server, unless it is allowed", () => {
    for (const type of ["aws:ec2/instance:Instance", "aws:ebs/volume:Volume", "aws:s3/bucket:Bucket", "azure-native:compute:VirtualMachine", "azure-native:compute:Disk", "azure-native:storage:StorageAccount", "gcp:compute/instance:Instance", "gcp:compute/disk:Disk", "gcp:storage/bucket:Bucket"]) {
      for (const fate of ["replace", "delete"] as const) {
        const changes = { ...nothing, resources: [change({ type, fate })] };
        assert.equal(judge(changes, false).passes, false, `${fate} ${type}`);
        assert.equal(judge(changes, true).passes, true, `${fate} ${type}`);
      }
      assert.equal(judge({ ...nothing, resources: [change({ type, fate: "update" })] }, false).passes, true);
    }
  });

  it("is about monitoring servers: what else a stack replaces is its own affair", () => {
    assert.equal(judge({ ...nothing, resources: [change({ urn: "urn:pulumi:prod::p::aws:ec2/instance:Instance::build", fate: "replace" })] }, false).passes, true);
    assert.equal(judge({ ...nothing, resources: [change({ type: "aws:ec2/volumeAttachment:VolumeAttachment", fate: "replace" })] }, false).passes, true);
    assert.equal(judge({ ...nothing, resources: [change({ urn: "urn:pulumi:prod::p::acme:index:Platform$lgtm:aws:MonitoringServer$aws:ec2/instance:Instance::mon", fate: "delete" })] }, false).passes, false);
  });

  it("does not pass errors and mandatory rules, allowed or not; advice passes", () => {
    const finding = { policy: "CKV_AWS_24", resource: "ssh", mandatory: true, says: "it is open" };
    assert.equal(judge({ ...nothing, errors: ["no"] }, true).passes, false);
    assert.equal(judge({ ...nothing, findings: [finding] }, true).passes, false);
    assert.equal(judge({ ...nothing, findings: [{ ...finding, mandatory: false }] }, false).passes, true);
  });
});

describe("the comment", () => {
  it("begins with what decides: whether it may be merged, and why not", () => {
    const text = comment(changesOf(changed));
    assert.match(text, /^<!-- pulumi-lgtm preview of prod -->\n### `prod`: must not be merged like this\n\nA machine or data would be lost\. .*`allow-replace`\.\n\n- the machine `mon-server` would be replaced, because of `ami`\.\n- \*\*Rule\*\* `LGTM_INGRESS_PORT`: ssh: /);
    assert.match(text, /<details open><summary>Resources: 4 to \*\*replace\*\*, 3 to create, 4 to change<\/summary>/);
    assert.match(text, /\*\*`config\/tempo\/tempo\.yml`\*\*\n\n```diff\n[^`]*\n- +block_retention: 168h\n\+ +block_retention: 72h\n/);
    assert.ok(!text.includes("hooks.slack.com"));
    assert.match(comment(changesOf(failed)), /It fails with:\n\n```\n2 things are wrong:/);
    assert.match(comment({}), /### `prod`: nothing changes\n/);
  });

  it("says that a loss was allowed", () => {
    const changes = { resources: [change({ fate: "replace", properties: [{ path: "ami", was: "a", now: "b", replaces: true }] })] };
    assert.match(comment(changes, true), /### `prod`: 1 to \*\*replace\*\*\n\n- the machine `mon` would be replaced, because of `ami`\. Allowed by the label `allow-replace`\./);
  });

  it("is never longer than GitHub takes, is cut at whole files, and says how many are missing", () => {
    const lines = (seed: string) => Array.from({ length: 40 }, (_, i) => `${seed} ${i} ${"x".repeat(50)}`).join("\n");
    const files = (seed: string) => Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`mon-bundle/config/file-${i}.yml`, lines(`${seed} ${i}`)]));
    const text = comment({ files: { was: files("old"), wanted: files("new") }, resources: Array.from({ length: 100 }, (_, i) => change({ name: `resource-${i}` })), errors: ["e".repeat(100_000)] });
    assert.ok(text.length <= longest, `${text.length}`);
    assert.ok(text.length > longest * 0.8, `${text.length}: it uses the room`);
    assert.match(text, /\n\d+ more do not fit here; the summary of the workflow's run has all\.\n\n<\/details>/);
    assert.equal(text.match(/^```diff$/gm)!.length * 2, text.match(/^```(diff)?$/gm)!.length - 2, "every fence ends");
    assert.equal(text.match(/<details/g)!.length, text.match(/<\/details>/g)!.length);
    assert.match(text, /Secrets are shown as \[secret\]\.<\/sub>\n$/);
  });

  it("cannot be forged by what is in a file, a name or a message", () => {
    const text = comment({
      files: { was: { "b/f.md": "a\n" }, wanted: { "b/f.md": "a\n```\n<script>\n````\n@everyone\n" } },
      resources: [change({ name: "a`b|c", type: "<img>:x:y", properties: [{ path: "p", was: "`", now: "</details>|\n# heading", replaces: false }] })],
      findings: [{ policy: "x", resource: "r", mandatory: false, says: "ask @octocat at [here](https://example.com) <b>now</b>" }],
    });
    assert.match(text, /^`````diff$/m);
    assert.match(text, /\| change \| ``a`b\\\|c`` &lt;img&gt;:x:y \| `p`: `` ` `` → `<\/details>\\\| # heading` \|/);
    assert.match(text, /ask @\u200boctocat at \\\[here\\\]\(https:\/\/example\.com\) &lt;b&gt;now&lt;\/b&gt;/);
    assert.doesNotMatch(text, /^# heading/m);
    assert.equal(markerOf("a-->\nb"), "<!-- pulumi-lgtm preview of a--__b -->");
  });

  it("of files alone says what differs from the branch", () => {
    assert.match(filesComment("prod", { a: "1\n" }, { a: "2\n", b: "3\n" }), /^### `prod`: 2 rendered files change\n[^]*\*\*`a`\*\*\n\n```diff\n-1\n\+2\n```/);
    assert.equal(filesComment("prod", { a: "1\n" }, { a: "1\n" }), "### `prod`: no rendered file changes\n");
  });
});

describe("the comment on GitHub", () => {
  /** STAND-IN for GitHub's API: the comments of one pull request. */
  async function gitHub(comments: { id: number; body: string; user: { type: string } }[]) {
    const calls: { method: string; path: string; token?: string; body?: string }[] = [];
    const server = createServer((request: IncomingMessage, answer) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const url = new URL(request.url!, "http://x");
        calls.push({ method: request.method!, path: url.pathname, token: request.headers.authorization, ...(text && { body: (JSON.parse(text) as { body: string }).body }) });
        const page = Number(url.searchParams.get("page"));
        answer.setHeader("content-type", "application/json").end(JSON.stringify(request.method === "GET" ? comments.slice((page - 1) * 100, page * 100) : {}));
      });
    });
    await new Promise<void>(ready => server.listen(0, "127.0.0.1", ready));
    return { calls, place: { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, repository: "acme/infra", pullRequest: 7, token: "t0ken" }, close: () => server.close() };
  }

  const body = `${markerOf("prod")}\nnew`;
  const bot = { type: "Bot" };

  it("is made once a stack, and written anew from then on, on whatever page it is", async () => {
    const others = Array.from({ length: 150 }, (_, i) => ({ id: i, body: "talk", user: { type: "User" } }));
    const first = await gitHub([...others, { id: 500, body: `${markerOf("dev")}\nx`, user: bot }]);
    assert.equal(await putComment(first.place, body), "made");
    assert.deepEqual(first.calls.at(-1), { method: "POST", path: "/repos/acme/infra/issues/7/comments", token: "Bearer t0ken", body });
    first.close();
    const second = await gitHub([...others, { id: 501, body: `${markerOf("prod")}\r\nold`, user: bot }]);
    assert.equal(await putComment(second.place, body), "changed");
    assert.deepEqual(second.calls.at(-1), { method: "PATCH", path: "/repos/acme/infra/issues/comments/501", token: "Bearer t0ken", body });
    second.close();
  });

  it("is left as it is when nothing is new, and a person's that begins alike is not touched", async () => {
    const same = await gitHub([{ id: 1, body, user: bot }]);
    assert.equal(await putComment(same.place, body), "same");
    assert.equal(same.calls.length, 1);
    same.close();
    const person = await gitHub([{ id: 1, body: `${markerOf("prod")}\nhello`, user: { type: "User" } }]);
    assert.equal(await putComment(person.place, body), "made");
    person.close();
  });
});

describe("npm run pull-request", () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-pull-request-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (args: string[], env: Record<string, string> = {}) => spawnSync(process.execPath, [join(dirname(dirname(__dirname)), "tools", "pull-request.js"), ...args], { encoding: "utf8", env: { PATH: process.env.PATH, ...env } });

  it("compares two rendered folders, into the comment and the run's summary", () => {
    for (const [name, text] of [["before", "a\n"], ["after", "b\n"]] as const) {
      mkdirSync(join(folder, name, "config"), { recursive: true });
      writeFileSync(join(folder, name, "config", "x.yml"), text);
      writeFileSync(join(folder, name, ".pulumi-lgtm-bundle"), name);
    }
    const summary = join(folder, "summary.md");
    const { status, stdout } = run(["files", join(folder, "before"), join(folder, "after"), "--name", "prod", "--out", join(folder, "comment.md")], { GITHUB_STEP_SUMMARY: summary });
    assert.equal(status, 0);
    assert.equal(stdout, "");
    const text = readFileSync(join(folder, "comment.md"), "utf8");
    assert.match(text, /### `prod`: 1 rendered file changes\n[^]*`config\/x\.yml`[^]*-a\n\+b/);
    assert.equal(readFileSync(summary, "utf8"), text);
  });

  it("says in words what is wrong with the call", () => {
    for (const args of [[], ["preview"], ["files", folder], ["comment", join(folder, "none")], ["merge", "prod"]]) {
      const { status, stderr } = run(args);
      assert.equal(status, 2, args.join(" "));
      assert.match(stderr, /npm run pull-request -- --help/);
    }
    writeFileSync(join(folder, "text.md"), "x");
    assert.match(run(["comment", join(folder, "text.md")]).stderr, /Missing in the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_EVENT_PATH of a pull request/);
    assert.equal(run(["--help"]).status, 0);
  });
});
