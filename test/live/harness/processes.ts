import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isFound, locatePrograms, type ProgramName } from "../../../components/local/programs";
import { renderBundle, type Plan, type PlannedService } from "../../../components/server/bundle";
import { contractOf, type ServerContract } from "../../../components/server/contract";
import { processLayoutHere } from "../../../components/local/layout";
import { internalPorts } from "../../../components/server/ports";
import { resolveSpec, type ServerSpec } from "../../../components/server/spec";
import { freePorts } from "./free-ports";

/** A rendered server whose programs run as plain processes in a folder of their own, without the guest. */
export interface ProcessServer {
  /** As a local stack's: contract.json, secrets/, machine.json, applied.json, releases/. */
  folder: string;
  contract: ServerContract;
  /** Programs of the plan that this machine does not have, with the reason. */
  missing: Record<string, string>;
  log(service: string): string;
  /** Kills one program, as if it had died. */
  kill(service: string): Promise<void>;
  /** Starts one again and returns when it is healthy. */
  revive(service: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Renders `spec` on free ports and starts what this machine has. Throws with the program's last lines if one does not become healthy.
 * `change` is the last word on a file of the configuration, where a test cannot do without.
 */
export async function startProcesses(spec: ServerSpec = {}, change = (_path: string, text: string) => text): Promise<ProcessServer> {
  const names = Object.keys(internalPorts) as (keyof typeof internalPorts)[];
  const [https, ...inner] = await freePorts(names.length + 1);
  const onFreePorts: ServerSpec = {
    ...spec,
    ports: { https: https!, ...spec.ports },
    internalPorts: Object.fromEntries(names.map((name, i) => [name, inner[i]!])),
  };
  const bundle = renderBundle(onFreePorts, processLayoutHere());
  const plan = JSON.parse(bundle.files["plan.json"]!) as Plan;
  const programs = await locatePrograms(plan.services.map(service => service.name as ProgramName));
  const folder = mkdtempSync(join(tmpdir(), "lgtm-"));
  const filled = (text: string) => text.replaceAll("@@root@@", folder);
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };

  for (const [path, text] of Object.entries(bundle.files)) if (path.startsWith("config/")) write(path, change(path, filled(text)));
  const secrets = Object.fromEntries(plan.secrets.map(name => [name, randomBytes(32).toString("hex")]));
  for (const [name, value] of Object.entries(secrets)) write(`secrets/${name}`, value, 0o600);
  for (const service of plan.services) {
    mkdirSync(join(folder, "data", service.name), { recursive: true });
    for (const { secret, file, basicUser } of service.secrets) {
      const value = secrets[secret]!;
      write(`run/secrets/${service.name}/${file}`, basicUser ? Buffer.from(`${basicUser}:${value}`).toString("base64") : value, 0o400);
    }
  }
  mkdirSync(join(folder, "logs"), { recursive: true });

  const missing: Record<string, string> = {};
  const running = new Map<string, ChildProcess>();
  const log = (service: string) => readFileSync(join(folder, "logs", `${service}.log`), "utf8");
  const kill = async (service: string) => {
    const child = running.get(service);
    running.delete(service);
    if (!child || child.exitCode !== null) return;
    const gone = new Promise(resolve => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };
  const revive = async (name: string) => {
    const service = plan.services.find(each => each.name === name)!;
    const program = programs[name as ProgramName];
    if (!isFound(program)) throw new Error(`${name} is not here: ${program.missing}`);
    running.set(name, start(service, program.path, program.home));
    await healthy(service, running.get(name)!, () => log(name));
  };
  const stop = async () => {
    await Promise.all([...running.keys()].map(kill));
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    for (const service of plan.services) {
      const program = programs[service.name as ProgramName];
      if (!isFound(program)) missing[service.name] = program.missing;
      else running.set(service.name, start(service, program.path, program.home));
    }
    const started = plan.services.filter(service => running.has(service.name));
    await Promise.all(started.map(service => healthy(service, running.get(service.name)!, () => log(service.name))));
    const contract = contractOf(resolveSpec(onFreePorts), "127.0.0.1", await ownCa(folder));
    write("contract.json", JSON.stringify(contract));
    write("machine.json", JSON.stringify({ format: 1, root: folder, missing }));
    write("applied.json", JSON.stringify({ release: bundle.hash }));
    for (const path of Object.keys(bundle.files)) if (path === "plan.json" || path.startsWith("config/")) write(`releases/${bundle.hash}/${path}`, bundle.files[path]!);
    return { folder, contract, missing, log, kill, revive, stop };
  } catch (error) {
    await stop();
    throw error;
  }

  function start(service: PlannedService, path: string, home = ""): ChildProcess {
    const output = openSync(join(folder, "logs", `${service.name}.log`), "a");
    const args = service.args.map(arg => filled(arg).replaceAll(`@@home:${service.name}@@`, home));
    return spawn(path, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...service.env }, stdio: ["ignore", output, output] });
  }
}

async function healthy(service: PlannedService, child: ChildProcess, log: () => string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(service.health, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return;
    if (child.exitCode !== null || Date.now() > until) {
      const what = child.exitCode === null ? "is not healthy after 60 s" : `ended with ${child.exitCode}`;
      throw new Error(`${service.name} ${what}:\n${log().split("\n").slice(-15).join("\n")}`);
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}

/** Caddy makes its authority at its first start. */
async function ownCa(folder: string): Promise<string> {
  const path = join(folder, "data/caddy/certificates/pki/authorities/local/root.crt");
  for (let tries = 0; !existsSync(path); tries++) {
    if (tries > 100) throw new Error(`Caddy made no authority: ${path} is not there after 10 s.`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return readFileSync(path, "utf8");
}
