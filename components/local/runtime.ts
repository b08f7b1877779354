import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Runtime } from "../server/layout";
import { inFolder } from "./folder";

/** What this machine says about itself, each asked only when it matters. */
export interface MachineFacts {
  platform: NodeJS.Platform;
  /** What runs in the folder already; a server does not change between the two by itself. */
  before(): Runtime | undefined;
  /** Why no container can run; undefined where the engine and Compose answer. */
  engineProblem(): string | undefined;
  /** Images that are not here. */
  absent(images: string[]): string[];
  /** Whether a registry that has these images answers. */
  canPull(images: string[]): boolean;
}

export interface RuntimeChoice {
  runtime: Runtime;
  /** In plain words. */
  why: string;
}

/** Containers when an engine is running and has, or can pull, the images; processes otherwise. Throws where neither is possible. */
export function chooseRuntime(wanted: Runtime | undefined, images: string[], facts: MachineFacts): RuntimeChoice {
  const choice = wanted ? { runtime: wanted, why: "as asked for" } : remembered(facts.before()) ?? detected(images, facts);
  if (choice.runtime === "processes" && facts.platform !== "linux") throw new Error(noProcesses(facts));
  if (choice.runtime === "containers" && choice.why !== engineAnswers) {
    const problem = facts.engineProblem();
    if (problem) throw new Error(`runtime: "containers" (${choice.why}) is not possible: ${problem}. Start the container engine${facts.platform === "linux" ? ", or set runtime to \"processes\"" : ""}.`);
  }
  return choice;
}

const engineAnswers = "a container engine is running";

function remembered(before: Runtime | undefined): RuntimeChoice | undefined {
  return before && { runtime: before, why: "as before" };
}

function detected(images: string[], facts: MachineFacts): RuntimeChoice {
  const problem = facts.engineProblem();
  if (problem) return { runtime: "processes", why: problem };
  const absent = facts.absent(images);
  if (absent.length === 0 || facts.canPull(absent)) return { runtime: "containers", why: engineAnswers };
  return { runtime: "processes", why: `the images ${absent.join(", ")} are not on this machine and their registry does not answer` };
}

function noProcesses(facts: MachineFacts): string {
  const why = facts.engineProblem();
  return `On ${facts.platform === "darwin" ? "macOS" : facts.platform} the server runs in containers only${why ? `, and ${why}` : ""}. Start Docker Desktop or another engine with Docker Compose; on Windows, use WSL.`;
}

/** Asks the engine of this machine. */
export function thisMachine(folder: string): MachineFacts {
  let engine: { problem?: string } | undefined;
  return {
    platform: process.platform,
    before: () => runtimeOf(folder),
    engineProblem: () => (engine ??= { problem: engineProblem() }).problem,
    absent: images => images.filter(image => docker("image", "inspect", "--format", "{{.Id}}", image).status !== 0),
    // One image is enough to see whether its registry answers; the engine asks, with the mirrors and the sign-in that it knows.
    canPull: ([image]) => image !== undefined && docker("manifest", "inspect", image).status === 0,
  };
}

/** How the server in a folder runs. */
export function runtimeOf(folder: string): Runtime | undefined {
  const { machine } = inFolder(folder);
  return existsSync(machine) ? (JSON.parse(readFileSync(machine, "utf8")) as { runtime?: Runtime }).runtime : undefined;
}

function engineProblem(): string | undefined {
  const engine = docker("version", "--format", "{{.Server.Version}}");
  if (engine.error) return "there is no container engine on this machine";
  if (engine.status !== 0) return "no container engine is running";
  return docker("compose", "version").status === 0 ? undefined : "Docker Compose v2 is not installed";
}

function docker(...args: string[]) {
  return spawnSync("docker", args, { stdio: "ignore", timeout: 10_000 });
}
