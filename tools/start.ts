import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { localSpec } from "../components/local/defaults";
import { inFolder } from "../components/local/folder";
import { python, status } from "../components/local/guest";
import { isFound, type ProgramName } from "../components/local/programs";
import { pulumiRoot } from "../components/local/programs/pulumi";
import { chooseRuntime, thisMachine } from "../components/local/runtime";
import type { MonitoringServerArgs } from "../components/local/server";
import { renderBundle, type Plan } from "../components/server/bundle";
import type { ServerContract } from "../components/server/contract";
import { resolveSpec, type ServerSpec } from "../components/server/spec";
import { explained, located } from "../stacks/config";
import program from "../stacks/index";
import { command, duration, Interrupted } from "./cli";
import { diagnostics, withoutMarks } from "./engine-events";
import { fileDiff } from "./file-diff";
import { obtain } from "./programs";
import { screen, type Running } from "./screen";
import { folderOf, localStack, objectOf, readConfig, repair, type Config } from "./stack";

const help = `Runs the whole monitoring server on this machine, watching this machine.

  npm start

  --preview          show what would change, file by file and line by line, and change nothing
  --require-all      a program that cannot be had is an error; else its service is left out and shown as missing
  --show-password    print Grafana's password with the address
  --config <file>    configuration in the form of Pulumi.local.yaml (default: that file)
  --json             the outcome as JSON
  --help

Ends with 0 if the server runs, 1 if not, 2 if it was called wrongly.
What it needs is found on PATH, in the cache, downloaded, or built. npm run stop ends the server and keeps its data.
`;

command({
  called: "npm start",
  help,
  options: {
    preview: { type: "boolean", default: false },
    "require-all": { type: "boolean", default: false },
    "show-password": { type: "boolean", default: false },
    config: { type: "string" },
    json: { type: "boolean", default: false },
  },
  async run(values) {
    const began = Date.now();
    const say = (line: string) => process.stderr.write(`${duration(Date.now() - began).padStart(12)}  ${line}\n`);
    const config = withRequireAll(readConfig(values.config), Boolean(values["require-all"]));
    explained("server", () => resolveSpec(specOf(config)));
    python();
    const { pulumi } = await engine(say);
    const stack = await localStack(pulumi, config, program);
    await repair(stack);
    if (values.preview) return preview(stack, Boolean(values.json));
    process.env.PULUMI_LGTM_MISSING = JSON.stringify(await servicePrograms(config, say, Boolean(values["require-all"])));

    const { changed, running } = await up(stack, say);
    const password = join(inFolder(running.folder).secrets, "grafana-admin-password");
    if (values["show-password"] && existsSync(password)) running.password = readFileSync(password, "utf8");
    const took = duration(Date.now() - began);
    if (values.json) process.stdout.write(`${JSON.stringify({ changed, seconds: (Date.now() - began) / 1000, ...running }, null, 2)}\n`);
    else process.stdout.write(`\n${screen(running)}${changed ? `Done in ${took}.` : `Nothing changed; looked at in ${took}.`}\n`);
    return 0;
  },
});

function withRequireAll(config: Config, requireAll: boolean): Config {
  return requireAll ? { ...config, "pulumi-lgtm:local": { ...objectOf<object>(config, "local"), requireAll } } : config;
}

async function engine(say: (line: string) => void): Promise<{ pulumi: string }> {
  const pulumi = (await obtain(["pulumi"], say)).get("pulumi")!;
  if (!isFound(pulumi)) throw new Error(`Pulumi cannot be had:\n${pulumi.missing}`);
  return { pulumi: pulumiRoot(pulumi) };
}

function specOf(config: Config): ServerSpec {
  return localSpec(located(objectOf<ServerSpec>(config, "server")));
}

