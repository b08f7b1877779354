import type * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { SpecError } from "../components/server/spec-error";

/** A key of an object in the configuration, and what it may be. */
export type Field = "string" | "number" | "boolean" | readonly string[];

/**
 * An object key of the configuration whose fields Pulumi itself does not check. Throws one error with everything that is
 * wrong and the commands that mend it.
 */
export function objectKey<T>(config: pulumi.Config, key: string, fields: Record<keyof T & string, Field>): Partial<T> {
  const value: unknown = config.getObject(key) ?? {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SpecError([`${key}: ${JSON.stringify(value)} is not allowed. Allowed: an object with ${Object.keys(fields).join(", ")}. Mend it with: pulumi config rm ${key}`]);
  const problems = Object.entries(value).flatMap(([name, given]) => {
    const path = `${key}.${name}`;
    const field = (fields as Record<string, Field>)[name];
    if (!field) {
      const likely = closest(name, Object.keys(fields));
      return [`${path}: no such key. Did you mean "${likely}"? Known: ${Object.keys(fields).join(", ")}. Mend it with: pulumi config rm --path ${path}`];
    }
    const allowed = typeof field === "string" ? typeof given === field : field.includes(given as string);
    if (allowed) return [];
    const example = typeof field === "string" ? { string: "<text>", number: "<number>", boolean: "true" }[field] : field[0];
    return [`${path}: ${JSON.stringify(given)} is not allowed. Allowed: ${typeof field === "string" ? `a ${field}` : field.join(", ")}. Mend it with: pulumi config set --path ${path} ${example}`];
  });
  if (problems.length) throw new SpecError(problems);
  return value as Partial<T>;
}

/** Runs something that checks a spec, and says of each problem which configuration key it is and how to mend it. */
export function explained<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.problems.map(problem => {
      const [path] = /^[\w.[\]]+(?=:)/.exec(problem) ?? [];
      if (!path) return `${key}: ${problem}`;
      const full = path === "spec" ? key : `${key}.${path}`;
      const mend = problem.includes("no such key") || path === "spec" ? `pulumi config rm --path '${full}'` : `pulumi config set --path '${full}' <value>`;
      return `${full}${problem.slice(path.length)} Mend it with: ${mend}`;
    }));
  }
}
