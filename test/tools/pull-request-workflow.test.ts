import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { programs } from "../../components/local/programs/table";
import { allowLabel } from "../../tools/pull-request/judge";
import { checkout, packageJson } from "../checkout";

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  id?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string;
  steps: Step[];
}

const text = readFileSync(join(checkout, ".github/workflows/preview.yml"), "utf8");
const workflow = parse(text) as { on: Record<string, { types: string[] }>; permissions: object; jobs: Record<string, Job> };
const { "without-credentials": open, preview } = workflow.jobs as Record<string, Job>;
const steps = Object.values(workflow.jobs).flatMap(job => job.steps);

describe("the workflow of pull requests", () => {
  it("runs on pull requests in their own right, and gives no job more than it needs", () => {
    assert.deepEqual(Object.keys(workflow.on), ["pull_request"]);
    assert.deepEqual(workflow.permissions, {});
    assert.deepEqual(open!.permissions, { contents: "read" });
    assert.deepEqual(preview!.permissions, { contents: "read", "id-token": "write", "pull-requests": "write" });
  });

  it("gives forks the part without credentials only", () => {
    assert.match(preview!.if!, /github\.event\.pull_request\.head\.repo\.full_name == github\.repository/);
    assert.doesNotMatch(JSON.stringify(open), /secrets\.|id-token|github\.token|environment"/);
    assert.equal(preview!.environment, "preview-${{ matrix.stack }}");
  });

  it("pins every action by commit, with the version beside it", () => {
    const uses = [...text.matchAll(/uses: (\S+)( # v\d+\.\d+\.\d+)?$/gm)];
    assert.equal(uses.length, steps.filter(step => step.uses).length);
    for (const [line, name, version] of uses) assert.ok(/@[0-9a-f]{40}$/.test(name!) && version, line);
  });

  it("keeps no token in the checkout, and runs no scripts of dependencies beside the identity", () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) assert.equal(step.with?.["persist-credentials"], false);
    assert.ok(preview!.steps.some(({ run }) => run?.startsWith("npm ci --ignore-scripts")));
    assert.ok(!preview!.steps.some(({ run }) => /npm ci(?! --ignore-scripts)/.test(run ?? "")));
  });

  it("puts nothing that others can choose into a command", () => {
    for (const { run } of steps) assert.doesNotMatch(run ?? "", /\$\{\{/);
  });

  it("hands secrets to the step that needs them and to no other", () => {
    const withSecrets = steps.filter(step => /secrets\./.test(JSON.stringify(step)));
    assert.deepEqual(withSecrets.map(({ id }) => id), ["preview"]);
    const withToken = steps.filter(step => /github\.token/.test(JSON.stringify(step)));
    assert.deepEqual(withToken.map(({ env }) => Object.keys(env ?? {})), [["GITHUB_TOKEN"]]);
  });

  it("knows the label that allows a loss, the version of Pulumi and the commands as the rest of the project does", () => {
    assert.ok(text.includes(`'${allowLabel}') && 'yes'`));
    const pulumi = steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))!;
    assert.equal(pulumi.with?.["pulumi-version"], programs.pulumi.version);
    const commands = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!);
    assert.ok(commands.length > 3);
    assert.deepEqual(commands.filter(name => !packageJson.scripts[name]), []);
  });
});
