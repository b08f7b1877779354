import { existsSync, readFileSync } from "node:fs";
import { inFolder } from "../components/local/folder";
import { status } from "../components/local/guest";
import type { ServerContract } from "../components/server/contract";
import { command } from "./cli";
import { absent, services } from "./screen";
import { folderOf, readConfig } from "./stack";

const help = `Shows what runs of the monitoring server on this machine, in how much memory.

  npm run status

  --folder <folder>  folder of the server (default: that of the configuration)
  --config <file>    configuration in the form of Pulumi.local.yaml (default: that file)
  --json             the same as JSON
  --help

Ends with 0 if everything that can run here runs and is healthy, 1 if not, 2 if it was called wrongly.
Memory is a service's own, without pages of files; share is what it may use.
`;

command({
  called: "npm run status",
  help,
  options: { folder: { type: "string" }, config: { type: "string" }, json: { type: "boolean", default: false } },
  async run(values) {
    const folder = values.folder ?? folderOf(readConfig(values.config));
    const now = await status(folder);
    if (!now) {
      process.stdout.write(values.json ? `${JSON.stringify({ folder, release: "", services: {} })}\n` : `No server runs in ${folder}. Start it with: npm start\n`);
      return 1;
    }
    const bad = Object.entries(now.services).filter(([, each]) => !each.missing && !(each.running && each.healthy));
    const missing = Object.fromEntries(Object.entries(now.services).filter(([, each]) => each.missing).map(([name, each]) => [name, each.says]));
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ folder, healthy: bad.length === 0, ...now, missing, endpoints: contractOf(folder)?.endpoints }, null, 2)}\n`);
    } else {
      const ended = now.result === "applied" ? "" : `, but the last roll-out was ${now.result}`;
      const contract = contractOf(folder);
      const address = contract ? `\nreached at ${[...new Set(Object.values(contract.endpoints))].join(", ")}` : "";
      const unwell = bad.map(([name, each]) => `${name}: ${each.says || "it does not run"}\n`).join("");
      process.stdout.write(`release ${now.release.slice(0, 12)} in ${folder}${ended}${address}\n\n${services(now)}\n${unwell}${absent(missing).join("\n")}`);
    }
    return bad.length ? 1 : 0;
  },
});

function contractOf(folder: string): ServerContract | undefined {
  const { contract } = inFolder(folder);
  return existsSync(contract) ? (JSON.parse(readFileSync(contract, "utf8")) as ServerContract) : undefined;
}
