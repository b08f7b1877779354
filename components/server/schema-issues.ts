import { closest } from "fastest-levenshtein";
// Of zod's two the older: the newer one loads the messages of fifty languages, which takes as long as the rest of this library's checks (bench/preview.ts).
import { z } from "zod/v3";

/** What is wrong with a value that a schema does not take: path, value, what is allowed. One line each. */
export function describeIssues(schema: z.ZodTypeAny, issues: z.ZodIssue[], value: unknown): string[] {
  return issues.flatMap(issue => describe(schema, issue, value));
}

function describe(schema: z.ZodTypeAny, issue: z.ZodIssue, spec: unknown): string[] {
  const path = issue.path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i ? "." : ""}${part}`)).join("");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map(key => `${path ? `${path}.` : ""}${key}: no such key. Did you mean "${closest(key, known)}"? Known: ${known.join(", ")}.`);
  }
  return [`${path || "spec"}: ${show(valueAt(spec, issue.path))} is not allowed. Allowed: ${allowed(issue)}.`];
}

function allowed(issue: z.ZodIssue): string {
  switch (issue.code) {
    case "invalid_enum_value": return issue.options.map(value => JSON.stringify(value)).join(", ");
    case "invalid_type": return `a value of type ${issue.expected === "integer" ? "whole number" : issue.expected}`;
    case "too_small": return issue.type === "array" ? `at least ${issue.minimum} entry` : `a number from ${issue.minimum} up`;
    case "too_big": return `a number up to ${issue.maximum}`;
    default: return issue.message;
  }
}

function knownKeys(schema: z.ZodTypeAny, path: (string | number)[]): string[] {
  const inner = path.reduce<unknown>((at, part) => {
    const type = unwrap(at);
    return type instanceof z.ZodObject ? type.shape[part] : type instanceof z.ZodArray ? type.element : (type as z.ZodRecord).valueSchema;
  }, schema);
  return Object.keys((unwrap(inner) as z.AnyZodObject).shape);
}

function unwrap(type: unknown): unknown {
  return type instanceof z.ZodOptional ? unwrap(type.unwrap()) : type instanceof z.ZodEffects ? unwrap(type.innerType()) : type;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
