import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as ts from "typescript";
import { renderBundle, type Plan } from "../components/server/bundle";
import { memoryShares } from "../components/server/memory";
import { internalPorts, publicPorts } from "../components/server/ports";
import { resolveSpec, type ServerSpec } from "../components/server/spec";
import { checkSpec } from "../components/server/spec-check";
import { serviceNames } from "../components/server/versions";
import { checkout } from "./checkout";
import { blocksOf, code, tableRows, text } from "./markdown";

describe("docs/spec.md", () => {
  const rows = new Map(tableRows("docs/spec.md").filter(cells => cells.length === 4).map(([key, allowed, standard, example]) => [code(key!), { allowed: allowed!, standard: standard!, example: code(example!) }]));

  it("has every key of the spec, and no other", () => {
    const keys = specKeys();
    assert.ok(keys.includes("retention.metricsSize") && keys.includes("ports.otlpGrpc") && keys.includes("internalPorts.lokiGrpc"));
    assert.deepEqual([...rows.keys()].filter(key => key !== "Key").sort(), keys.sort());
  });

  it("tells the defaults that the code has", () => {
    const wrong = specKeys().filter(key => !rows.get(key)?.standard.startsWith(defaultOf(key)));
    assert.deepEqual(wrong.map(key => `${key}: ${rows.get(key)?.standard} is not ${defaultOf(key)}`), []);
  });

  it("has examples that are accepted and are not the default", () => {
    for (const key of specKeys()) {
      const { example, standard } = rows.get(key)!;
      const value: unknown = JSON.parse(example);
      const [outer, inner] = key.split(".");
      const spec = { domain: undefined, ...(inner ? { [outer!]: { [inner]: value } } : { [outer!]: value }) } as ServerSpec;
      // The folder of an example is nowhere.
      assert.doesNotThrow(() => (key === "dashboards.folder" ? checkSpec(spec) : resolveSpec(spec)), key);
      assert.notEqual(code(standard), example, key);
    }
  });

  it("names the services that can be left out, and has JSON that is a spec", () => {
    const { allowed } = rows.get("leaveOut")!;
    for (const name of serviceNames) assert.match(allowed, new RegExp(name === "prometheus" || name === "loki" || name === "caddy" ? `\`${name}\`` : `"${name}"`));
    const specs = ["docs/spec.md", "docs/retention.md", "docs/alerts.md", "docs/discovery.md"].flatMap(page => blocksOf(page).filter(block => block.info === "json"));
    assert.ok(specs.length >= 2);
    for (const block of specs) assert.doesNotThrow(() => resolveSpec(JSON.parse(block.text) as ServerSpec), block.text);
  });
});

describe("docs/ssh.md and docs/local.md", () => {
  const first = (page: string) => tableRows(page).map(cells => code(cells[0]!));

  it("have every argument that a server over SSH takes beside the spec", () => {
    const own = [...declared("ssh/args", "MonitoringServerArgs").filter(key => key !== "connection"), ...declared("server/secrets-resource", "SecretArgs")];
    const connection = [...declared("ssh/args", "HopArgs"), ...declared("ssh/args", "ConnectionArgs")].map(key => `connection.${key}`);
    assert.ok(own.length > 4 && connection.length > 6);
    assert.deepEqual([...own, ...connection].filter(key => !first("docs/ssh.md").includes(key)), []);
    assert.deepEqual(first("docs/ssh.md").filter(key => key.startsWith("connection.") && !connection.includes(key)), []);
  });

  it("have every argument that a server on this machine takes beside the spec", () => {
    const own = declared("local/server", "MonitoringServerArgs");
    assert.ok(own.length > 3);
    assert.deepEqual(own.filter(key => !first("docs/local.md").includes(key)), []);
  });
});

describe("docs/sending-data.md and docs/reading.md", () => {
  const gateway = renderBundle({}).files["config/caddy/Caddyfile"]!;
  const served = [...gateway.matchAll(/^\t@(\w+) path (.+)$/gm)].flatMap(([, name, paths]) => paths!.split(" ").map(path => ({ name: name!, path })));

  it("name every path of the gateway that takes data, with its port's key, and no other", () => {
    const rows = tableRows("docs/sending-data.md").filter(cells => /^`ports\./.test(cells.at(-1)!));
    const documented = rows.flatMap(([, , paths]) => [...paths!.matchAll(/(\/[\w./]+)/g)].map(match => match[1]!));
    const pushed = served.filter(({ name }) => !name.startsWith("read_") && name !== "inside").map(({ path }) => path);
    assert.ok(pushed.length > 6);
    assert.deepEqual(documented.sort(), pushed.sort());
    for (const port of ["logs", "metrics", "traces", "otlpGrpc"]) assert.ok(rows.some(cells => cells.at(-1) === `\`ports.${port}\``), port);
  });

  it("call no path in their examples that the gateway does not serve", () => {
    const known = served.map(({ path }) => path.replace(/\*$/, ""));
    const called = ["docs/sending-data.md", "docs/reading.md"].flatMap(page => [...text(page).matchAll(/(?:https:\/\/mon\.example\.com(?::\d+)?|\$SERVER)(\/[\w./-]*)/g)].map(match => match[1]!));
    assert.ok(called.length > 10);
    // An OTLP exporter adds /v1/<signal> to its base address.
    assert.deepEqual(called.filter(path => path !== "/otlp" && !known.some(prefix => `${path}/`.startsWith(prefix) || path === prefix)), []);
  });

  it("say which datasources can be read", () => {
    for (const { path } of served.filter(({ name }) => name.startsWith("read_"))) assert.ok(text("docs/reading.md").includes(path.replace("/*", "")), path);
  });
});

