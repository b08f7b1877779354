import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { renderBundle } from "../../components/server/bundle";

const folder = mkdtempSync(join(tmpdir(), "lgtm-render-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

function render(...args: string[]) {
  const done = spawnSync(process.execPath, [join(dirname(dirname(__dirname)), "tools", "render.js"), ...args], { encoding: "utf8" });
  return { code: done.status, out: done.stdout, text: done.stdout + done.stderr };
}

describe("npm run render", () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("writes exactly the files of a spec's bundle", () => {
    const target = join(folder, "out");
    const { code, out } = render(file("spec.yaml", "memory: 4096\n"), target, "--json");
    assert.equal(code, 0);
    const { files, hash } = renderBundle({ memory: 4096 });
    assert.deepEqual(JSON.parse(out), { hash, folder: target, files: Object.keys(files) });
    for (const [path, text] of Object.entries(files)) assert.equal(readFileSync(join(target, path), "utf8"), text);
  });

  it("replaces what it wrote before, and leaves no file of the bundle before", () => {
    const target = join(folder, "out");
    assert.ok(existsSync(join(target, "config/grafana/grafana.ini")));
    assert.equal(render(file("less.json", '{"leaveOut": ["grafana"]}'), target).code, 0);
    assert.ok(!existsSync(join(target, "config/grafana/grafana.ini")));
    assert.ok(existsSync(join(target, "config/loki/loki.yml")));
  });

  it("leaves a folder that it does not know alone, unless forced", () => {
    const target = join(folder, "theirs");
    mkdirSync(target);
    writeFileSync(join(target, "plan.json"), "mine");
    const refused = render(join(folder, "spec.yaml"), target);
    assert.equal(refused.code, 2);
    assert.match(refused.text, /is not empty.*--force/);
    assert.equal(readFileSync(join(target, "plan.json"), "utf8"), "mine");
    assert.equal(render(join(folder, "spec.yaml"), target, "--force").code, 0);
  });

  it("reads a stack's configuration, with this machine's own defaults for local", () => {
    const target = join(folder, "local");
    assert.equal(render("local", target, "--runtime", "processes").code, 0);
    assert.match(readFileSync(join(target, "config/caddy/Caddyfile"), "utf8"), /https:\/\/localhost:8443/);
    assert.ok(!existsSync(join(target, "compose")));
  });

  it("says in words what is wrong: 2 for the call, 1 for the spec", () => {
    assert.equal(render().code, 2);
    assert.equal(render("no-such-stack", join(folder, "x")).code, 2);
    assert.equal(render(join(folder, "spec.yaml"), join(folder, "x"), "--runtime", "vm").code, 2);
    const { code, text } = render(file("wrong.yaml", "memroy: 1\n"), join(folder, "x"));
    assert.equal(code, 1);
    assert.match(text, /^memroy: no such key\. Did you mean "memory"/m);
    assert.ok(!existsSync(join(folder, "x")));
    assert.equal(render("--help").code, 0);
  });
});
