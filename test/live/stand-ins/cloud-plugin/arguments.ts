/** Part of the stand-in for the clouds: which properties a resource takes, from the SDK's own declarations. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

export interface Arguments {
  required: string[];
  optional: string[];
}

const known = new Map<string, Arguments>();

/** Of a file such as node_modules/@pulumi/aws/ec2/instance.d.ts: the properties of its `InstanceArgs`. */
export function argumentsOf(declarations: string): Arguments {
  const before = known.get(declarations);
  if (before) return before;
  // The file's name is the type's but for case: iammember declares IAMMemberArgs.
  const body = new RegExp(`^export interface ${basename(declarations, ".d.ts")}Args \\{\\n([\\s\\S]*?)^\\}`, "mi").exec(readFileSync(declarations, "utf8"))?.[1];
  if (body === undefined) throw new Error(`${declarations} declares no arguments`);
  const properties = [...body.matchAll(/^ {4}(\w+)(\??):/gm)];
  const found = {
    required: properties.filter(([, , optional]) => !optional).map(([, property]) => property!),
    optional: properties.filter(([, , optional]) => optional).map(([, property]) => property!),
  };
  known.set(declarations, found);
  return found;
}
