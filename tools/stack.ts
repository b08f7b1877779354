import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { serverFolder, stateHome } from "../components/local/folder";
import { UsageError } from "./cli";

/** The stack that `npm start` makes. */
export const stackName = "local";

/** Keys of a stack's configuration file, as Pulumi has them. */
export type Config = Record<string, unknown>;

/** Folder of the checkout: the one with Pulumi.yaml. */
export const checkout = upwards(__dirname);

function upwards(folder: string): string {
  if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
  if (dirname(folder) === folder) throw new Error(`There is no Pulumi.yaml above ${__dirname}.`);
  return upwards(dirname(folder));
}

/** Configuration of the stack: a file in the form of Pulumi.<stack>.yaml. @default Pulumi.local.yaml of the checkout */
export function readConfig(file = join(checkout, `Pulumi.${stackName}.yaml`)): Config {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`--config ${file}: there is no such file.`);
  let document: { config?: Config } | null;
  try {
    document = parse(readFileSync(path, "utf8")) as typeof document;
  } catch (error) {
    throw new UsageError(`${path} is no YAML: ${(error as Error).message}`);
  }
  return document?.config ?? {};
}

/** An object key of the project's configuration. */
export function objectOf<T extends object>(config: Config, key: string): T {
  return (config[`pulumi-lgtm:${key}`] ?? {}) as T;
}

/** Folder of the server that a configuration makes. */
export function folderOf(config: Config): string {
  return objectOf<{ folder?: string }>(config, "local").folder ?? serverFolder(stackName);
}

/** Folder of Pulumi's own state. */
const stateFolder = () => join(stateHome(), "pulumi");

/**
 * The stack in a state folder of its own, on this machine: no account, and nothing is written into the checkout.
 * The program runs in this process, so no language plugin is needed.
 */
export async function localStack(pulumiRoot: string, config: Config, program: () => Promise<Record<string, unknown> | void>): Promise<Stack> {
  const workDir = join(stateFolder(), "project");
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const { main: _, ...project } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as { name: string; runtime: string; main?: string };
  const settings = join(workDir, `Pulumi.${stackName}.yaml`);
  const salt = existsSync(settings) ? (parse(readFileSync(settings, "utf8")) as { encryptionsalt?: string }).encryptionsalt : undefined;
  return LocalWorkspace.createOrSelectStack(
    { stackName, projectName: project.name, program: program as () => Promise<Record<string, unknown>> },
    {
      workDir,
      pulumiHome: join(stateFolder(), "home"),
      pulumiCommand: await PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
      projectSettings: { ...project, runtime: "nodejs" } as never,
      stackSettings: { [stackName]: { ...(salt && { encryptionSalt: salt }), config: config as never } },
      envVars: {
        PULUMI_BACKEND_URL: `file://${stateFolder()}`,
        PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_LGTM_ROOT: checkout,
        PULUMI_LGTM_HOST: join(dirname(__dirname), "components", "local", "host.js"),
      },
    },
  );
}

/** What an interrupted run left: its lock, if its process is gone, and the operations that it had begun. */
export async function repair(stack: Stack): Promise<void> {
  for (const file of filesUnder(join(stateFolder(), ".pulumi", "locks"))) {
    const lock = JSON.parse(readFileSync(file, "utf8")) as { pid?: number; hostname?: string };
    if (lock.hostname === hostname() && lock.pid && atWork(lock.pid))
      throw new Error(`Another run works on this stack (process ${lock.pid}). Wait for its end, or stop it with: kill -INT ${lock.pid}`);
    await stack.cancel();
  }
  // Looked up in the file: asking Pulumi takes half a second at every start.
  const file = join(stateFolder(), ".pulumi", "stacks", (await stack.workspace.projectSettings()).name, `${stackName}.json`);
  if (!existsSync(file) || !readFileSync(file, "utf8").includes('"pending_operations"')) return;
  const state = await stack.exportStack();
  // The server takes up any half-made roll-out by itself.
  await stack.importStack({ ...state, deployment: { ...state.deployment, pending_operations: [] } });
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map(name => join(folder, name)).flatMap(path => (statSync(path).isDirectory() ? filesUnder(path) : path.endsWith(".json") ? [path] : []));
}

/** Whether a process is a Pulumi at work: not one that ended and that nobody took note of, nor another with its number. */
function atWork(pid: number): boolean {
  if (process.platform === "linux") return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
