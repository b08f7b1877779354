import { ensurePrograms, isFound, type FoundProgram, type MissingProgram, type ProgramName, type ProgramProgress } from "../components/local/programs";
import { build } from "./build-programs/go-build";
import { recipes } from "./build-programs/recipes";

/** Finds, downloads or else builds programs, what is quick to have first. */
export async function obtain(names: ProgramName[], say: (line: string) => void): Promise<Map<ProgramName, FoundProgram | MissingProgram>> {
  const order = (name: ProgramName) => recipes.findIndex(recipe => recipe.name === name);
  const result = new Map<ProgramName, FoundProgram | MissingProgram>();
  for (const name of [...names].sort((a, b) => order(a) - order(b))) {
    const program = (await ensurePrograms([name], { build, onProgress: reporter(say) }))[name];
    result.set(name, program);
    if (!isFound(program)) say(`${name} cannot be had here; the rest runs without it`);
  }
  return result;
}

/** What is at hand needs no word; a transfer or a build gets a line every ten seconds. */
function reporter(say: (line: string) => void): (event: ProgramProgress) => void {
  let last = 0;
  let step = "";
  return event => {
    if (event.step === "found" || event.step === "missing") return;
    const now = Date.now();
    if (event.step === step && now - last < 10_000) return;
    step = event.step;
    last = now;
    const amount = event.doneBytes === undefined ? "" : ` ${(event.doneBytes / 1e6).toFixed(0)}${event.totalBytes ? ` of ${(event.totalBytes / 1e6).toFixed(0)}` : ""} MB`;
    say(`${event.program}: ${event.step} ${event.detail}${amount}`);
  };
}
