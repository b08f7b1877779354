/** One operation of the stack of pull-request-scene.ts, in a process of its own. Takes a PullRequestJob as a message, answers with an Answer. */
import { LocalWorkspace, PulumiCommand, type EngineEvent, type LocalWorkspaceOptions } from "@pulumi/pulumi/automation";
import type { Changes } from "../../tools/pull-request/changes";
import { previewed } from "../../tools/pull-request/preview";
import { program, type PullRequestArgs } from "./pull-request-program";

export interface PullRequestJob {
  operation: "up" | "preview" | "record";
  args: PullRequestArgs;
  pulumiRoot: string;
  policyPack: string;
  options: Pick<LocalWorkspaceOptions, "pulumiHome" | "workDir" | "envVars">;
}

export interface Answer {
  changes?: Changes;
  events?: EngineEvent[];
  error?: string;
}

// The SDK reports what a program throws. What its other outputs reject with afterwards would only end this process early.
process.on("unhandledRejection", () => undefined);
process.once("message", message => {
  void run(message as PullRequestJob).catch((error: Error): Answer => ({ error: error.message })).then(answer => process.send!(answer, () => process.exit(0)));
});

async function run({ operation, args, pulumiRoot, policyPack, options }: PullRequestJob): Promise<Answer> {
  const pulumiCommand = await PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true });
  const stack = await LocalWorkspace.createOrSelectStack({ stackName: "prod", projectName: "pulumi-lgtm-test", program: program(args) }, { ...options, pulumiCommand });
  if (operation === "preview") return { changes: await previewed(stack, [policyPack]) };
  if (operation === "up") {
    await stack.up({ policyPacks: [policyPack] });
    return {};
  }
  const events: EngineEvent[] = [];
  await stack.preview({ color: "never", policyPacks: [policyPack], onEvent: event => events.push(event) }).catch(() => undefined);
  return { events };
}
