/**
 * STAND-IN for the provider plugin of @pulumi/command 1.2.1, for machines that cannot have the real one. It knows
 * `command:remote:Command` as far as components/ssh uses it, and runs the steps through the system's `ssh` client, and
 * `command:local:Command` as far as components/azure does.
 * As in the real one: a change of any input runs `update`, else `create`; a change of `triggers` replaces; stdin goes to
 * every command, that of a deletion too; an error quotes the command and everything it printed; a failed step leaves the
 * old state. Not as in the real one: output is not shown while a command runs.
 */
import * as provider from "@pulumi/pulumi/provider";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { plain, secretOf } from "../secrets";
import { runOverSsh, type Connection } from "./ssh";

interface Inputs {
  /** Of remote commands. */
  connection?: Connection;
  create?: string;
  update?: string;
  delete?: string;
  stdin?: string;
  triggers?: unknown[];
  logging?: string;
  addPreviousOutputInEnv?: boolean;
}

const known: (keyof Inputs)[] = ["connection", "create", "update", "delete", "stdin", "triggers", "logging", "addPreviousOutputInEnv"];

async function run(inputs: Inputs, command: string | undefined): Promise<{ stdout: string; stderr: string }> {
  if (command === undefined) return { stdout: "", stderr: "" };
  return inputs.connection ? runOverSsh(inputs.connection, command, inputs.stdin ?? "") : runHere(command);
}

/** As the real one: by /bin/sh, and an error quotes the command and what it printed. */
function runHere(command: string): { stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`exit status ${status}: running ${JSON.stringify(command)}:\n${stdout}${stderr}`);
  return { stdout: stdout.trim(), stderr: stderr.trim() };
}

/** The outputs: what was given, the connection as a secret, and what the command printed. */
async function outputs(inputs: object, given: Inputs, command: string | undefined): Promise<object> {
  return { ...inputs, ...(given.connection && { connection: secretOf(given.connection) }), ...(await run(given, command)) };
}

void provider.main(
  {
    version: "1.2.1",
    async check(urn, _olds, news) {
      const failures = [
        ...(/command:(remote|local):Command::/.test(urn) ? [] : [{ property: "", reason: `this stand-in knows the commands only, not ${urn}` }]),
        ...Object.keys(news).filter(key => !(known as string[]).includes(key) && !key.startsWith("__")).map(key => ({ property: key, reason: "this stand-in does not know it" })),
      ];
      return { inputs: news, failures };
    },
    async diff(_id, _urn, olds, news) {
      const changed = known.filter(key => !isDeepStrictEqual(plain(olds[key]), plain(news[key])));
      return { changes: changed.length > 0, replaces: changed.includes("triggers") ? ["triggers"] : [] };
    },
    async create(_urn, inputs) {
      const given = plain(inputs) as Inputs;
      return { id: randomBytes(8).toString("hex"), outs: await outputs(inputs, given, given.create) };
    },
    async update(_id, _urn, _olds, news) {
      const given = plain(news) as Inputs;
      return { outs: await outputs(news, given, given.update ?? given.create) };
    },
    async delete(_id, _urn, state) {
      const given = plain(state) as Inputs;
      await run(given, given.delete);
    },
  },
  process.argv.slice(2),
);
