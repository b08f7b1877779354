import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Recording } from "./record";

/**
 * The program with the bare SDK: the same questions and resources, as somebody would write them down one by one, each with the
 * outputs of others that it needs and in the order that it needs. What is put into the bucket is ready-made.
 */
export async function program(_cloud: string, recorded: string): Promise<void> {
  const { questions, resources } = JSON.parse(readFileSync(recorded, "utf8")) as Recording;
  for (const { module, exported, args } of questions) (require(module) as Record<string, (args: object) => unknown>)[`${exported}Output`]!(args);
  const made = new Map<string, pulumi.CustomResource>();
  for (const { module, exported, key, name, inputs, takes, dependsOn } of resources) {
    const Resource = (require(module) as Record<string, new (name: string, inputs: object, opts: object) => pulumi.CustomResource>)[exported]!;
    const all = (keys: string[]) => keys.map(it => made.get(it)!);
    const given = Object.entries(inputs).map(([input, value]) => [input, written(value, all(takes[input] ?? []))]);
    made.set(key, new Resource(name, Object.fromEntries(given), { dependsOn: all(dependsOn) }));
  }
}

function written(value: unknown, taken: pulumi.CustomResource[]): unknown {
  const inner = isSecret(value) ? value.secret : value;
  // An output of one resource is passed on as it is; text or a list is made of several.
  const input = taken.length === 0 ? inner : taken.length === 1 && typeof inner === "string" ? taken[0]!.id : pulumi.all(taken.map(({ id }) => id)).apply(() => inner);
  return isSecret(value) ? pulumi.secret(input) : input;
}

function isSecret(value: unknown): value is { secret: unknown } {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secret";
}
