import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { pbkdf2Sync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { renderBundle } from "../../components/server/bundle";

const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-grafana-db-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const database = join(folder, "grafana.db");
const program = join(__dirname, "..", "..", "..", "tools", "move-in");
writeFileSync(join(folder, "lgtm.yml"), renderBundle({}).files["config/grafana/provisioning/datasources/lgtm.yml"]!);

/**
 * Stands in for a database of Grafana's: the tables and columns of its migrations (pkg/services/sqlstore/migrations) that the
 * program touches, and a team's rows. test/live/move-in.test.ts does it with a real one, where a Grafana can be had.
 */
const tables = `
CREATE TABLE data_source (id INTEGER PRIMARY KEY, org_id INTEGER, version INTEGER, type TEXT, name TEXT, access TEXT, url TEXT, basic_auth INTEGER, is_default INTEGER, json_data TEXT, secure_json_data TEXT, uid TEXT, read_only BOOL NOT NULL DEFAULT 0, is_prunable BOOL NOT NULL DEFAULT 0, UNIQUE (org_id, name), UNIQUE (org_id, uid));
CREATE TABLE dashboard_provisioning (id INTEGER PRIMARY KEY, dashboard_id INTEGER, name TEXT);
CREATE TABLE dashboard (id INTEGER PRIMARY KEY, is_folder INTEGER, data TEXT);
CREATE TABLE "user" (id INTEGER PRIMARY KEY, login TEXT, password TEXT, salt TEXT, is_admin INTEGER);
CREATE TABLE data_keys (name TEXT);
CREATE TABLE alert_rule (id INTEGER);
INSERT INTO data_source (id, org_id, version, type, name, access, url, basic_auth, is_default, json_data, secure_json_data, uid) VALUES
  (1, 1, 1, 'loki', 'Loki', 'proxy', 'http://loki:3100', 0, 0, '{"maxLines": 100}', '{}', 'befx1'),
  (2, 1, 1, 'prometheus', 'metrics', 'proxy', 'http://203.0.113.7:9090', 1, 1, NULL, '{"basicAuthPassword": "IzEj"}', 'befx2'),
  (3, 1, 1, 'prometheus', 'of another team', 'proxy', 'https://prometheus.example.com', 0, 0, NULL, NULL, 'befx3'),
  (4, 1, 1, 'tempo', 'traces', 'proxy', 'http://tempo:3100', 0, 0, NULL, NULL, 'tempo'),
  (5, 1, 1, 'mysql', 'orders', 'proxy', 'db.example.com:3306', 0, 0, NULL, '{"password": "IzEj"}', 'befx5');
UPDATE data_source SET read_only = 1, is_prunable = 1 WHERE id = 2;
INSERT INTO dashboard_provisioning VALUES (1, 2, 'of files');
INSERT INTO dashboard VALUES (1, 1, '{}'), (2, 0, '{"panels": [{"datasource": {"uid": "befx1"}}]}');
INSERT INTO "user" VALUES (1, 'admin', 'of before', 'salt', 1), (2, 'kim', 'of kim', 'x', 0);
INSERT INTO data_keys VALUES ('a'), ('b');
INSERT INTO alert_rule VALUES (1);
`;

const stack = { loki: { names: ["loki"], published: [8080] }, prometheus: { names: ["prometheus"], published: [9090] }, tempo: { names: ["tempo"], published: [3200] } };

/** Runs lines of Python beside the program; what they print is the answer. */
function python(lines: string): unknown {
  const text = `import json, sqlite3, sys; sys.path.insert(0, ${JSON.stringify(program)})\nimport grafana\n${lines}`;
  return JSON.parse(execFileSync("python3", ["-B", "-c", text], { encoding: "utf8" }));
}
const rows = (sql: string) => python(`print(json.dumps(sqlite3.connect(${JSON.stringify(database)}).execute(${JSON.stringify(sql)}).fetchall()))`) as unknown[][];

describe("a Grafana's database becomes the new server's", () => {
  const said = python(`
sqlite3.connect(${JSON.stringify(database)}).executescript(${JSON.stringify(tables)})
print(json.dumps(grafana.adapt(${JSON.stringify(database)}, open(${JSON.stringify(join(folder, "lgtm.yml"))}).read(), ${JSON.stringify(stack)}, "new password")))`) as string[];

  it("with datasources of the old stack under their own uid and the new address, and one that others have left alone", () => {
    assert.deepEqual(rows("SELECT uid, name, url, basic_auth, is_default FROM data_source ORDER BY id"), [
      ["befx1", "Loki (moved in)", "http://loki:3100", 0, 0],
      ["befx2", "metrics", "http://prometheus:9090", 0, 0],
      ["befx3", "of another team", "https://prometheus.example.com", 0, 0],
      // What had the uid of the new server's own is that one from its start on.
      ["befx5", "orders", "db.example.com:3306", 0, 0],
    ]);
    assert.deepEqual(rows("SELECT json_data FROM data_source WHERE id = 1"), [['{"maxLines": 100}']]);
  });

  it("without marks of files that the new server does not have: it would delete what they say", () => {
    assert.deepEqual(rows("SELECT id FROM data_source WHERE read_only OR is_prunable"), []);
    assert.deepEqual(rows("SELECT id FROM dashboard_provisioning"), []);
  });

  it("without what was encrypted with the old key", () => {
    assert.deepEqual(rows("SELECT secure_json_data FROM data_source ORDER BY id"), [["{}"], ["{}"], [null], ["{}"]]);
    assert.deepEqual(rows("SELECT count(*) FROM data_keys"), [[0]]);
  });

  it("with its dashboards and users, and the new server's password for admin alone", () => {
    assert.deepEqual(rows("SELECT data FROM dashboard WHERE id = 2"), [['{"panels": [{"datasource": {"uid": "befx1"}}]}']]);
    const encoded = pbkdf2Sync("new password", "salt", 10_000, 50, "sha256").toString("hex");
    assert.deepEqual(rows('SELECT login, password FROM "user" ORDER BY id'), [["admin", encoded], ["kim", "of kim"]]);
  });

  it("and says what it did, and what nobody else can do", () => {
    assert.deepEqual(said, [
      "grafana: 1 dashboards, 2 users",
      "datasource Loki (uid befx1): http://loki:3100 → the new server",
      "datasource metrics (uid befx2): http://203.0.113.7:9090 → the new server",
      "datasource of another team (uid befx3): left as it is, https://prometheus.example.com",
      "datasource traces: the new server's own has the same uid, tempo",
      "datasource orders (uid befx5): left as it is, db.example.com:3306",
      "grafana: what it had encrypted (passwords of datasources and contact points) cannot be read on another server; enter it again",
      "grafana: 1 dashboards came from files on the old server; from now on they are ordinary ones, and can be changed",
      "grafana: 1 alert rules of its own are not evaluated on the new server; docs/alerts.md has the way there",
      "grafana: the user admin has the new server's password, everybody else the one of before",
    ]);
  });

  it("but not one that is not whole", () => {
    const broken = join(folder, "broken.db");
    writeFileSync(broken, "SQLite format 3\0and then nothing");
    const done = spawnSync("python3", ["-B", "-c", `import sys; sys.path.insert(0, ${JSON.stringify(program)})\nimport grafana\ntry:\n  grafana.adapt(${JSON.stringify(broken)}, "", {}, "")\nexcept grafana.MoveError as error:\n  print(error)`], { encoding: "utf8" });
    assert.match(done.stdout, /is not whole\. Nothing was changed/, done.stderr);
  });
});

describe("the command", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [join(__dirname, "../../tools/move-in.js"), ...args], { encoding: "utf8" });

  it("says what it needs when it is called wrongly", () => {
    assert.deepEqual([run().status, run().stderr], [2, "--from: missing. Say where the old server is, such as ubuntu@198.51.100.7.\n"]);
    assert.match(run("--from", "a", "--only", "logs").stderr, /there is no logs\. Allowed: prometheus, tempo, loki, grafana/);
  });
});
