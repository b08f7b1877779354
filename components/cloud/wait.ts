import * as pulumi from "@pulumi/pulumi";
import type { ReleaseStatus } from "../server/release";

/** A release, and this time of rolling it out: the status of an earlier time, or of another machine, says nothing. */
export interface Wanted {
  release: string;
  rollout: string;
}

/** Reads the status of a release as the server stored it; undefined while there is none. May throw while it cannot be read. */
export type ReadStatus = () => Promise<string | undefined>;

export interface Waiting {
  /** How long to wait, in seconds. */
  seconds: number;
  /** Says what goes on. */
  say(line: string): void;
  /** Where a person looks when the server says nothing. */
  hint: string;
  /** Called once when nothing was reported for a minute: as long as a machine may take to look for a release. */
  silent?(): void;
  /** Between two looks, in milliseconds. @default 5000 */
  interval?: number;
  now?(): number;
}

const aMinute = 60_000;

/**
 * Waits until the server is done with a release. A failure throws with the server's own words, in every `pulumi up` until the
 * cause is gone; the server itself goes on trying what may mend itself.
 */
export async function waitForRelease(wanted: Wanted, read: ReadStatus, { seconds, say, hint, silent, interval = 5000, now = Date.now }: Waiting): Promise<ReleaseStatus> {
  const until = now() + seconds * 1000;
  let tells = silent && { silent, at: now() + aMinute };
  let said = "";
  let last: ReleaseStatus | undefined;
  let unread = "the server has not reported yet";
  for (;;) {
    try {
      last = parsed(await read(), wanted) ?? last;
    } catch (error) {
      unread = `the report cannot be read: ${(error as Error).message}`;
    }
    if (last?.result === "applied") return last;
    if (last && last.result !== "running") throw new pulumi.RunError(failure(last));
    const line = last ? `the server is at the step "${last.step}"` : "waiting for the server's first report";
    if (line !== said) say((said = line));
    if (tells && !last && now() >= tells.at) {
      tells.silent();
      tells = undefined;
    }
    if (now() >= until) throw new pulumi.RunError(`The server was not done after ${seconds} s: ${last ? `its last step was "${last.step}" at ${last.at}` : unread}. ${hint}`);
    await new Promise(wake => setTimeout(wake, interval));
  }
}

function parsed(text: string | undefined, { release, rollout }: Wanted): ReleaseStatus | undefined {
  if (!text) return undefined;
  const status = JSON.parse(text) as ReleaseStatus;
  return status.release === release && status.rollout === rollout ? status : undefined;
}

const meaning: Record<Exclude<ReleaseStatus["result"], "applied" | "running">, string> = {
  refused: "The server refused the release and changed nothing",
  "rolled-back": "The release ran, was not healthy, and the one before runs again",
  failed: "The release could not be brought up; the server tries it again by itself",
};

function failure({ result, step, message, lastLines, at }: ReleaseStatus): string {
  const lines = lastLines.length ? `\n${lastLines.map(line => `  ${line}`).join("\n")}` : "";
  return `${meaning[result as keyof typeof meaning]} (step "${step}", ${at}): ${message}${lines}`;
}
