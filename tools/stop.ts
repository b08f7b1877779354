import { existsSync } from "node:fs";
import { inFolder } from "../components/local/folder";
import { isFound, locatePrograms } from "../components/local/programs";
import { pulumiRoot } from "../components/local/programs/pulumi";
import { destroy } from "../components/local/guest";
import { command, duration } from "./cli";
import { diagnostics, withoutMarks } from "./engine-events";
import { folderOf, localStack, objectOf, readConfig, repair } from "./stack";

const help = `Stops the monitoring server on this machine. Its data stays, and a later npm start finds it again.

  npm run stop

  --delete-data      delete its data, secrets and certificates too
  --config <file>    configuration in the form of Pulumi.local.yaml (default: that file)
  --json             the outcome as JSON
  --help

Ends with 0 if nothing runs any more, 1 if not, 2 if it was called wrongly.
`;

command({
  called: "npm run stop",
  help,
  options: { "delete-data": { type: "boolean", default: false }, config: { type: "string" }, json: { type: "boolean", default: false } },
  async run(values) {
    const began = Date.now();
    const config = readConfig(values.config);
    const folder = folderOf(config);
    const deleteData = Boolean(values["delete-data"]) || Boolean(objectOf<{ deleteDataOnDestroy?: boolean }>(config, "local").deleteDataOnDestroy);
    // The engine keeps the data; deleting it comes after.
    const say = (line: string) => deleteData && line.startsWith("destroy: done") ? undefined : process.stderr.write(`${duration(Date.now() - began).padStart(12)}  ${line}\n`);
    let ran = existsSync(inFolder(folder).applied);
    const { pulumi } = await locatePrograms(["pulumi"]);
    if (isFound(pulumi)) {
      const stack = await localStack(pulumiRoot(pulumi), config, async () => {});
      await repair(stack);
      const errors: string[] = [];
      const onEvent = (event: Parameters<typeof diagnostics>[0]) => {
        for (const { severity, text } of diagnostics(event)) severity === "error" ? errors.push(text) : say(text);
      };
      const { summary } = await stack.destroy({ color: "never", onEvent }).catch((error: Error) => {
        throw new Error(`The server was not stopped.\n${errors.join("\n") || withoutMarks(error.message)}`);
      });
      ran ||= Boolean(summary.resourceChanges?.delete);
    }
    // A start that was interrupted before Pulumi knew of the server leaves it to us; and the data is the command's own business.
    await destroy(folder, deleteData, () => {});
    const kept = existsSync(folder);
    if (values.json) process.stdout.write(`${JSON.stringify({ folder, data: kept ? "kept" : "none", seconds: (Date.now() - began) / 1000 })}\n`);
    else process.stdout.write(`${ran ? `The server is stopped (${duration(Date.now() - began)}).` : "Nothing was running."} ${kept ? `Its data stays in ${folder}.` : "It left no data."}\n`);
    return 0;
  },
});
