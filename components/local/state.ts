import type { ServerContract } from "../server/contract";
import type { Runtime } from "../server/layout";
import type { ServiceName } from "../server/versions";

/** What the resource is asked to be. Plain and no secret: it is shown in previews and kept in the state. */
export interface ServerInputs {
  folder: string;
  runtime: Runtime;
  /** Hash of the bundle. Its text is in the folder's store before the resource is made. */
  bundle: string;
  /** Services of the bundle, and the secrets they read. */
  services: ServiceName[];
  secrets: string[];
  /** Services that the bundle does without, since their programs cannot be had here. */
  leftOut: ServiceName[];
  bindings: Record<string, string>;
  /** The server's contract, but for the certificate, which exists only later. */
  contract: ServerContract;
  /** A program that cannot be had is an error. */
  requireAll: boolean;
  deleteDataOnDestroy: boolean;
  /** Path of host.js. Says nothing about the server: a change of it alone is no difference. */
  host: string;
}

/** What the resource is, as far as it was seen last. */
export interface ServerState extends ServerInputs {
  /** Hash of the release that was rolled out; empty where that failed. */
  release: string;
  /** Certificate of the server's own authority, PEM. */
  ca: string;
  /** Services that were seen running. */
  running: string[];
  /** Services that cannot run here, with the reason. */
  missing: Record<string, string>;
}

/** What can be known of the machine before anything is changed. */
export interface Surroundings {
  /** The release that the inputs and the secrets make now; undefined where a secret is missing. */
  release: string | undefined;
  /** Services of the bundle, or left out of it, whose program is not here now. */
  missing: string[];
}

export interface Difference {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Whether the server has to be touched. */
export function difference(was: ServerState, wanted: ServerInputs, here: Surroundings): Difference {
  const replaces = was.folder === wanted.folder ? [] : ["folder"];
  const expected = wanted.services.filter(service => !here.missing.includes(service));
  const changes =
    was.release !== here.release ||
    was.bundle !== wanted.bundle ||
    was.runtime !== wanted.runtime ||
    was.deleteDataOnDestroy !== wanted.deleteDataOnDestroy ||
    (wanted.requireAll && here.missing.length > 0) ||
    String(Object.keys(was.missing).sort()) !== String([...here.missing].sort()) ||
    expected.some(service => !was.running.includes(service));
  // Two servers would want the same ports: the old one goes first.
  return { changes: changes || replaces.length > 0, replaces, deleteBeforeReplace: true };
}