/** Has the programs of the services here, where they run as processes. Answers those that cannot be had, with the reason. */
async function servicePrograms(config: Config, say: (line: string) => void, requireAll: boolean): Promise<Record<string, string>> {
  const local = objectOf<Pick<MonitoringServerArgs, "runtime">>(config, "local");
  const { services } = JSON.parse(renderBundle(specOf(config)).files["plan.json"]!) as Plan;
  const { runtime, why } = chooseRuntime(local.runtime, services.map(service => service.image), thisMachine(folderOf(config)));
  say(`the services run as ${runtime}: ${why}`);
  if (runtime === "containers") return {};
  const programs = await obtain(services.map(service => service.name as ProgramName), say);
  const missing = Object.fromEntries([...programs.values()].flatMap(each => (isFound(each) ? [] : [[each.name, each.missing]])));
  if (requireAll && Object.keys(missing).length) throw new Error(`Not every program can be had, and all are required:\n${Object.entries(missing).map(([name, reason]) => `${name}: ${reason}`).join("\n")}`);
  return missing;
}

/** What an up would do, as lines of files. */
async function preview(stack: Stack, json: boolean): Promise<number> {
  const errors: string[] = [];
  const was: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  const onEvent = (event: EngineEvent) => {
    for (const { severity, text } of diagnostics(event)) if (severity === "error") errors.push(text);
    const step = event.resourcePreEvent?.metadata;
    const path = step && fileOf(step.type, step.urn);
    if (path && step.old?.inputs?.text !== undefined) was[path] = step.old.inputs.text;
    if (path && step.new?.inputs?.text !== undefined && step.op !== "delete") wanted[path] = step.new.inputs.text;
  };
  const { changeSummary } = await stack.preview({ color: "never", refresh: true, onEvent }).catch((error: Error) => {
    throw new Error(errors.join("\n") || withoutMarks(error.message));
  });
  const blocks = fileDiff(was, wanted);
  const changes = Object.entries(changeSummary).filter(([op]) => op !== "same").length > 0;
  if (json) process.stdout.write(`${JSON.stringify({ changes: changeSummary, files: blocks }, null, 2)}\n`);
  else if (!changes) process.stdout.write("Nothing would change.\n");
  else process.stdout.write(blocks.length ? `${blocks.join("\n")}\n${blocks.length} files would change.\n` : "No file of a service would change; what does not run, or was made by another version, would be started anew.\n");
  return 0;
}

/** Path of a file of the bundle, from the resource that stands for it: its name is `<bundle>/<path>`. */
function fileOf(type: string, urn: string): string | undefined {
  return type === "lgtm:server:File" ? urn.slice(urn.lastIndexOf("::") + 2).replace(/^[^/]+\//, "") : undefined;
}

async function up(stack: Stack, say: (line: string) => void): Promise<{ changed: boolean; running: Running }> {
  const errors: string[] = [];
  const onEvent = (event: EngineEvent) => {
    for (const { severity, text } of diagnostics(event)) severity === "error" ? errors.push(text) : say(text);
  };
  const interrupted = new AbortController();
  let stopped = false;
  const stop = () => {
    if (stopped) process.exit(130);
    stopped = true;
    say("stopping: what has begun ends first; Ctrl-C again stops at once, and the next npm start repairs");
    // The terminal has told the engine already.
    if (!process.stdin.isTTY) interrupted.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  let result;
  try {
    result = await stack.up({ refresh: true, color: "never", onEvent, signal: interrupted.signal });
  } catch (error) {
    if (stopped) throw new Interrupted("Stopped before the end. npm start goes on from here, npm run stop ends what runs.");
    throw new Error(errors.length ? `The server does not run.\n${errors.join("\n")}` : withoutMarks((error as Error).message));
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
  const value = <T>(name: string) => result.outputs[name]!.value as T;
  const folder = value<string>("folder");
  const changes = Object.entries(result.summary.resourceChanges ?? {}).filter(([kind, count]) => kind !== "same" && count);
  const running = { contract: value<ServerContract>("monitoring"), folder, runtime: value<string>("runtime"), missing: value<Record<string, string>>("missing"), status: (await status(folder))! };
  return { changed: changes.length > 0, running };
}
