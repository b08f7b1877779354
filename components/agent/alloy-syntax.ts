/** Pieces of Alloy's configuration language: https://grafana.com/docs/alloy/latest/get-started/configuration-syntax/ */

/** A string. Its escapes are those of JSON for the characters that the specification allows. */
export function text(value: string): string {
  return JSON.stringify(value);
}

export function list(items: string[]): string {
  return `[${items.join(", ")}]`;
}

/** An object with constant keys. */
export function map(values: Record<string, string>): string {
  return `{${Object.entries(values).map(([key, value]) => `${text(key)} = ${value}`).join(", ")}}`;
}

/** A block with its labels, attributes and blocks inside. */
export function block(name: string, labels: string[], attributes: Record<string, string>, inner: string[] = []): string {
  const width = Math.max(0, ...Object.keys(attributes).map(key => key.length));
  const lines = Object.entries(attributes).map(([key, value]) => `${key.padEnd(width)} = ${value}`);
  const body = [...lines, ...inner.flatMap((text, i) => [...(i || lines.length ? [""] : []), ...text.trimEnd().split("\n")])];
  return `${[name, ...labels.map(text)].join(" ")} {\n${body.map(line => (line ? `  ${line}\n` : "\n")).join("")}}\n`;
}
