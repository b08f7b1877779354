import type * as pulumi from "@pulumi/pulumi";
import { join, resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import type { ServerSpec } from "../components/server/spec";
import { SpecError } from "../components/server/spec-error";

/** A key of an object in the configuration, and what it may be: a list and a map are of texts. */
export type Field = "string" | "number" | "boolean" | "list" | "map" | readonly string[];

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
    return isAllowed(field, given) ? [] : [`${path}: ${JSON.stringify(given)} is not allowed. Allowed: ${typeof field === "string" ? kinds[field] : field.join(", ")}. Mend it with: pulumi config set --path ${example(path, field)}`];
  });
  if (problems.length) throw new SpecError(problems);
  return value as Partial<T>;
}

const kinds = { string: "a string", number: "a number", boolean: "a boolean", list: "a list of texts", map: "names with texts" };

function isAllowed(field: Field, given: unknown): boolean {
  if (typeof field !== "string") return field.includes(given as string);
  const texts = (values: unknown[]) => values.every(value => typeof value === "string");
  if (field === "list") return Array.isArray(given) && texts(given);
  if (field === "map") return typeof given === "object" && given !== null && !Array.isArray(given) && texts(Object.values(given));
  return typeof given === field;
}

function example(path: string, field: Field): string {
  if (typeof field !== "string") return `${path} ${field[0]}`;
  return { string: `${path} <text>`, number: `${path} <number>`, boolean: `${path} true`, list: `'${path}[0]' <text>`, map: `${path}.<name> <text>` }[field];
}

/** The server's spec of the configuration key `server`, unchecked. */
export const serverKey = (config: pulumi.Config): ServerSpec => located(config.getObject<ServerSpec>("server") ?? {});

/** The folder of the user's dashboards is beside Pulumi.yaml: Pulumi runs the program in the program's own folder. */
export function located(spec: ServerSpec): ServerSpec {
  const folder: unknown = spec.dashboards?.folder;
  return typeof folder === "string" ? { ...spec, dashboards: { ...spec.dashboards, folder: resolve(join(__dirname, "../.."), folder) } } : spec;
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
