/** A spec that cannot be rendered: every line names a path, the value there and what is allowed. */
export class SpecError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.length === 1 ? problems[0] : `${problems.length} things are wrong:\n${problems.map(line => `- ${line}`).join("\n")}`);
    this.name = "SpecError";
  }
}
