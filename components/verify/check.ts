/** What a check found. */
export type Answer =
  | { result: "passed"; seen: string }
  /** `final`: waiting would not change it. `todo`: what to do, where it is not the check's usual one. */
  | { result: "failed"; seen: string; todo?: string; final?: boolean }
  /** Not asked, for the reason in `seen`. */
  | { result: "skipped"; seen: string };

export interface Check {
  group: string;
  name: string;
  /** Seconds until an answer that is not yet right counts as wrong. */
  patience: number;
  /** What to do when it fails, one plain line. */
  todo: string;
  /** Ids (`group: name`) of checks without which this one makes no sense. */
  needs?: string[];
  /** Asks once. An exception is a failure with its message. */
  ask(): Promise<Answer>;
}

export interface Outcome {
  group: string;
  name: string;
  result: Answer["result"];
  seen: string;
  /** Only of a failed check. */
  todo?: string;
  seconds: number;
}

export interface RunOptions {
  /** Cap on every check's patience, in seconds. @default none */
  timeout?: number;
  /** Seconds between two questions of one check. @default 2, and less where the timeout is short */
  pause?: number;
  /** Called when a check starts or ends, with the ids of those under way. */
  onProgress?: (underWay: string[], done: number, all: number) => void;
}

export const passed = (seen: string): Answer => ({ result: "passed", seen });
export const skipped = (seen: string): Answer => ({ result: "skipped", seen });
/** Not right yet; asked again until the check's patience ends. */
export const notYet = (seen: string, todo?: string): Answer => ({ result: "failed", seen, ...(todo && { todo }) });
/** Wrong, and waiting does not help. */
export const wrong = (seen: string, todo?: string): Answer => ({ result: "failed", seen, final: true, ...(todo && { todo }) });

export const idOf = (check: Pick<Check, "group" | "name">) => `${check.group}: ${check.name}`;

/** Runs all checks side by side, each as soon as what it needs has passed; outcomes come in the order of the checks. */
export async function runChecks(checks: Check[], options: RunOptions = {}): Promise<Outcome[]> {
  const underWay = new Set<string>();
  const outcomes = new Map<string, Promise<Outcome>>();
  let done = 0;
  const report = () => options.onProgress?.([...underWay], done, checks.length);

  for (const check of checks) {
    const needs = (check.needs ?? []).map(id => {
      const needed = outcomes.get(id);
      if (!needed) throw new Error(`The check "${idOf(check)}" needs "${id}", which is not among those before it.`);
      return needed;
    });
    if (outcomes.has(idOf(check))) throw new Error(`Two checks are called "${idOf(check)}".`);
    outcomes.set(idOf(check), run(check, needs));
  }
  return Promise.all(outcomes.values());

  async function run(check: Check, needs: Promise<Outcome>[]): Promise<Outcome> {
    const unmet = (await Promise.all(needs)).find(outcome => outcome.result !== "passed");
    const { group, name } = check;
    if (unmet) {
      done++;
      return { group, name, result: "skipped", seen: unmet.result === "failed" ? `not asked, since "${idOf(unmet)}" failed` : unmet.seen, seconds: 0 };
    }
    underWay.add(idOf(check));
    report();
    const began = Date.now();
    const answer = await patiently(check, options);
    underWay.delete(idOf(check));
    done++;
    report();
    const seconds = (Date.now() - began) / 1000;
    return { group, name, result: answer.result, seen: answer.seen, ...(answer.result === "failed" && { todo: answer.todo ?? check.todo }), seconds };
  }
}

async function patiently(check: Check, { timeout = Infinity, pause = Math.min(2, timeout / 4) }: RunOptions): Promise<Answer> {
  const until = Date.now() + Math.min(check.patience, timeout) * 1000;
  for (;;) {
    const answer = await check.ask().catch((error: Error): Answer => notYet(error.message));
    const again = Date.now() + pause * 1000;
    if (answer.result !== "failed" || answer.final) return answer;
    if (again > until) return timeout < check.patience ? { ...answer, seen: `${answer.seen}; gave up after ${timeout} s, though it may need ${check.patience} s` } : answer;
    await new Promise(resolve => setTimeout(resolve, pause * 1000));
  }
}
