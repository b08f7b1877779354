import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { checkout } from "./checkout";

/** Text of a page, by its path in the checkout. */
export function text(page: string): string {
  return readFileSync(join(checkout, page), "utf8");
}

/** A fenced block of a page. */
export interface Block {
  info: string;
  text: string;
}

export function blocksOf(page: string): Block[] {
  return [...text(page).matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(match => ({ info: match[1]!.trim(), text: match[2]! }));
}

/** Links that leave neither the repository nor are addresses. */
export function linksOf(page: string): string[] {
  const prose = text(page).replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!).filter(link => !/^[a-z]+:/.test(link));
}

/** Whether a link of a page leads to a file of the checkout, and its heading is there. */
export function resolves(page: string, link: string): boolean {
  const [path, heading] = link.split("#");
  const target = path ? join(checkout, dirname(page), path) : join(checkout, page);
  if (!existsSync(target) || relative(checkout, target).startsWith("..")) return false;
  return !heading || headings(target).includes(heading);
}

function headings(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(match => match[1]!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

/** Names of the scripts of package.json that a page calls. */
export function commandsIn(page: string): string[] {
  const run = [...page.matchAll(/npm run ([a-z][\w:-]*)/g)].map(match => match[1]!);
  const short = [...page.matchAll(/npm (start|test|stop)\b/g)].map(match => match[1]!);
  return [...new Set([...run, ...short])];
}

/** Cells of every table row of a page; a bar that is escaped belongs to its cell. */
export function tableRows(page: string): string[][] {
  return text(page).split("\n").filter(line => /^\|.*\|$/.test(line) && !/^\|[-|: ]+\|$/.test(line)).map(line => line.slice(1, -1).split(/(?<!\\)\|/).map(cell => cell.trim()));
}

/** What is between the first backticks of a cell. */
export function code(cell: string): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? cell;
}
