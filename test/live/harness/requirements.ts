import { existsSync, readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { findCached, programsDir } from "../../../components/local/programs/cache";
import { programs } from "../../../components/local/programs/table";
import { ensureDocker } from "./engine";

const needed = ["prometheus", "loki", "tempo", "alertmanager", "alloy", "caddy", "compose"] as const;

/** Why the tests on a server of containers cannot run on this machine; undefined where they can. Starts the engine. */
async function missingForServers(): Promise<string | undefined> {
  if (process.platform !== "linux") return "servers of the tests are Linux containers with systemd";
  if (process.getuid?.() !== 0) return "servers of the tests need root: for loop devices, and to start an engine";
  const absent = needed.filter(name => !findCached(programs[name], programsDir()));
  if (absent.length) return `not in ${programsDir()}: ${absent.join(", ")} (npm start puts them there)`;
  const tools = ["/usr/sbin/debootstrap", "/usr/sbin/losetup", "/usr/bin/ssh-keygen"].filter(path => !existsSync(path) && !existsSync(path.replace("/usr", "")));
  if (tools.length) return `not installed: ${tools.join(", ")} (apt-get install debootstrap util-linux openssh-client)`;
  try {
    await ensureDocker();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Skips a test that needs an Alloy that reads the journal where this one does not, which must not be in CI. Alloy's own releases do. */
export function withoutJournal(context: TestContext): boolean {
  const path = findCached(programs.alloy, programsDir())!.paths.alloy!;
  if (!readFileSync(path).includes("loki.source.journal is not enabled")) return false;
  const why = `${path} was built without what reads the journal: install gcc and libsystemd-dev, delete it and build it again`;
  if (process.env.CI === "true") throw new Error(`These tests must run in CI, but: ${why}.`);
  context.skip(why);
  return true;
}

/**
 * A suite of tests that share what `start` makes, one after the other. Where the machine lacks what they need, they are skipped
 * with the reason; in CI, where everything must be there, they fail. `also` says what else is missing. If `start` fails, all of them fail with its words, at once.
 */
export function suite<T>(start: () => Promise<T>, also: () => Promise<string | undefined> = async () => undefined): (name: string, body: (shared: T, context: TestContext) => Promise<void>) => void {
  let begun: Promise<{ missing: string } | { shared: T }> | undefined;
  const begin = async () => {
    const missing = (await missingForServers()) ?? (await also());
    return missing === undefined ? { shared: await start() } : { missing };
  };
  return (name, body) => {
    void test(name, async context => {
      const state = await (begun ??= begin());
      if ("shared" in state) return body(state.shared, context);
      if (process.env.CI === "true") throw new Error(`These tests must run in CI, but: ${state.missing}.`);
      context.skip(state.missing);
    });
  };
}
