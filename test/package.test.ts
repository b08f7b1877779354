import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { builtinModules } from "node:module";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as ts from "typescript";
import { checkout, packageJson } from "./checkout";

/** What a user of each entry point writes; the names must be there for CommonJS, ES modules and the type checker alike. */
const entryPoints: Record<string, { names: string[]; program: string }> = {
  "pulumi-lgtm": {
    names: ["renderBundle", "resolveSpec", "contractOf", "renderRelease", "SpecError", "Tls", "serviceNames"],
    program: `import { renderBundle, resolveSpec, Tls, type ServerSpec } from "pulumi-lgtm";
const spec: ServerSpec = { domain: "mon.example.com", tls: Tls.acme, retention: { logs: "14d" } };
export const hash: string = renderBundle(spec).hash;
export const memory: number = resolveSpec(spec).memory;
// @ts-expect-error a key that is not in the spec
export const wrong: ServerSpec = { retenton: {} };
`,
  },
  "pulumi-lgtm/local": {
    names: ["MonitoringServer"],
    program: `import { MonitoringServer } from "pulumi-lgtm/local";
export const server: MonitoringServer = new MonitoringServer("mon");
`,
  },
  "pulumi-lgtm/ssh": {
    names: ["MonitoringServer"],
    program: `import { MonitoringServer } from "pulumi-lgtm/ssh";
export type Args = ConstructorParameters<typeof MonitoringServer>[1];
`,
  },
  "pulumi-lgtm/aws": {
    names: ["MonitoringServer", "AppServerAccess", "Size", "OnDestroy"],
    program: `import { AppServerAccess, MonitoringServer, Size } from "pulumi-lgtm/aws";
const server = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], size: Size.medium, pushClients: ["orders"] });
new AppServerAccess("orders", { server: server.contract, securityGroupId: "sg-1", ports: [9100] });
export const monitoring = server.contract;
// @ts-expect-error nobody is let in
new MonitoringServer("mon", {});
`,
  },
  "pulumi-lgtm/azure": {
    names: ["MonitoringServer", "AppServerAccess", "Size", "OnDestroy"],
    program: `import { MonitoringServer } from "pulumi-lgtm/azure";
const server = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], onDestroy: "keep" });
export const monitoring = server.contract;
`,
  },
  "pulumi-lgtm/gcp": {
    names: ["MonitoringServer", "AppServerAccess", "Size", "OnDestroy"],
    program: `import { MonitoringServer } from "pulumi-lgtm/gcp";
const server = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], domain: "mon.example.com" });
export const monitoring = server.contract;
`,
  },
  "pulumi-lgtm/grafana": {
    names: ["GrafanaContent"],
    program: `import { GrafanaContent, type ServerContract } from "pulumi-lgtm/grafana";
declare const server: ServerContract;
export const datasources = new GrafanaContent("mon", { server, readToken: "secret" }).datasources;
// @ts-expect-error nobody could read
new GrafanaContent("mon", { server });
`,
  },
};

/** What each cloud's entry point loads of Pulumi's providers, and so what a user installs and Pulumi fetches. */
const providers: Record<string, string[]> = {
  "pulumi-lgtm/aws": ["@pulumi/aws", "@pulumi/random", "@pulumi/tls"],
  "pulumi-lgtm/azure": ["@pulumi/azure-native", "@pulumi/random", "@pulumi/tls"],
  "pulumi-lgtm/gcp": ["@pulumi/gcp", "@pulumi/random", "@pulumi/tls"],
  "pulumi-lgtm/grafana": ["@pulumiverse/grafana"],
};

let consumer: string;
let installed: string;
let files: string[];

before(() => {
  consumer = mkdtempSync(join(tmpdir(), "lgtm-consumer-"));
  installed = join(consumer, "node_modules", packageJson.name);
  const tarball = pack();
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  files = filesUnder(installed, "");
  for (const name of [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.peerDependencies)]) linkFromCheckout(name);
});

