import type { Outcome } from "./check";

const sign = { passed: "✓", failed: "✗", skipped: "–" } as const;

/** The outcomes for people: one line a check, and below what to do about each failure. `width` is the terminal's; longer lines are cut there. */
export function table(outcomes: Outcome[], width = Infinity): string {
  const names = outcomes.map(outcome => `${outcome.group}: ${outcome.name}`);
  const wide = Math.max(...names.map(name => name.length), "check".length);
  const head = `  ${"check".padEnd(wide)}  ${"time".padStart(7)}  seen`;
  const rows = outcomes.map(({ result, seconds, seen }, i) => {
    const time = result === "skipped" ? "" : `${seconds.toFixed(1)} s`;
    const row = `${sign[result]} ${names[i]!.padEnd(wide)}  ${time.padStart(7)}  ${seen.replace(/\s+/g, " ")}`;
    // A failure is shown whole.
    return result !== "failed" && row.length > width ? `${row.slice(0, width - 1)}…` : row;
  });
  const failed = outcomes.filter(outcome => outcome.result === "failed");
  const todos = failed.flatMap(({ group, name, todo }) => [`  ${group}: ${name}`, `    ${todo ?? ""}`]);
  return [head, ...rows, "", summary(outcomes), ...(failed.length ? ["", "What to do:", ...todos] : []), ""].join("\n");
}

export function summary(outcomes: Outcome[]): string {
  const count = (result: Outcome["result"]) => outcomes.filter(outcome => outcome.result === result).length;
  const parts = [`${count("passed")} passed`, `${count("failed")} failed`, ...(count("skipped") ? [`${count("skipped")} not asked`] : [])];
  return `${parts.join(", ")}.`;
}
