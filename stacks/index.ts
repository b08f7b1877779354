import * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../components/server/spec-error";
import { closest } from "fastest-levenshtein";

/** Outputs of a stack. */
type Outputs = Record<string, pulumi.Input<unknown>>;

/** Programs by target; only the wanted one is loaded, with what it needs. */
const targets: Record<string, () => Promise<{ program(config: pulumi.Config): Outputs }>> = {
  local: () => import("./local.js"),
  ssh: () => import("./ssh.js"),
  aws: () => import("./aws.js"),
  azure: () => import("./azure.js"),
  gcp: () => import("./gcp.js"),
};

/** Runs the program of the stack's target: the configuration key `target`, else the stack's own name. */
async function run(): Promise<Outputs> {
  const config = new pulumi.Config();
  const target = config.get("target") || pulumi.getStack();
  const load = targets[target];
  if (!load) {
    const known = Object.keys(targets);
    throw new SpecError([`target: "${target}" is not allowed. Allowed: ${known.join(", ")}. Mend it with: pulumi config set target ${closest(target, known)}`]);
  }
  return (await load()).program(config);
}

export = run;