after(() => rmSync(consumer, { recursive: true, force: true }));

describe("the package", () => {
  it("has an entry point for each that is tested here, and no other", () => {
    const published = Object.keys(packageJson.exports).filter(path => path !== "./package.json");
    assert.deepEqual(published.map(path => path.replace(/^\./, packageJson.name)), Object.keys(entryPoints));
  });

  it("holds the program of the guest, and nothing that tests, measures or compiles programs", () => {
    assert.deepEqual(files.filter(path => /^(dist\/)?(tools|test|bench|components\/.*\.test\.|node_modules)(\/|$)|__pycache__/.test(path)), []);
    for (const path of ["stage0.py", "apply/__main__.py"]) assert.ok(files.includes(`dist/components/server/guest/${path}`), path);
  });

  it("has every file beside the compiled ones: what is not TypeScript is copied by the build", () => {
    const beside = filesUnder(join(checkout, "components"), "dist/components/").filter(path => !path.endsWith(".ts"));
    assert.deepEqual(beside.filter(path => !files.includes(path)), []);
  });

  it("carries the guest's program in the bundles that it renders", () => {
    const bundle = node("commonjs", `process.stdout.write(JSON.stringify(Object.keys(require("pulumi-lgtm").renderBundle({}).files)))`);
    assert.ok((JSON.parse(bundle) as string[]).includes("apply/__main__.py"));
  });

  it("imports nothing but what it declares", () => {
    const declared = new Set([...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.peerDependencies)]);
    const undeclared = files
      .filter(path => /^dist\/.*\.(js|d\.ts)$/.test(path))
      .flatMap(path => importsOf(path).map(name => ({ path, name })))
      .filter(({ name }) => !name.startsWith(".") && !builtinModules.includes(name.replace(/^node:/, "")) && !declared.has(packageOf(name)));
    assert.deepEqual(undeclared, []);
  });

  for (const [entry, { names }] of Object.entries(entryPoints)) {
    it(`gives ${entry} to require and to import`, () => {
      const required = node("commonjs", `const { ${names.join(", ")} } = require("${entry}"); process.stdout.write([${names.join(", ")}].map(x => typeof x).join())`);
      const imported = node("module", `import { ${names.join(", ")} } from "${entry}"; process.stdout.write([${names.join(", ")}].map(x => typeof x).join())`);
      assert.equal(imported, required);
      assert.doesNotMatch(required, /undefined/);
    });
  }

  it("loads no SDK of a cloud, no command provider and no process manager for the plain entry point", () => {
    const loaded = node("commonjs", `require("pulumi-lgtm"); process.stdout.write(JSON.stringify(Object.keys(require.cache)))`);
    const unwanted = /node_modules\/(@pulumi\/(?!pulumi\/)|@pulumiverse\/|pm2|aws-sdk|@aws-sdk|@azure|@google-cloud)/;
    assert.deepEqual((JSON.parse(loaded) as string[]).filter(path => unwanted.test(path)), []);
  });

  it("brings no provider by itself: each is an optional peer, and a cloud's entry point loads that cloud's only", () => {
    const isProvider = (name: string) => (JSON.parse(readFileSync(join(checkout, "node_modules", name, "package.json"), "utf8")) as { pulumi?: { resource?: boolean } }).pulumi?.resource === true;
    assert.deepEqual(Object.keys(packageJson.dependencies).filter(isProvider), []);
    assert.deepEqual(Object.keys(packageJson.peerDependencies).filter(name => !packageJson.peerDependenciesMeta[name]?.optional), []);
    for (const [entry, wanted] of Object.entries(providers)) {
      const loaded = JSON.parse(node("commonjs", `require("${entry}"); process.stdout.write(JSON.stringify(Object.keys(require.cache)))`)) as string[];
      const packages = [...new Set(loaded.flatMap(path => /.*node_modules\/(@pulumi(?:verse)?\/[^/]+)/.exec(path)?.[1] ?? []))];
      assert.deepEqual(packages.filter(isProvider).sort(), wanted, entry);
    }
  });

  for (const cloud of ["aws", "azure", "gcp", "grafana"])
    it(`shows nothing of an SDK in the types of pulumi-lgtm/${cloud}`, () => {
      const seen = typesReachableFrom(`dist/components/${cloud}/index.d.ts`);
      assert.ok(seen.length > 5);
      assert.deepEqual(seen.filter(path => /@pulumi(verse\/|\/(?!pulumi\b))/.test(text(path))), []);
    });

  it("shows no zod in the types of the plain entry point", () => {
    const seen = typesReachableFrom("dist/components/index.d.ts");
    assert.ok(seen.length > 5, "the walk goes through the declarations");
    assert.deepEqual(seen.filter(path => /zod/.test(text(path))), []);
  });

  it("type-checks with moduleResolution node16, from CommonJS and from an ES module", () => {
    typeCheck({ module: "node16", moduleResolution: "node16" }, ["ts", "mts"]);
  });

  it("type-checks with moduleResolution bundler", () => {
    typeCheck({ module: "esnext", moduleResolution: "bundler" }, ["ts"]);
  });

  it("type-checks with moduleResolution node, which knows no exports map", () => {
    typeCheck({ module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" }, ["ts"]);
  });
});

/** Packs the checkout as it was built and gives the tarball's path. */
function pack(): string {
  const npm = process.env.npm_execpath ? { command: process.execPath, args: [process.env.npm_execpath] } : { command: "npm", args: [] };
  const env = { ...process.env, npm_config_cache: join(consumer, "npm-cache"), npm_config_update_notifier: "false", npm_config_offline: "true" };
  const packed = execFileSync(npm.command, [...npm.args, "pack", "--ignore-scripts", "--json", "--pack-destination", consumer], { cwd: checkout, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return join(consumer, (JSON.parse(packed) as [{ filename: string }])[0].filename);
}

function linkFromCheckout(name: string): void {
  const link = join(consumer, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(checkout, "node_modules", name), link, "dir");
}

/** Runs a program of a user and gives its output. */
function node(type: "commonjs" | "module", program: string): string {
  const file = join(consumer, type === "module" ? "program.mjs" : "program.cjs");
  writeFileSync(file, program);
  const run = spawnSync(process.execPath, [file], { cwd: consumer, encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

function typeCheck(options: Record<string, string>, extensions: string[]): void {
  const folder = mkdtempSync(join(consumer, "check-"));
  const programs = Object.values(entryPoints).flatMap(({ program }, i) => extensions.map(extension => [`program${i}.${extension}`, program] as const));
  for (const [name, program] of programs) writeFileSync(join(folder, name), program);
  const compilerOptions = { ...options, target: "es2022", strict: true, noEmit: true, skipLibCheck: true, types: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: programs.map(([name]) => name) }));
  const run = spawnSync(process.execPath, [join(checkout, "node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}

/** The declaration and all it refers to within the package. */
function typesReachableFrom(path: string, seen: string[] = []): string[] {
  if (seen.includes(path)) return seen;
  seen.push(path);
  for (const name of importsOf(path).filter(other => other.startsWith("."))) {
    const target = join(dirname(path), name);
    typesReachableFrom(files.includes(`${target}.d.ts`) ? `${target}.d.ts` : join(target, "index.d.ts"), seen);
  }
  return seen;
}

function importsOf(path: string): string[] {
  return ts.preProcessFile(text(path), true, path.endsWith(".js")).importedFiles.map(file => file.fileName);
}

function packageOf(name: string): string {
  return name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
}

function text(path: string): string {
  return readFileSync(join(installed, path), "utf8");
}

function filesUnder(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? (entry.name === "__pycache__" ? [] : filesUnder(join(folder, entry.name), `${prefix}${entry.name}/`)) : [`${prefix}${entry.name}`],
  );
}
