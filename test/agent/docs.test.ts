import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as ts from "typescript";
import { resolveAgent } from "../../components/agent/check";
import { agentPort } from "../../components/agent/units";
import { checkout } from "../checkout";
import { blocksOf, code, tableRows, text } from "../markdown";

const pages = ["docs/agents.md", "docs/agents.ko.md"] as const;

/** Keys of the agent's specification, those inside of others with a dot. */
function keys(): string[] {
  const of = (file: string, name: string) => {
    const source = ts.createSourceFile(file, readFileSync(join(checkout, `dist/components/agent/${file}.d.ts`), "utf8"), ts.ScriptTarget.Latest);
    return source.statements.filter(ts.isInterfaceDeclaration).find(each => each.name.text === name)!.members.map(member => (member.name as ts.Identifier).text);
  };
  const within = (outer: string, inner: string[]) => inner.map(key => `${outer}.${key}`);
  const inside: Record<string, string[]> = {
    logs: ["logs", ...within("logs", of("spec", "LogFiles").filter(key => key !== "json")), ...within("logs.json", of("spec", "JsonFields"))],
    applications: ["applications", ...within("applications", of("spec", "Application"))],
    receivers: within("receivers", of("spec", "Receivers")),
    promtail: within("promtail", of("promtail", "PromtailTakeOver")),
  };
  return of("spec", "AgentSpec").flatMap(key => inside[key] ?? [key]);
}

/** Rows of the table of keys: key, what, default. */
function rows(page: string): string[][] {
  const all = tableRows(page);
  const first = all.findIndex(cells => code(cells[0]!) === "environment");
  return all.slice(first).filter((_, i, rest) => rest.slice(0, i + 1).every(each => each.length === 3 && /^`[a-zA-Z.]+`$/.test(each[0]!)));
}

describe("docs/agents.md and docs/agents.ko.md", () => {
  it("have a row for every key of the specification, and no other", () => {
    assert.ok(keys().includes("logs.json.timeFormat") && keys().includes("applications.insecureSkipVerify") && keys().includes("promtail.takeOver"));
    for (const page of pages) assert.deepEqual(rows(page).map(([key]) => code(key!)).sort(), keys().sort(), page);
  });

  it("tell the defaults that the code has", () => {
    const { receivers, ...plain } = resolveAgent({ environment: "prod" });
    const defaults: Record<string, unknown> = { ...plain, ...Object.fromEntries(Object.entries(receivers).map(([key, value]) => [`receivers.${key}`, value])) };
    for (const page of pages) {
      const told = new Map(rows(page).map(([key, , standard]) => [code(key!), standard!]));
      for (const [key, value] of Object.entries(defaults)) {
        if (value === undefined || key === "environment") continue;
        const shown = typeof value === "number" ? String(value) : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
        assert.ok(told.get(key)?.startsWith(shown), `${page}: ${key} is ${shown}, not ${told.get(key)}`);
      }
    }
  });

  it("have the same commands and programs, and begin with a command", () => {
    const blocks = (page: string) => blocksOf(page).map(({ text }) => text);
    const [english, korean] = pages.map(blocks) as [string[], string[]];
    assert.ok(korean.length >= 3);
    assert.deepEqual(english.slice(0, korean.length), korean);
    for (const page of pages) assert.equal(blocksOf(page)[0]!.info, "sh");
  });

  it("name the port of the agent's own page", () => assert.match(text("docs/agents.md"), new RegExp(`on the loopback: ${agentPort} `)));
});
