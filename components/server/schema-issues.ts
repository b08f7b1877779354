import { closest } from "fastest-levenshtein";
import { z } from "zod";

/** What is wrong with a value that a schema does not take: path, value, what is allowed. One line each. */
export function describeIssues(schema: z.ZodObject, issues: z.core.$ZodIssue[], value: unknown): string[] {
  return issues.flatMap(issue => describe(schema, issue, value));
}

function describe(schema: z.ZodObject, issue: z.core.$ZodIssue, spec: unknown): string[] {
  const path = issue.path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i ? "." : ""}${String(part)}`)).join("");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map(key => `${path ? `${path}.` : ""}${key}: no such key. Did you mean "${closest(key, known)}"? Known: ${known.join(", ")}.`);
  }
  return [`${path || "spec"}: ${show(valueAt(spec, issue.path))} is not allowed. Allowed: ${allowed(issue)}.`];
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value": return issue.values.map(value => JSON.stringify(value)).join(", ");
    case "invalid_type": return `a value of type ${issue.expected === "int" ? "whole number" : issue.expected}`;
    case "too_small": return issue.origin === "array" ? `at least ${issue.minimum} entry` : `a number from ${issue.minimum} up`;
    case "too_big": return `a number up to ${issue.maximum}`;
    case "invalid_union": return "a DNS name, \"localhost\" or an IP address";
    default: return issue.message;
  }
}

function knownKeys(schema: z.ZodObject, path: PropertyKey[]): string[] {
  const inner = path.reduce<unknown>((at, part) => unwrap(at instanceof z.ZodObject ? at.shape[String(part)] : at instanceof z.ZodArray ? at.element : (at as z.ZodRecord).valueType), schema);
  return Object.keys((inner as z.ZodObject).shape);
}

function unwrap(type: unknown): unknown {
  return type instanceof z.ZodOptional ? unwrap(type.unwrap()) : type;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
