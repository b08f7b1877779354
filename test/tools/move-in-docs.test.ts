import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { resolveAgent } from "../../components/agent/check";
import { checkout } from "../checkout";
import { blocksOf, code, tableRows, text } from "../markdown";

const pages = ["docs/moving-in.md", "docs/moving-in.ko.md"];
const onServer = join(checkout, "components", "agent", "on-server");
const said = readdirSync(onServer).filter(name => name.endsWith(".py")).map(name => readFileSync(join(onServer, name), "utf8")).join("\n").replace(/%s/g, "…");
const tool = readFileSync(join(checkout, "tools", "move-in.ts"), "utf8");

describe("the pages about moving in", () => {
  it("name messages that the agent has, both the same", () => {
    const messages = pages.map(page => tableRows(page).map(([first]) => first!).filter(cell => /^`[^`]*…/.test(cell)).map(code));
    assert.equal(messages[0]!.length, 4);
    assert.deepEqual(messages[1], messages[0]);
    for (const message of messages[0]!) assert.ok(said.includes(message.replace(/ …$/, "").replace(/-…$/, "-")), message);
  });

  it("have commands whose options there are, both the same", () => {
    const commands = pages.map(page => blocksOf(page).filter(({ info }) => info === "sh").map(({ text }) => text.replace(/ *#.*$/gm, "")));
    assert.deepEqual(commands[1], commands[0]);
    for (const page of pages) for (const [option] of text(page).matchAll(/--(?:from|to|only|ssh-config)\b/g)) assert.ok(tool.includes(`  ${option} <`) || tool.includes(`${option} ubuntu@`), option);
    for (const page of pages) for (const [, parts] of text(page).matchAll(/--only ([\w,]+)/g)) assert.deepEqual(parts!.split(",").filter(part => !tool.match(/const parts = (.*)/)![1]!.includes(`"${part}"`)), []);
  });

  it("have keys that the agent takes", () => {
    for (const page of pages) for (const { text } of blocksOf(page).filter(({ info }) => info === "json")) {
      const spec = JSON.parse(text) as { promtail: { config: string } };
      spec.promtail.config = "scrape_configs: [{job_name: a, static_configs: [{labels: {__path__: /var/log/a.log}}]}]";
      assert.doesNotThrow(() => resolveAgent({ environment: "prod", ...spec }), page);
    }
  });
});
