import type { ReleaseStatus } from "../../components/server/release";
import { rollout } from "../mocks";

/** What a server that applies every release at once has in its bucket. */
export function openBucket(key: string): string {
  return JSON.stringify(status(/^status\/([0-9a-f]+)\.json$/.exec(key)![1]!, {}));
}

export function status(release: string, more: Partial<ReleaseStatus>): ReleaseStatus {
  return { format: 1, release, rollout, result: "applied", step: "done", message: "", lastLines: [], ca: "", at: "2026-11-22T12:00:00Z", ...more };
}
