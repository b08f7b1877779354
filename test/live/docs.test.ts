import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { isFound, locatePrograms } from "../../components/local/programs";
import { blocksOf } from "../markdown";

const blocks = blocksOf("docs/sending-data.md");

/** Folder in which the token and the certificate that the page names are. */
let folder: string;

describe("what docs/sending-data.md shows for other programs", () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "lgtm-docs-"));
    for (const name of ["push.token", "ca.pem"]) writeFileSync(join(folder, name), "");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is accepted by Alloy as its own configuration", async () => {
    const [config] = blocks.filter(block => block.info === "alloy");
    await accepted("alloy", ["validate", file("config.alloy", config!.text)]);
  });

  it("is accepted by Alloy as an existing Promtail file, its multiline stage too", async () => {
    const clients = yamlWith("clients") as object;
    const stages = yamlWith(0) as object[];
    const scrape = { job_name: "system", static_configs: [{ targets: ["localhost"], labels: { job: "orders", __path__: "/var/log/orders/*.log" } }], pipeline_stages: stages };
    const promtail = { server: { http_listen_port: 9080 }, positions: { filename: join(folder, "positions.yaml") }, ...clients, scrape_configs: [scrape] };
    const path = file("promtail.yaml", stringify(promtail));
    const converted = join(folder, "converted.alloy");
    await accepted("alloy", ["convert", "--source-format=promtail", `--output=${converted}`, path]);
    await accepted("alloy", ["validate", converted]);
    // A stage without limits passes the check and stops Alloy at its start.
    assert.doesNotMatch(readFileSync(converted, "utf8"), /max_\w+\s*=\s*(0|"0s")/);
  });

  it("is accepted by Prometheus", async () => {
    await accepted("promtool", ["check", "config", file("prometheus.yml", stringify(yamlWith("remote_write")))]);
  });
});

/** The YAML of the page that has a key, or is a list. */
function yamlWith(key: string | number): unknown {
  const found = blocks.filter(block => block.info === "yaml").map(block => parse(block.text.replaceAll("/etc/lgtm/", `${folder}/`)) as Record<string, unknown>).filter(value => key in value);
  assert.equal(found.length, 1, `one block with ${key}`);
  return found[0];
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function accepted(binary: "alloy" | "promtool", args: string[]): Promise<void> {
  const name = binary === "promtool" ? "prometheus" : binary;
  const program = (await locatePrograms([name]))[name];
  assert.ok(isFound(program), `${name} is needed for this test: ${!isFound(program) && program.missing}`);
  const done = spawnSync((program.paths as Record<string, string>)[binary]!, args, { encoding: "utf8", timeout: 60_000 });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}
