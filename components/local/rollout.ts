import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleDocument, type Bundle } from "../server/bundle";
import { renderPointer, renderRelease, storePaths, type ReleaseStatus } from "../server/release";
import { folderProblem, inFolder } from "./folder";
import { destroy, python, rollOut, status } from "./guest";
import { machineDocument, missingOf, programsFetched, programsHere, writeWhole } from "./machine";
import type { ProgramProgress } from "./programs";
import { runtimeOf } from "./runtime";
import { writeClients } from "./clients";
import { ensureSecrets, secretVersions } from "./secrets";
import { difference, type Difference, type ServerInputs, type ServerState } from "./state";

/** Says what is going on, a line at a time. */
export type Say = (line: string) => void;

/** A roll-out that failed although something may run already. */
export class RolloutError extends Error {
  override name = "RolloutError";
}

/** Brings the server in a folder to its inputs: the release goes into the folder's store, stage 0 takes it up. */
export async function bringUp(inputs: ServerInputs, say: Say): Promise<ServerState> {
  const { folder, runtime } = inputs;
  const problem = folderProblem(folder);
  if (problem) throw new Error(problem);
  python();
  const programs = runtime === "processes" ? await programsFetched([...inputs.services, ...inputs.leftOut], { onProgress: progress => progressLine(progress, say) }) : {};
  const missing = missingOf(programs);
  if (inputs.requireAll && Object.keys(missing).length > 0)
    throw new Error(`Not every program can be had, and all are required:\n${Object.entries(missing).map(([name, why]) => `${name}: ${why}`).join("\n")}`);

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { ca, contract, machine, secrets, store } = inFolder(folder);
  const before = runtimeOf(folder);
  if (before && before !== runtime) {
    say(`changing from ${before} to ${runtime}`);
    await destroy(folder, false, say);
  }
  ensureSecrets(secrets, inputs.secrets);
  const release = renderRelease({ hash: inputs.bundle }, inputs.bindings, secretVersions(secrets, inputs.secrets)!);
  writeWhole(machine, `${JSON.stringify(machineDocument(folder, runtime, programs), null, 2)}\n`, 0o600);
  writeWhole(join(store, storePaths.release(release.hash)), release.document);
  writeWhole(join(store, storePaths.pointer), renderPointer(release.hash));

  const { code, lines } = await rollOut(folder, say);
  const report = reportOf(folder, release.hash);
  if (code !== 0 || report?.result !== "applied") throw new RolloutError(failure(report, lines));
  // For `curl --cacert`, and for `verify`.
  if (report.ca) writeWhole(ca, report.ca);
  writeClients(inputs.contract, folder);
  writeWhole(contract, `${JSON.stringify({ ...inputs.contract, ca: report.ca }, null, 2)}\n`);
  return { ...inputs, release: release.hash, ca: report.ca, running: await runningIn(folder), missing };
}

/**
 * Puts a bundle into a folder's store, under its hash. It goes there by itself and not through the resource, whose inputs are
 * shown in previews and kept in the state whole.
 */
export function storeBundle(folder: string, { files, hash }: Pick<Bundle, "files" | "hash">): void {
  const path = join(inFolder(folder).store, storePaths.bundle(hash));
  if (existsSync(path)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(path, bundleDocument(files));
}

/** What the server is now; undefined where there is none any more. */
export async function look(was: ServerState): Promise<ServerState | undefined> {
  const now = await status(was.folder);
  if (!now) return undefined;
  return { ...was, running: Object.keys(now.services).filter(name => now.services[name]!.running).sort() };
}

/** Whether the inputs, the secrets or the programs on this machine differ from what was rolled out. */
export async function compare(was: ServerState, inputs: ServerInputs): Promise<Difference> {
  const versions = secretVersions(inFolder(inputs.folder).secrets, inputs.secrets);
  const missing = inputs.runtime === "processes" ? Object.keys(missingOf(await programsHere([...inputs.services, ...inputs.leftOut]))) : [];
  const release = versions && renderRelease({ hash: inputs.bundle }, inputs.bindings, versions).hash;
  return difference(was, inputs, { release, missing });
}

const said = new Set<string>();

function progressLine({ program, step, detail }: ProgramProgress, say: Say): void {
  const line = `${program}: ${step} ${detail.split("\n").pop()}`;
  if (step !== "found" && !said.has(line)) say(line);
  said.add(line);
}

async function runningIn(folder: string): Promise<string[]> {
  const { services } = (await status(folder))!;
  return Object.keys(services).filter(name => services[name]!.running).sort();
}

function reportOf(folder: string, release: string): ReleaseStatus | undefined {
  const path = join(inFolder(folder).store, storePaths.status(release));
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ReleaseStatus) : undefined;
}

function failure(report: ReleaseStatus | undefined, lines: string[]): string {
  if (!report || report.result === "running") return `The roll-out broke off${report ? ` at the step "${report.step}"` : ""}:\n${lines.slice(-15).join("\n")}`;
  return [`The release was ${report.result === "failed" ? "not rolled out" : report.result} at the step "${report.step}": ${report.message}`, ...report.lastLines.slice(-15)].join("\n");
}
