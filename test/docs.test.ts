import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkout, packageJson } from "./checkout";
import { blocksOf, commandsIn, linksOf, resolves, text } from "./markdown";

const pages = ["README.md", "README.ko.md", "CONTRIBUTING.md", ...readdirSync(join(checkout, "docs")).map(name => `docs/${name}`)].filter(path => path.endsWith(".md"));

describe("every page", () => {
  it("links to files and headings that exist", () => {
    const broken = pages.flatMap(page => linksOf(page).filter(link => !resolves(page, link)).map(link => `${page}: ${link}`));
    assert.deepEqual(broken, []);
  });

  it("is linked to from the README, in both languages", () => {
    for (const readme of ["README.md", "README.ko.md"]) {
      const linked = linksOf(readme).map(link => link.split("#")[0]);
      assert.deepEqual(pages.filter(page => page.startsWith("docs/") && !linked.includes(page)), [], readme);
    }
  });

  it("names only commands that package.json has", () => {
    const unknown = pages.flatMap(page => commandsIn(text(page)).filter(name => !packageJson.scripts[name]).map(name => `${page}: npm run ${name}`));
    assert.deepEqual(unknown, []);
  });

  it("has TypeScript that type-checks as a user's program would", { timeout: 60_000 }, () => {
    const programs = pages.flatMap(page => blocksOf(page).filter(block => block.info === "ts").map((block, i) => ({ name: `${page.replace(/\W/g, "-")}-${i}.ts`, text: block.text })));
    assert.ok(programs.length >= 3, "the pages have programs");
    assert.equal(problemsOf(programs), "");
  });

  it("names no folder of the machine it was written on", () => {
    assert.deepEqual(pages.filter(page => /\/(work|root|tmp\/bash)\//.test(text(page))), []);
  });
});

describe("README.md and README.ko.md", () => {
  it("have the same programs, commands and links", () => {
    const programs = (page: string) => blocksOf(page).filter(block => /^(ts|sh)/.test(block.info)).map(block => block.text.replace(/\s*(#|\/\/ ).*$/gm, ""));
    assert.deepEqual(programs("README.ko.md"), programs("README.md"));
    const links = (page: string) => linksOf(page).filter(link => !link.startsWith("README")).sort();
    assert.deepEqual(links("README.ko.md"), links("README.md"));
  });
});

describe("CONTRIBUTING.md", () => {
  it("names folders and files that exist", () => {
    const named = [...text("CONTRIBUTING.md").matchAll(/`((?:components|stacks|tools|test|docs|bench|policy)\/[\w./-]*)`/g)].map(match => match[1]!);
    assert.ok(named.length > 10);
    assert.deepEqual(named.filter(path => !existsSync(join(checkout, path))), []);
  });
});

/** What the compiler has against these programs, in a folder where this checkout is an installed package. */
function problemsOf(programs: { name: string; text: string }[]): string {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-docs-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(checkout, join(folder, "node_modules", packageJson.name), "dir");
    for (const scope of ["@pulumi", "@pulumiverse"]) symlinkSync(join(checkout, "node_modules", scope), join(folder, "node_modules", scope), "dir");
    for (const program of programs) writeFileSync(join(folder, program.name), program.text);
    const compilerOptions = { module: "node16", moduleResolution: "node16", target: "es2022", strict: true, noEmit: true, skipLibCheck: true, types: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: programs.map(({ name }) => name) }));
    return spawnSync(process.execPath, [join(checkout, "node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
