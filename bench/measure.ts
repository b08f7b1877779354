/** One run: a program in a preview, from the start of its process to its last registration. Prints what it took. */
import { performance } from "node:perf_hooks";
import * as pulumi from "@pulumi/pulumi";
import { answers } from "./servers";

const [which, cloud, recorded] = process.argv.slice(2) as [string, string, string];

async function main(): Promise<void> {
  let resources = 0;
  await pulumi.runtime.setMocks(
    {
      newResource({ type, inputs }) {
        if (!type.startsWith("lgtm:")) resources++;
        return { id: undefined, state: inputs as object };
      },
      call({ token }) {
        const answer = answers[token];
        if (!answer) throw new Error(`no answer to ${token}`);
        return answer;
      },
    },
    "project",
    "stack",
    true,
  );
  const { program } = (await import(which === "ours" ? "./ours.js" : "./bare.js")) as { program(cloud: string, recorded: string): Promise<void> };
  await program(cloud, recorded);
  await pulumi.runtime.disconnect();
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ milliseconds: performance.now(), processor: (user + system) / 1000, mebibytes: process.resourceUsage().maxRSS / 1024, resources }));
}

void main();
