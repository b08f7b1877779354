import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ServerInputs, ServerState } from "./state";

/**
 * Only a shim: Pulumi keeps this object as text in the state, and runs that text when the server is deleted. So it takes
 * nothing from outside, and hands each method to host.js, whose path is an input.
 */
const provider: pulumi.dynamic.ResourceProvider = {
  async diff(_id: string, was: any, inputs: any) {
    const { existsSync } = require("node:fs") as typeof import("node:fs");
    const { ok } = await call("diff", inputs.host, { was, inputs });
    // A package that was moved leaves a path to nothing in the state.
    return was.host !== inputs.host && !existsSync(was.host) ? { ...ok, changes: true } : ok;
  },
  async create(inputs: any) {
    const { ok, error, started } = await call("create", inputs.host, { inputs });
    if (!error) return { id: inputs.folder, outs: ok };
    // What was started belongs to the resource, so that it can be destroyed or tried again.
    throw started ? Object.assign(new Error(error), { id: inputs.folder, properties: { ...inputs, release: "", ca: "", running: [], missing: {} }, reasons: [error] }) : new Error(error);
  },
  async update(_id: string, _was: any, inputs: any) {
    const { ok, error } = await call("update", inputs.host, { inputs });
    if (error) throw new Error(error);
    return { outs: ok };
  },
  async read(id: string, was: any) {
    const { ok, error } = await call("read", was.host, { was });
    if (error) throw new Error(error);
    return ok ? { id, props: ok } : { id: "", props: {} };
  },
  async delete(_id: string, was: any) {
    const { error } = await call("delete", was.host, { was });
    if (error) throw new Error(error);
  },
};

interface Answer {
  ok?: any;
  error?: string;
  started?: boolean;
}

/** Runs host.js; its progress lines go on to the engine's log. `PULUMI_LGTM_HOST` stands in for one that was moved since. */
function call(method: string, host: string, request: object): Promise<Answer> {
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const { existsSync } = require("node:fs") as typeof import("node:fs");
  const path = existsSync(host) ? host : process.env.PULUMI_LGTM_HOST || host;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, method], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.on("error", reject);
    child.on("close", code => {
      if (text) resolve(JSON.parse(text));
      else reject(new Error(`${path} ended with ${code} and no answer. If the package was moved, set PULUMI_LGTM_HOST to its dist/components/local/host.js.`));
    });
    child.stdin.on("error", () => {}).end(JSON.stringify(request));
  });
}

/** The server on this machine as one resource. */
export class LocalServer extends pulumi.dynamic.Resource {
  declare readonly folder: pulumi.Output<string>;
  declare readonly release: pulumi.Output<string>;
  declare readonly ca: pulumi.Output<string>;
  declare readonly running: pulumi.Output<string[]>;
  declare readonly missing: pulumi.Output<Record<string, string>>;

  constructor(name: string, inputs: Omit<ServerInputs, "host">, opts: pulumi.CustomResourceOptions) {
    const outputs = { release: undefined, ca: undefined, running: undefined, missing: undefined } satisfies Partial<Record<keyof ServerState, undefined>>;
    super(provider, name, { ...inputs, ...outputs, host: join(__dirname, "host.js") }, opts, "lgtm", "LocalServer");
  }
}
