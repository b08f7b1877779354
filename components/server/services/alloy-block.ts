/** Text of Alloy's configuration language. */

/** A value: JSON's notation is Alloy's but for the keys of objects, which may be quoted, and `=`. */
export function value(of: unknown): string {
  if (Array.isArray(of)) return `[${of.map(value).join(", ")}]`;
  if (of && typeof of === "object" && !(of instanceof Expression)) return `{${Object.entries(of).map(([key, each]) => `${JSON.stringify(key)} = ${value(each)}`).join(", ")}}`;
  return of instanceof Expression ? of.text : JSON.stringify(of);
}

/** Something to be evaluated, such as the name of another component. */
export class Expression {
  constructor(readonly text: string) {}
}
export const expression = (text: string) => new Expression(text);

/** A block with its attributes and the blocks in it. Attributes without a value are left out. */
export function block(header: string, attributes: Record<string, unknown> = {}, inner: string[] = []): string {
  const own = Object.entries(attributes).filter(([, each]) => each !== undefined);
  const width = Math.max(0, ...own.map(([key]) => key.length));
  const lines = own.map(([key, each]) => `${key.padEnd(width)} = ${value(each)}`).join("\n");
  const body = [...(lines ? [lines] : []), ...inner].join("\n\n");
  return body ? `${header} {\n${indented(body)}\n}` : `${header} { }`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** One step of relabelling: where all of `regex` matches the values of `from`, joined with ";", `to` becomes `replacement`. */
export function relabel(to: string, replacement: string, from: string[] = [], regex?: string): string {
  return block("rule", { source_labels: from.length ? from : undefined, regex, target_label: to, replacement });
}
