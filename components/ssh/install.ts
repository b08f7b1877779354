import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { installScript } from "../server/guest/install-script";
import { installFiles } from "../server/guest/userdata";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import { asRoot } from "./connection";
import { machine, root } from "./machine";
import { serverCommands } from "./server-commands";

/** Checks that the server can be one and puts stage 0 on it. Its deletion takes off everything that came with it. */
export function install(parent: pulumi.Resource, name: string, spec: ResolvedSpec, args: MonitoringServerArgs, connection: types.input.remote.ConnectionArgs): remote.Command {
  const remove = `sh -c 'cat >/dev/null; test ! -e ${root}/ssh/__main__.py || exec python3 -B ${root}/ssh remove${args.deleteDataOnDestroy ? " --delete-data" : ""} </dev/null'`;
  return new remote.Command(
    `${name}-install`,
    {
      connection,
      // The script goes in through stdin, so that an error does not quote all of it.
      create: "sh -s",
      stdin: installScript(root, spec.memory, [...installFiles(machine(args)), ...serverCommands(root)]),
      delete: asRoot(args.connection, remove),
      addPreviousOutputInEnv: false,
    },
    // Abandoned: what the state has of it stays as it is, so that nothing connects, and a deletion only forgets it.
    args.abandon ? { parent, retainOnDelete: true, ignoreChanges: ["connection", "create", "delete", "stdin"] } : { parent },
  );
}
