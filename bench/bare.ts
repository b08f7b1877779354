import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Recorded } from "./record";

/** The program with the bare SDK: the same resources of the cloud, as somebody would write them down one by one. */
export async function program(_cloud: string, recorded: string): Promise<void> {
  for (const { module, className, name, inputs } of JSON.parse(readFileSync(recorded, "utf8")) as Recorded[]) {
    const exported = require(module) as Record<string, new (name: string, inputs: object) => unknown>;
    new exported[className]!(name, Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, opened(value)])));
  }
}

function opened(value: unknown): unknown {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secret" ? pulumi.secret((value as { secret: unknown }).secret) : value;
}
