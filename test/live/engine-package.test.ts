import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { isFound, locatePrograms } from "../../components/local/programs";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import { checkout, packageJson } from "../checkout";
import { story } from "./cloud-scene";
import { folderVariable } from "./stand-ins/cloud-plugin/cloud";
import { providePlugins, type Plugin } from "./stand-ins/plugins";

/** Projects outside of the repository, in which the packed package and one cloud's SDK are installed. */
interface Outside {
  tarball: string;
  pulumiRoot: string;
}

const folder = mkdtempSync(join(tmpdir(), "lgtm-outside-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const step = story(async (): Promise<Outside> => {
  const { pulumi } = await locatePrograms(["pulumi"]);
  if (!isFound(pulumi)) throw new Error(pulumi.missing);
  const env = { ...process.env, npm_config_cache: join(folder, "npm-cache"), npm_config_update_notifier: "false", npm_config_offline: "true" };
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: checkout, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { tarball: join(folder, (JSON.parse(packed) as [{ filename: string }])[0].filename), pulumiRoot: pulumiRoot(pulumi) };
});

const sdks = { aws: "aws", azure: "azure-native", gcp: "gcp" } as const satisfies Record<string, Plugin>;
type Cloud = keyof typeof sdks;

/** A project with the package, what it depends on, and what the cloud's page says to install beside. */
function project(cloud: Cloud, { tarball }: Outside): string {
  const root = join(folder, cloud);
  if (existsSync(root)) return root;
  const installed = join(root, "node_modules", packageJson.name);
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  for (const name of [...Object.keys(packageJson.dependencies), `@pulumi/${sdks[cloud]}`, "@pulumi/tls", "@pulumi/random"]) {
    const link = join(root, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(checkout, "node_modules", name), link, "dir");
  }
  return root;
}

/** Previews a server through the real engine, and prints what it would make. */
const program = (imports: string, typed = false) => `${imports}
${typed ? "declare const process: { env: Record<string, string>; stdout: { write(text: string): void } };\n" : ""}async function main() {
  const { root, options } = JSON.parse(process.env.OUTSIDE);
  const pulumiCommand = await PulumiCommand.get({ root, skipVersionCheck: true });
  const stack = await LocalWorkspace.createOrSelectStack({
    stackName: "outside",
    projectName: "outside",
    program: async () => ({ monitoring: new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], pushClients: ["orders"] }).contract }),
  }, { pulumiCommand, ...options });
  const { changeSummary } = await stack.preview();
  process.stdout.write(JSON.stringify(changeSummary));
}
void main();
`;
const required = (cloud: Cloud) => `const { MonitoringServer } = require("pulumi-lgtm/${cloud}");\nconst { LocalWorkspace, PulumiCommand } = require("@pulumi/pulumi/automation");`;
const imported = (cloud: Cloud, automation: string) => `import { MonitoringServer } from "pulumi-lgtm/${cloud}";\nimport { LocalWorkspace, PulumiCommand } from "${automation}";`;

/** Runs a program of the project with that cloud's plugins and no others, and says how many resources it would make. */
function previewed(root: string, file: string, cloud: Cloud, outside: Outside): number {
  const at = mkdtempSync(join(root, "run-"));
  for (const part of ["state", "work", "cloud"]) mkdirSync(join(at, part));
  providePlugins(join(at, "home"), [sdks[cloud], "random", "tls"]);
  const envVars = {
    PULUMI_BACKEND_URL: `file://${join(at, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "of the tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    [folderVariable]: join(at, "cloud"),
  };
  const settings = { root: outside.pulumiRoot, options: { pulumiHome: join(at, "home"), workDir: join(at, "work"), envVars } };
  const run = spawnSync(process.execPath, [file], { cwd: root, encoding: "utf8", env: { ...process.env, [folderVariable]: join(at, "cloud"), OUTSIDE: JSON.stringify(settings) } });
  assert.equal(run.status, 0, run.stderr);
  return (JSON.parse(run.stdout) as { create: number }).create;
}

function written(root: string, name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return join(root, name);
}

/** Compiles a program of the project and gives the JavaScript's path. */
function compiled(root: string, name: string, text: string, options: object): string {
  const out = mkdtempSync(join(root, "out-"));
  const source = written(root, name, text);
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...options, target: "es2022", strict: true, skipLibCheck: true, types: [], outDir: out, rootDir: root }, files: [source] }));
  const run = spawnSync(process.execPath, [join(checkout, "node_modules/typescript/bin/tsc"), "-p", out], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return join(out, readdirSync(out).find(each => /\.m?js$/.test(each))!);
}

for (const cloud of Object.keys(sdks) as Cloud[])
  step(`a project with the SDK of ${cloud} alone previews a server there, and has that cloud's plugins to fetch and no other cloud's`, async outside => {
    const root = project(cloud, outside);
    assert.ok(previewed(root, written(root, "program.cjs", program(required(cloud))), cloud, outside) > 60);
    assert.deepEqual(pluginsOf(root), ["random", sdks[cloud], "tls"].sort());
  });

step("a project of ES modules previews a server", async outside => {
  const root = project("aws", outside);
  assert.ok(previewed(root, written(root, "program.mjs", program(imported("aws", "@pulumi/pulumi/automation/index.js"))), "aws", outside) > 60);
});

step("a project in TypeScript previews a server, compiled to CommonJS with moduleResolution node and to an ES module with node16", async outside => {
  const root = project("aws", outside);
  const old = compiled(root, "old.ts", program(imported("aws", "@pulumi/pulumi/automation"), true), { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" });
  assert.ok(previewed(root, old, "aws", outside) > 60);
  const current = compiled(root, "current.mts", program(imported("aws", "@pulumi/pulumi/automation/index.js"), true), { module: "node16", moduleResolution: "node16" });
  assert.ok(previewed(root, current, "aws", outside) > 60);
});

/** Packages that say that they have a plugin: those that Pulumi's language plugin finds in node_modules, and asks the engine to fetch. */
function pluginsOf(root: string): string[] {
  const modules = join(root, "node_modules");
  const packages = readdirSync(modules).flatMap(name => (name.startsWith("@") ? readdirSync(join(modules, name)).map(each => join(name, each)) : [name]));
  return packages.flatMap(name => {
    const { pulumi } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as { pulumi?: { resource?: boolean; name?: string } };
    return pulumi?.resource ? [pulumi.name ?? name.replace("@pulumi/", "")] : [];
  }).sort();
}
