import { fork } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { isFound, locatePrograms } from "../../components/local/programs";
import { pulumiRoot } from "../../components/local/programs/pulumi";
import type { Changes } from "../../tools/pull-request/changes";
import { checkout } from "../checkout";
import type { Answer, PullRequestJob } from "./pull-request-child";
import type { PullRequestArgs } from "./pull-request-program";
import { folderVariable } from "./stand-ins/cloud-plugin/cloud";
import { providePlugins } from "./stand-ins/plugins";

/** A stack in the real engine, whose previews are read as a pull request's are, with the rules of policy/ by the real engine. */
export interface PullRequestScene {
  up(args: PullRequestArgs): Promise<void>;
  preview(args: PullRequestArgs): Promise<Changes>;
  /** What the engine said of a preview, event by event. */
  record(args: PullRequestArgs): Promise<EngineEvent[]>;
  end(): void;
}

/** An empty stack, and a cloud that is a stand-in. */
export async function pullRequestScene(): Promise<PullRequestScene> {
  const { pulumi } = await locatePrograms(["pulumi"]);
  if (!isFound(pulumi)) throw new Error(`pulumi is not here: ${pulumi.missing}`);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-pull-request-"));
  for (const part of ["state", "work", "cloud", "bin"]) mkdirSync(join(folder, part));
  providePlugins(join(folder, "home"), ["aws", "random", "tls"]);
  provideAnalyzer(join(folder, "bin"));
  const envVars = {
    PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "of the tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    [folderVariable]: join(folder, "cloud"),
  };
  const job = (operation: PullRequestJob["operation"], args: PullRequestArgs): PullRequestJob => ({
    operation,
    args,
    pulumiRoot: pulumiRoot(pulumi),
    policyPack: join(checkout, "policy"),
    options: { pulumiHome: join(folder, "home"), workDir: join(folder, "work"), envVars },
  });
  return {
    up: async args => void (await run(job("up", args))),
    preview: async args => (await run(job("preview", args))).changes!,
    record: async args => (await run(job("record", args))).events!,
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(job: PullRequestJob): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "pull-request-child.js"), { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
    let answer: Answer | undefined;
    child.on("message", message => (answer = message as Answer));
    child.on("error", reject);
    child.on("exit", code => {
      if (!answer) return reject(new Error(`The engine's process ended with ${code} and without an answer.`));
      return answer.error === undefined ? resolve(answer) : reject(new Error(answer.error));
    });
    child.send(job);
  });
}

/**
 * What starts a policy pack where Pulumi's language plugin for Node.js is not installed: the engine then looks for this name
 * on PATH. It runs the very program of @pulumi/pulumi that the language plugin would.
 */
function provideAnalyzer(bin: string): void {
  const path = join(bin, "pulumi-analyzer-policy-nodejs");
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' "$('${process.execPath}' -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"\n`);
  chmodSync(path, 0o755);
}
