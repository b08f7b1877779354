import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { renderAgent } from "../../components/agent/document";
import { readPromtail } from "../../components/agent/promtail";
import type { AgentSpec } from "../../components/agent/spec";
import { agentUserData } from "../../components/agent/user-data";
import { contractOf } from "../../components/server/contract";
import { resolveSpec } from "../../components/server/spec";
import { seedPromtail } from "../seed-promtail";

const server = contractOf(resolveSpec({ domain: "mon.example.com" }), "mon.example.com", "");

/** What the teams run, in Promtail 3.4. */
const usual = seedPromtail("http://192.0.2.1:8080/loki/api/v1/push");
const job = (text: string) => `scrape_configs:\n- job_name: a\n${text.replace(/^/gm, "  ")}\n`;
const files = "static_configs:\n- labels: {job: a, __path__: /var/log/a.log}";
const problems = (config: string) => readPromtail({ config }).problems.join("\n");

describe("Promtail's file as the agent reads it", () => {
  const { read } = readPromtail({ config: usual, takeOver: true });
  const config = parse(read!.config) as { scrape_configs: { job_name: string; static_configs: { labels: object }[]; pipeline_stages: { multiline: object }[] }[]; clients: { url: string }[] };

  it("keeps labels, paths and stages, and completes what Alloy refuses without", () => {
    const [system] = config.scrape_configs;
    assert.deepEqual(system!.static_configs[0]!.labels, { job: "fittoring_logs", __path__: "/home/ubuntu/fittoring/logs/*.log" });
    assert.deepEqual(system!.pipeline_stages[0]!.multiline, { firstline: '^\\s*\\{\\s*$|^\\s*\\{\\s*"event"|^No mapping for ', max_wait_time: "3s", max_lines: 128 });
    assert.equal(system!.job_name, "promtail_0_system");
  });

  it("says what is another", () => {
    assert.deepEqual(read!.changes, [
      "scrape_configs[0].pipeline_stages[0].multiline.max_wait_time: 3s, which is Promtail's default",
      "scrape_configs[0].pipeline_stages[0].multiline.max_lines: 128, which is Promtail's default",
      "clients: http://192.0.2.1:8080/loki/api/v1/push → the monitoring server, with its own token",
      "server: left out, the agent has its own",
      "positions: carried over from /var/lib/promtail/positions.yaml",
    ]);
  });

  it("has what Promtail takes for granted: the place of its positions, stages within stages", () => {
    const nested = readPromtail({ config: job(`${files}\npipeline_stages:\n- match:\n    selector: '{job="a"}'\n    stages:\n    - multiline: {firstline: x, max_lines: 7}\n    - pack: {labels: [b]}`) }).read!;
    assert.equal(nested.positions, "/var/log/positions.yaml");
    assert.match(nested.changes.join("\n"), /scrape_configs\[0\]\.pipeline_stages\[0\]\.match\.stages\[0\]\.multiline\.max_wait_time: 3s[^]*stages\[1\]\.pack\.ingest_timestamp: true/);
    assert.doesNotMatch(nested.changes.join("\n"), /max_lines/);
  });

  it("names its own values of the four labels, which stay", () => {
    assert.match(readPromtail({ config: job("static_configs:\n- labels: {host: web1, __path__: /var/log/a.log}") }).read!.changes.join("\n"), /label host: Promtail's own value stays/);
  });
});

describe("what the agent cannot take over is named", () => {
  it("sources that two cannot read", () => {
    assert.match(problems(job("syslog: {listen_address: 0.0.0.0:1514}")), /^promtail\.config: scrape_configs\[0\]\.syslog: only one program can listen on its port/);
    assert.match(problems(job("docker_sd_configs:\n- host: unix:///var/run/docker.sock")), /docker_sd_configs: .*docker: true/);
    assert.match(problems(job(`${files}\ndecompression: {enabled: true, format: gz}`)), /scrape_configs\[0\]\.decompression: /);
  });

  it("files the agent does not see, and settings it does not have", () => {
    assert.match(problems(job("static_configs:\n- labels: {__path__: /tmp/a.log}")), /\/tmp\/a\.log is under \/tmp/);
    assert.match(problems(`wal: {enabled: yes}\n${job(files)}`), /wal: the agent has none/);
    assert.match(problems("clients:\n- external_labels: {a: b}\n- {}\n" + job(files)), /external_labels are not the same/);
    assert.match(problems(job(files) + "- job_name: a\n  static_configs: []\n"), /two jobs are called "a"/);
  });

  it("and text that is no file of Promtail's", () => {
    assert.match(problems("a: [b"), /^promtail\.config: /);
    assert.match(problems("just words"), /this is no configuration of Promtail/);
    assert.match(problems("clients: []"), /scrape_configs: there is none/);
  });
});

describe("an agent beside or in place of a Promtail", () => {
  const document = (more: Partial<AgentSpec>) => renderAgent({ environment: "prod", service: "orders", ...more }, server);

  it("marks a trial's lines, gives a name to lines without one, and keeps the client's labels", () => {
    const config = `clients:\n- url: http://x\n  external_labels: {team: "a$1"}\n${job(files)}`;
    const trial = document({ promtail: { config } }).files["config.alloy"]!;
    assert.match(trial, /loki\.relabel "trial"[^]*target_label += "service_name"[^]*target_label = "agent"\n +replacement += "trial"/);
    assert.match(trial, /replacement += "a\$\$1"/);
    const instead = document({ promtail: { config, takeOver: true } });
    assert.doesNotMatch(instead.files["config.alloy"]!, /"agent"\n/);
    assert.deepEqual({ ...instead.promtail, given: "" }, { unit: "promtail.service", takeOver: true, positions: "/var/log/positions.yaml", carried: "/var/lib/lgtm-agent/promtail/positions.yaml", jobs: [{ name: "a", component: "promtail_0_a" }], given: "" });
  });

  it("keeps the jobs of metrics that old panels ask for", () => {
    const config = document({ nodeJob: "dev_os_metrics", applications: [{ service: "orders", job: "dev_app_metrics" }] }).files["config.alloy"]!;
    assert.match(config, /"job" = "dev_os_metrics", "service_name" = "node"/);
    assert.match(config, /"job" = "dev_app_metrics", "service_name" = "orders"/);
  });

  it("is refused where a new machine is made, and with words that are no text of a file", () => {
    assert.throws(() => agentUserData({ environment: "prod", promtail: { config: usual } }, server), /promtail: a new machine has no Promtail/);
    assert.throws(() => document({ promtail: { config: usual, unit: "promtail" } }), /promtail\.unit: "promtail" is not allowed/);
  });
});

/** Runs lines of Python beside the program that runs on the server. */
function python(lines: string, root: string): string {
  const folder = join(__dirname, "..", "..", "components", "agent", "on-server");
  return execFileSync("python3", ["-B", "-c", `import sys; sys.path.insert(0, ${JSON.stringify(folder)})\nfrom promtail_positions import *\n${lines}`], { env: { ...process.env, LGTM_AGENT_ROOT: root }, encoding: "utf8" });
}

describe("positions", () => {
  const root = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-positions-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, "positions.yaml");
  const long = `/var/log/${"x".repeat(130)}.log`;

  it("are read as Promtail writes them, and written so that it reads them", () => {
    writeFileSync(path, `positions:\n  /var/log/a b.log: "12"\n  cursor-journal: s=1;i=2\n  'it''s': "3"\n  ? ${long}\n  : "4"\n`);
    const found = JSON.parse(python(`found = of_promtail(${JSON.stringify(path)}); write_promtail(${JSON.stringify(path)}, found); print(json.dumps([found, of_promtail(${JSON.stringify(path)})]))`, root)) as object[];
    assert.deepEqual(found[0], { "/var/log/a b.log": "12", "cursor-journal": "s=1;i=2", "it's": "3", [long]: "4" });
    assert.deepEqual(found[1], found[0]);
    assert.deepEqual((parse(readFileSync(path, "utf8")) as { positions: object }).positions, found[0]);
  });

  it("that cannot be known are refused: without them every line would be sent again", () => {
    const refusal = (text: string | undefined) => {
      rmSync(path, { force: true });
      if (text !== undefined) writeFileSync(path, text);
      return python(`\ntry:\n  of_promtail(${JSON.stringify(path)})\nexcept Failed as failed:\n  print(failed)`, root);
    };
    for (const text of [undefined, "", "positions: {}\n", "positions:\n  /a: [1]\n", "positions:\n  /a: many\n", "something: else\n"]) assert.match(refusal(text), /send every line again; nothing was switched/, text);
  });

  it("that the agent's user cannot read are refused, also where their folder is what keeps it out", { skip: process.getuid?.() === 0 ? false : "only root becomes another user" }, () => {
    const inside = join(root, "inside");
    execFileSync("install", ["-d", "-m", "700", inside]);
    const refusal = (mode: string) => python(`
import os, promtail
write_promtail(${JSON.stringify(join(inside, "positions.yaml"))}, {"/a": "1"}, (65534, 65534))
for folder in (${JSON.stringify(root)}, ${JSON.stringify(inside)}): os.chmod(folder, ${mode})
try:
  promtail.read_as((65534, 65534), ${JSON.stringify(join(inside, "positions.yaml"))})
except Failed as failed:
  print(failed)`, root);
    assert.match(refusal("0o700"), /^The agent's user cannot read .*inside\/positions\.yaml, so it would send every line again; nothing was switched\.$/m);
    assert.equal(refusal("0o755"), "");
  });

  it("of the agent are what it has read, and what was carried over of files that it has not", () => {
    const data = join(root, "var/lib/lgtm-agent/data/loki.source.file.promtail_0_a");
    execFileSync("mkdir", ["-p", data]);
    writeFileSync(join(data, "positions.yml"), `positions:\n  ? path: /var/log/a.log\n    labels: '{job="a"}'\n  : "20"\n  ? path: /var/log/a.log\n    labels: '{}'\n  : "5"\n  ? path: /var/log/b.log\n    labels: '{}'\n  : "7"\n`);
    assert.deepEqual(JSON.parse(python(`print(json.dumps(of_agent([{"name": "a", "component": "promtail_0_a"}])))`, root)), { "/var/log/a.log": "20", "/var/log/b.log": "7" });
  });
});
