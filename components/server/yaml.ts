/**
 * YAML as the programs' own examples write it: blocks, stable order, no folded lines, no anchors. Written here because a library takes as
 * long for it as a whole preview's rest of rendering (bench/preview.ts); the tests read it back with one.
 * Takes what JSON takes; keys whose value is undefined are left out. `step` is the width of an indentation in spaces.
 */
export function yaml(value: object, step = 2): string {
  return `${block(value, "", " ".repeat(step))}\n`;
}

/** Values to be written as YAML, by path. */
export function yamlFiles(values: Record<string, object>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([path, value]) => [path, yaml(value)]));
}

/** A list or mapping whose lines after the first begin with `indent`. */
function block(value: object, indent: string, step: string): string {
  if (Array.isArray(value)) return value.length ? value.map(item => `- ${written(item, `${indent}  `, step)}`).join(`\n${indent}`) : "[]";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (!entries.length) return "{}";
  return entries.map(([key, inner]) => `${plain(key) ? key : quoted(key)}:${below(inner) ? `\n${indent}${step}` : " "}${written(inner, indent + step, step)}`).join(`\n${indent}`);
}

/** Whether a value begins on the line below its key. */
function below(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).some(inner => Array.isArray(value) || inner !== undefined);
}

function written(value: unknown, indent: string, step: string): string {
  if (typeof value === "object" && value !== null) return block(value, indent, step);
  if (typeof value === "string") return text(value, indent);
  return value === undefined ? "null" : JSON.stringify(value);
}

function text(value: string, indent: string): string {
  if (plain(value)) return value;
  // Lines as they are, where no space at their ends could be lost.
  if (!value.includes("\n") || /^\s|[ \t](\n|$)/.test(value) || hidden.test(value)) return quoted(value);
  const [, content, end] = /^(.*?)(\n*)$/s.exec(value)!;
  return `|${end === "" ? "-" : end === "\n" ? "" : "+"}\n${indent}${content!.replace(/\n+/g, `$&${indent}`)}${end!.slice(1)}`;
}

/** What no editor shows, and what would begin a document. */
const hidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|^(%|---|\.\.\.)/m;
/** What means something else in YAML at the beginning, in the middle or at the end. */
const special = /^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/;
/** What YAML 1.2 takes for nothing, a truth value or a number. */
const otherwise = /^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?(\d+|0o[0-7]+|0x[\da-fA-F]+|(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN))?$/;

const plain = (value: string) => !special.test(value) && !hidden.test(value) && !value.includes("\n") && !otherwise.test(value);

function quoted(value: string): string {
  return value.includes('"') && !value.includes("'") && !value.includes("\n") && !hidden.test(value) ? `'${value}'` : escaped(value);
}

/** JSON is YAML, but for these characters. */
function escaped(value: string): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
