import { fileDiff } from "../file-diff";
import type { Change, Changes, Fate } from "./changes";
import { allowLabel, type Verdict } from "./judge";

/** GitHub refuses a longer comment. */
export const longest = 65_536;

export interface Report {
  stack: string;
  changes: Changes;
  verdict: Verdict;
  /** What was previewed. */
  commit?: string;
}

/** First line of the comment of a stack: by it the comment is found again. */
export function markerOf(stack: string): string {
  return `<!-- pulumi-lgtm preview of ${stack.replace(/[^\w./-]/g, "_")} -->`;
}

/** The comment of one stack. What does not fit is left out from the end: single files first, then resources. */
export function commentOf(report: Report, limit = longest): string {
  const { stack, changes, verdict, commit } = report;
  const head = [markerOf(stack), `### ${code(stack)}: ${verdict.passes ? headline(changes) : "must not be merged like this"}`, "", ...reasons(verdict, changes)];
  const foot = `\n<sub>Preview${commit ? ` of ${commit.slice(0, 12)}` : ""}, without asking the cloud for drift. Secrets are shown as [secret].</sub>\n`;
  const body = new Fitted(limit - foot.length);
  body.always(`${head.join("\n")}\n`.slice(0, limit / 2));
  body.section("Resources", changes.resources.map(row), { summary: headline(changes), before: "| | Resource | What changes |\n|---|---|---|\n", open: changes.resources.length <= 20 });
  const blocks = fileDiff(shown(changes.files.was), shown(changes.files.wanted));
  body.section("Files", blocks.map(diffBlock), { summary: `${blocks.length} rendered ${blocks.length === 1 ? "file changes" : "files change"}`, before: "", open: blocks.length <= 3 });
  return body.text + foot;
}

/** The comment for a pull request that is not trusted with credentials: the files alone. */
export function filesComment(stack: string, was: Record<string, string>, wanted: Record<string, string>, limit = longest): string {
  const blocks = fileDiff(was, wanted);
  const body = new Fitted(limit);
  body.always(`### ${code(stack)}: ${blocks.length === 0 ? "no rendered file changes" : `${blocks.length} rendered ${blocks.length === 1 ? "file changes" : "files change"}`}\n`);
  body.section("Files", blocks.map(diffBlock), { summary: "compared with the branch it goes to", before: "", open: true });
  return body.text;
}

/** Text of a bounded length. */
class Fitted {
  text = "";

  constructor(private readonly limit: number) {}

  always(text: string): void {
    this.text += text;
  }

  /** As many of the parts as fit, whole ones only; the rest is counted. */
  section(title: string, parts: string[], { summary, before, open }: { summary: string; before: string; open: boolean }): void {
    if (parts.length === 0) return;
    const frame = (inner: string, left: number) => `\n<details${open ? " open" : ""}><summary>${title}: ${escape(summary)}</summary>\n\n${before}${inner}${left ? `\n${left} more ${left === 1 ? "does" : "do"} not fit here; the summary of the workflow's run has all.\n` : ""}\n</details>\n`;
    let inner = "";
    let fit = 0;
    while (fit < parts.length && this.text.length + frame(inner + parts[fit], parts.length).length <= this.limit) inner += parts[fit++];
    const section = frame(inner, parts.length - fit);
    if (this.text.length + section.length <= this.limit) this.text += section;
  }
}

const order: Fate[] = ["replace", "delete", "create", "update", "import", "read", "other"];
const words: Record<Fate, string> = { create: "to create", update: "to change", replace: "to **replace**", delete: "to **delete**", import: "to import", read: "to read", other: "other" };

/** "2 to create, 1 to change". */
function headline({ resources }: Changes): string {
  const counted = order.map(fate => ({ fate, count: resources.filter(each => each.fate === fate).length })).filter(({ count }) => count > 0);
  return counted.length ? counted.map(({ fate, count }) => `${count} ${words[fate]}`).join(", ") : "nothing changes";
}

function reasons({ losses, lossesAllowed }: Verdict, { errors, findings, warnings }: Changes): string[] {
  const lost = losses.map(each => `- ${each}.${lossesAllowed ? ` Allowed by the label ${code(allowLabel)}.` : ""}`);
  return [
    ...(losses.length && !lossesAllowed ? [`A machine or data would be lost. If that is what you want, give the pull request the label ${code(allowLabel)}.`, ""] : []),
    ...lost,
    ...findings.map(({ policy, resource, mandatory, says }) => `- ${mandatory ? "**Rule**" : "Advice"} ${code(policy)}: ${resource && !says.startsWith(`${resource}:`) ? `${code(resource)}: ` : ""}${inline(says)}`),
    ...warnings.map(text => `- Warning: ${inline(text)}`),
    ...errors.flatMap(text => ["", "It fails with:", "", fence(text.slice(0, 8000), "")]),
  ];
}

function row({ fate, type, name, properties }: Change): string {
  const what = properties.map(({ path, was, now, replaces }) => `${code(path)}${replaces ? " (replaces)" : ""}: ${code(was)} → ${code(now)}`).join("<br>");
  return `| ${words[fate].replace(/^to /, "")} | ${code(name)} ${escape(type)} | ${what} |\n`;
}

/** With one server in the stack, the name of its bundle in front of every path says nothing. */
function shown(files: Record<string, string>): Record<string, string> {
  const bundles = new Set(Object.keys(files).map(path => path.split("/")[0]));
  return bundles.size > 1 ? files : Object.fromEntries(Object.entries(files).map(([path, text]) => [path.slice(path.indexOf("/") + 1), text]));
}

/** A block of fileDiff, as Markdown: its own lines are indented, which would keep the colours off. */
function diffBlock(block: string): string {
  const [first, ...lines] = block.trimEnd().split("\n");
  const title = `**${code(first!.slice(2))}**\n\n`;
  if (!lines.length) return title;
  return `${title}${fence(lines.map(line => line.replace(/^ {4}([-+ ]) ?/, "$1").replace(/^ {6}…$/, "@@ … @@")).join("\n"), "diff")}\n\n`;
}

/** A fence longer than any in the text, so that the text cannot end it. */
function fence(text: string, language: string): string {
  const longestRun = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longestRun + 1);
  return `${marks}${language}\n${text}\n${marks}`;
}

/** Code within a line or a cell, whatever is in it. */
function code(text: string): string {
  const clean = text.replace(/[\r\n]+/g, " ").replace(/\|/g, "\\|");
  const marks = "`".repeat(Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const space = /^`|`$/.test(clean) ? " " : "";
  return clean === "" ? "` `" : `${marks}${space}${clean}${space}${marks}`;
}

/** Text within a line that can neither mention anybody, nor link, nor be HTML. */
function inline(text: string): string {
  return escape(text.replace(/[\r\n]+/g, " "));
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/@(?=\w)/g, "@\u200b").replace(/([[\]|])/g, "\\$1");
}
