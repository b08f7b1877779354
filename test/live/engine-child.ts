/** One operation of a stack of engine-stack.ts, in a process of its own. Takes a Job as a message and answers with an Outcome. */
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn } from "@pulumi/pulumi/automation";

export interface Job {
  folder: string;
  name: string;
  pulumiRoot: string;
  /** Path of a module that exports `program(args)`. */
  module: string;
  operation: "up" | "preview" | "destroy" | "outputs";
  args: object;
}

export interface Outcome {
  /** How many resources by what happens to them, such as { same: 9, update: 1 }. */
  changes: Record<string, number>;
  output: string;
  outputs: Record<string, unknown>;
  /** Why it failed, with all that the engine said. */
  error?: string;
}

// The SDK reports what a program throws. What its other outputs reject with afterwards would only end this process early.
process.on("unhandledRejection", () => undefined);
process.once("message", message => {
  void run(message as Job)
    .catch((error: Error): Outcome => ({ changes: {}, output: "", outputs: {}, error: error.message }))
    .then(outcome => process.send!(outcome, () => process.exit(0)));
});

async function run({ folder, name, pulumiRoot, module, operation, args }: Job): Promise<Outcome> {
  const { program } = (await import(module)) as { program(args: object): PulumiFn };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "pulumi-lgtm-test", program: program(args) },
    {
      pulumiCommand: await PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
      pulumiHome: join(folder, "home"),
      workDir: join(folder, "work"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of the tests",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  const nothing = { changes: {}, output: "", outputs: {} };
  switch (operation) {
    case "up": {
      const { stdout, summary } = await stack.up();
      return { ...nothing, output: stdout, changes: (summary.resourceChanges ?? {}) as Record<string, number> };
    }
    case "preview": {
      const { stdout, changeSummary } = await stack.preview({ diff: true });
      return { ...nothing, output: stdout, changes: changeSummary as Record<string, number> };
    }
    case "destroy":
      return { ...nothing, output: (await stack.destroy()).stdout };
    case "outputs":
      return { ...nothing, outputs: Object.fromEntries(Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown])) };
  }
}
