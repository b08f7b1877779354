import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { command, UsageError } from "./cli";
import { commentOf, filesComment } from "./pull-request/comment";
import { putComment, type Place } from "./pull-request/github";
import { judge } from "./pull-request/judge";
import { previewed } from "./pull-request/preview";

const help = `What a pull request would change, as a comment.

  npm run pull-request -- preview <stack>           previews a stack with the rules of policy/ and judges it
  npm run pull-request -- files <before> <after>    compares two folders that npm run render wrote
  npm run pull-request -- comment <file>            puts the text of a file onto the pull request

  --out <file>             preview, files: writes the comment there (default: to the output)
  --allow-replace          preview: a machine or disk may be replaced or deleted
  --policy-pack <folder>   preview: other rules than those of this project; "none" for none
  --project <folder>       preview: where Pulumi.yaml is (default: here)
  --name <stack>           files: what the comment calls it
  --help

In a workflow, all of it also goes into the summary of the run, uncut. comment takes GITHUB_TOKEN, GITHUB_REPOSITORY and
GITHUB_EVENT_PATH from the environment. preview ends with 1 when the pull request must not be merged like this.
`;

/** GitHub takes a summary of up to 1 MiB a step. */
const summaryLimit = 1_000_000;

command({
  called: "npm run pull-request",
  help,
  options: {
    out: { type: "string" },
    "allow-replace": { type: "boolean", default: false },
    "policy-pack": { type: "string", default: join(__dirname, "..", "..", "policy") },
    project: { type: "string", default: "." },
    name: { type: "string" },
  },
  async run(values, positionals) {
    const [action, first, second, ...rest] = positionals;
    if (rest.length || !first || (action === "files") !== Boolean(second)) throw new UsageError("One of: preview <stack>, files <before> <after>, comment <file>.");
    if (action === "preview") return preview(first, values.project, values["policy-pack"], values["allow-replace"], values.out);
    if (action === "files") return files(first, second!, values.name ?? first, values.out);
    if (action === "comment") return comment(first);
    throw new UsageError(`${action}: no such action. One of: preview, files, comment.`);
  },
});

async function preview(stackName: string, project: string, policyPack: string, lossesAllowed: boolean, out: string | undefined): Promise<number> {
  const packs = policyPack === "none" ? [] : [resolve(policyPack)];
  // Only here: it takes a second to load.
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  const stack = await LocalWorkspace.selectStack({ stackName, workDir: resolve(project) });
  const changes = await previewed(stack, packs);
  const verdict = judge(changes, lossesAllowed);
  const report = { stack: stackName, changes, verdict, commit: headOf(event()) };
  write(out, commentOf(report), commentOf(report, summaryLimit));
  return verdict.passes ? 0 : 1;
}

function files(before: string, after: string, name: string, out: string | undefined): number {
  const [was, wanted] = [read(before), read(after)];
  write(out, filesComment(name, was, wanted), filesComment(name, was, wanted, summaryLimit));
  return 0;
}

async function comment(file: string): Promise<number> {
  if (!existsSync(file)) throw new UsageError(`${file}: there is no such file.`);
  process.stdout.write(`The comment was ${{ made: "made", changed: "written anew", same: "left as it is" }[await putComment(place(), readFileSync(file, "utf8"))]}.\n`);
  return 0;
}

function write(out: string | undefined, text: string, whole: string): void {
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
  if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, whole);
}

interface WorkflowEvent {
  pull_request?: { number?: number; head?: { sha?: string } };
}

/** What the workflow was started by; empty outside of one. */
function event(): WorkflowEvent {
  const path = process.env.GITHUB_EVENT_PATH;
  return path && existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as WorkflowEvent) : {};
}

function headOf({ pull_request }: WorkflowEvent): string | undefined {
  return pull_request?.head?.sha;
}

function place(): Place {
  const pullRequest = event().pull_request?.number;
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, GITHUB_API_URL: api = "https://api.github.com" } = process.env;
  const missing = Object.entries({ GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, "GITHUB_EVENT_PATH of a pull request": pullRequest }).filter(([, value]) => !value).map(([name]) => name);
  if (missing.length) throw new UsageError(`comment runs in a workflow of a pull request. Missing in the environment: ${missing.join(", ")}.`);
  return { api, repository: repository!, pullRequest: pullRequest!, token: token! };
}

/** The files of a folder by path, without the mark that npm run render leaves. */
function read(folder: string): Record<string, string> {
  if (!existsSync(folder)) throw new UsageError(`${folder}: there is no such folder.`);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile() && !entry.name.startsWith(".pulumi-lgtm")).map(entry => join(entry.parentPath ?? entry.path, entry.name));
  return Object.fromEntries(paths.map(path => [relative(folder, path), readFileSync(path, "utf8")]));
}