describe("docs/memory.md", () => {
  it("has the shares of the code", () => {
    const rows = new Map(tableRows("docs/memory.md").filter(cells => cells.length === 5).map(([name, ...cells]) => [name!, cells]));
    for (const [column, machine] of [1024, 2048, 4096, 8192].entries()) {
      const services = serviceNames.filter(name => machine > 1024 || (name !== "tempo" && name !== "grafana"));
      const shares = memoryShares(machine, services);
      for (const name of serviceNames) {
        const share = shares.get(name);
        assert.equal(rows.get(name)?.[column], share ? `${share.limit} / ${share.soft}` : "–", `${name} at ${machine}`);
      }
      assert.equal(rows.get("left for the system")?.[column], String(machine - [...shares.values()].reduce((sum, { limit }) => sum + limit, 0)));
    }
  });

  it("has the limits of queries that are rendered", () => {
    const rows = tableRows("docs/memory.md");
    const shown = (service: string, what: string) => rows.find(cells => cells[0] === service && cells[1]!.startsWith(what))?.slice(2);
    const rendered = (file: string, pattern: RegExp) => [2048, 4096].map(memory => pattern.exec(renderBundle({ memory }).files[file]!)?.[1]);
    assert.deepEqual(shown("prometheus", "samples"), rendered("plan.json", /--query\.max-samples=(\d+)/));
    assert.deepEqual(shown("prometheus", "queries"), rendered("plan.json", /--query\.max-concurrency=(\d+)/));
    assert.deepEqual(shown("loki", "series"), rendered("config/loki/loki.yml", /max_query_series: (\d+)/));
    assert.deepEqual(shown("loki", "bytes"), rendered("config/loki/loki.yml", /max_query_bytes_read: (\w+)/));
    assert.deepEqual(shown("loki", "queries"), rendered("config/loki/loki.yml", /max_concurrent: (\d+)/));
    assert.deepEqual(shown("tempo", "traces"), rendered("config/tempo/tempo.yml", /max_traces_per_user: (\d+)/));
  });
});

describe("docs/release.md", () => {
  it("has every step that a machine reports, and how a release can end", () => {
    const guest = join(checkout, "components/server/guest");
    const program = [join(guest, "stage0.py"), join(guest, "apply/rollout.py")].map(path => readFileSync(path, "utf8")).join("\n");
    const steps = [...program.matchAll(/status\.step\("([\w-]+)"/g), ...program.matchAll(/"step": "([\w-]+)"/g)].map(match => match[1]!);
    assert.ok(steps.length > 8);
    const shown = tableRows("docs/release.md").flatMap(([first]) => [...first!.matchAll(/`([\w-]+)`/g)].map(match => match[1]!));
    // Going back is how it ends, not a step on the way.
    assert.deepEqual(steps.filter(step => step !== "roll-back" && !shown.includes(step)), []);
    for (const result of ["applied", "refused", "rolled-back", "failed"]) assert.ok(shown.includes(result), result);
  });
});

describe("docs/security.md", () => {
  it("names every secret of a server", () => {
    const { secrets } = JSON.parse(renderBundle({ tls: "given" }).files["plan.json"]!) as Plan;
    const shown = tableRows("docs/security.md").map(([first]) => first!).join(" ");
    assert.ok(secrets.length >= 6);
    for (const secret of secrets) assert.ok(shown.includes(`\`${secret.replace(/^(push|read)-.*/, "$1-<name>")}\``), secret);
  });
});

/** Keys of the ServerSpec that is declared to users, those of its objects after a point. */
function specKeys(): string[] {
  const inner: Record<string, readonly string[]> = { retention: declared("server/spec", "Retention"), ports: publicPorts, internalPorts: Object.keys(internalPorts), dashboards: declared("dashboards/own", "DashboardsSpec") };
  return [...declared("server/spec", "ServerSpec"), ...declared("alerts/spec", "AlertKeys")].flatMap(key => inner[key]?.map(each => `${key}.${each}`) ?? [key]);
}

/** Keys of an interface of its own, without those that it extends, as users of the package see it. */
function declared(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(checkout, `dist/components/${file}.d.ts`), "utf8"), ts.ScriptTarget.Latest);
  const found = source.statements.filter(ts.isInterfaceDeclaration).find(each => each.name.text === name)!;
  return found.members.map(member => (member.name as ts.Identifier).text);
}

/** How the page has to begin when it tells a default. */
function defaultOf(key: string): string {
  const resolved = resolveSpec({});
  if (key === "leaveOut") return "`[]`";
  if (/^ports\.(?!https)/.test(key)) return "`ports.https`";
  const value = key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], resolved);
  return value === undefined ? "none" : `\`${JSON.stringify(value)}\``;
}
