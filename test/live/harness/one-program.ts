import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isFound, locatePrograms, type ProgramName } from "../../../components/local/programs";
import { renderBundle, type Plan } from "../../../components/server/bundle";
import { processLayoutHere } from "../../../components/local/layout";
import type { ServerSpec } from "../../../components/server/spec";
import { eventually } from "./command";

/** One service of a rendered server, as a process of its own. */
export interface RunningProgram {
  pid: number;
  log(): string;
  /** Asks it to end, and ends it if it has not after ten seconds, as the engine does after thirty. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** The server's folder. What is there stays. */
  folder: string;
  spec: ServerSpec;
  /** Values of the bundle's placeholders. */
  bindings: Record<string, string>;
  env?: Record<string, string>;
  /** Last change to a rendered file, where a test cannot do without. */
  change?(text: string): string;
}

/** Renders the spec, fills in the bindings, starts the one service and waits until it is healthy. Throws with its last lines. */
export async function startProgram(name: ProgramName, { folder, spec, bindings, env = {}, change = text => text }: ProgramOptions): Promise<RunningProgram> {
  const { files } = renderBundle(spec, processLayoutHere());
  const plan = JSON.parse(files["plan.json"]!) as Plan;
  const service = plan.services.find(each => each.name === name)!;
  const values: Record<string, string> = { root: folder, ...bindings };
  const filled = (text: string) => text.replace(/@@([a-z:]+)@@/g, (whole, key: string) => values[key] ?? whole);
  rmSync(join(folder, "config", name), { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    if (!path.startsWith(`config/${name}/`)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), change(filled(text)));
  }
  mkdirSync(join(folder, "data", name), { recursive: true });
  const found = (await locatePrograms([name]))[name];
  if (!isFound(found)) throw new Error(`${name} is needed for this test: ${found.missing}`);
  const path = join(folder, `${name}.log`);
  const output = openSync(path, "a");
  const own = Object.fromEntries(Object.entries(service.env).map(([key, value]) => [key, filled(value)]));
  const child = spawn(found.path, service.args.map(filled), { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...own, ...env }, stdio: ["ignore", output, output] });
  killAtExit(child);
  const gone = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const log = () => readFileSync(path, "utf8");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(timer);
  };
  const healthy = async () => (await fetch(service.health, { signal: AbortSignal.timeout(5_000) })).ok;
  const ended = gone.then(() => Promise.reject(new Error(`${name} ended with ${child.exitCode}:\n${log().split("\n").slice(-15).join("\n")}`)));
  ended.catch(() => undefined);
  try {
    await Promise.race([eventually(`${name} is healthy`, healthy, { seconds: 90, every: 0.25 }), ended]);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${log().split("\n").slice(-15).join("\n")}`);
  }
  return { pid: child.pid!, log, stop };
}

const children = new Set<ChildProcess>();
process.once("exit", () => children.forEach(child => child.kill("SIGKILL")));

/** No program outlives the test that started it. */
export function killAtExit(child: ChildProcess): void {
  children.add(child.once("exit", () => children.delete(child)));
}
