/** One operation of a stack of engine-stack.ts, in a process of its own. Takes a Job as a message and answers with an Outcome. */
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Deployment, type EngineEvent, type PulumiFn } from "@pulumi/pulumi/automation";

export interface Job {
  folder: string;
  project: string;
  name: string;
  pulumiRoot: string;
  /** Path of a module that exports `program(args)`. */
  module: string;
  operation: "up" | "preview" | "destroy" | "outputs" | "import" | "export";
  args: object;
  /** For the engine, its plugins and the program. */
  env: Record<string, string>;
}

/** What happens to one resource. */
export interface Step {
  /** Such as "create", "update", "replace", "delete-replaced". */
  op: string;
  /** Token, such as aws:ec2/instance:Instance. */
  type: string;
  name: string;
  /** Properties that make it be replaced. */
  keys: string[];
}

export interface Outcome {
  /** How many resources by what happens to them, such as { same: 9, update: 1 }. */
  changes: Record<string, number>;
  /** Each resource that does not stay the same. */
  steps: Step[];
  output: string;
  outputs: Record<string, unknown>;
  /** Why it failed, with all that the engine said. */
  error?: string;
}

// The SDK reports what a program throws. What its other outputs reject with afterwards would only end this process early.
process.on("unhandledRejection", () => undefined);
process.once("message", message => {
  void run(message as Job)
    .catch((error: Error): Outcome => ({ changes: {}, steps: [], output: "", outputs: {}, error: error.message }))
    .then(outcome => process.send!(outcome, () => process.exit(0)));
});

async function run({ folder, project, name, pulumiRoot, module, operation, args, env }: Job): Promise<Outcome> {
  Object.assign(process.env, env);
  const { program } = (await import(module)) as { program(args: object): PulumiFn };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: project, program: program(args) },
    {
      pulumiCommand: await PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
      pulumiHome: join(folder, "home"),
      workDir: join(folder, "work"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of the tests",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...env,
      },
    },
  );
  const steps: Step[] = [];
  const onEvent = ({ resourcePreEvent }: EngineEvent) => {
    const step = resourcePreEvent?.metadata;
    if (step && step.op !== "same") steps.push({ op: step.op, type: step.type, name: step.urn.split("::").slice(3).join("::"), keys: step.keys ?? [] });
  };
  const nothing = { changes: {}, steps, output: "", outputs: {} };
  switch (operation) {
    case "up": {
      const { stdout, summary } = await stack.up({ onEvent });
      return { ...nothing, output: stdout, changes: (summary.resourceChanges ?? {}) as Record<string, number> };
    }
    case "preview": {
      const { stdout, changeSummary } = await stack.preview({ diff: true, onEvent });
      return { ...nothing, output: stdout, changes: changeSummary as Record<string, number> };
    }
    case "destroy":
      return { ...nothing, output: (await stack.destroy({ onEvent })).stdout };
    case "outputs":
      return { ...nothing, outputs: Object.fromEntries(Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown])) };
    case "import":
      await stack.importStack(args as Deployment);
      return nothing;
    case "export":
      return { ...nothing, outputs: { ...(await stack.exportStack()) } };
  }
}
