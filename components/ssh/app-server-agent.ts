import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { renderAgent, unknownClient } from "../agent/document";
import { agentFiles, applyCommand, removeCommand } from "../agent/script";
import { shownDocument } from "../agent/shown-document";
import type { AgentSpec } from "../agent/spec";
import type { ServerContract } from "../server/contract";
import { putFiles } from "../server/guest/install-script";
import { SpecError } from "../server/spec-error";
import { problemsOf, type ConnectionArgs } from "./args";
import { asRoot, remoteConnection } from "./connection";

/** The agent of one application server that answers SSH. */
export interface AppServerAgentArgs extends AgentSpec {
  /** How to reach the application server: root, or a user with sudo without a password. */
  connection: ConnectionArgs;
  /** Contract of the monitoring server. */
  server: pulumi.Input<ServerContract>;
  /** Token of the push client that `client` names. Kept as a secret. */
  token: pulumi.Input<string>;
  /** The server is gone, or nothing is to connect to it any more. @default false */
  abandon?: boolean;
}

const own = ["connection", "server", "token", "abandon"] as const;

/**
 * node_exporter and Alloy on an application server: Ubuntu 20.04, Debian 11, Amazon Linux 2023, RHEL 9 and later, amd64 or arm64.
 * A bad configuration is refused with Alloy's message, and what ran before goes on. Destroying it takes off what it put on.
 *
 * @example
 * new AppServerAgent("orders-1", {
 *   connection: { host: "192.0.2.20", user: "ubuntu", privateKey, hostKey },
 *   server: monitoring.contract, token: monitoring.tokens.push.orders, client: "orders",
 *   environment: "prod", service: "orders", logs: [{ paths: ["/var/log/orders/*.log"], firstLine: "^\\S" }],
 *   applications: [{ service: "orders", path: "/prometheus-provider" }],
 * });
 */
export class AppServerAgent extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = Object.fromEntries(Object.entries(args).filter(([key]) => !(own as readonly string[]).includes(key))) as unknown as AgentSpec;
    // What can be checked before the monitoring server is known, is.
    renderAgent(spec, { endpoints: nowhere, ca: "", services: [] });
    const problems = [...problemsOf({ connection: args.connection }), ...(args.token === undefined ? ["token: missing. Give the token of a push client, such as server.tokens.push.default."] : []), ...(args.server === undefined ? ["server: missing. Give the contract of a monitoring server."] : [])];
    if (problems.length) throw new SpecError(problems);
    super("lgtm:ssh:AppServerAgent", name, { ...spec }, opts);

    const document = shownDocument(this, name, spec, pulumi.output(args.server) as pulumi.Output<ServerContract>, contract => {
      const unknown = unknownClient(spec.client ?? "default", contract);
      if (unknown.length) throw new SpecError(unknown);
      return renderAgent(spec, contract);
    });
    const script = pulumi.all([document, args.token]).apply(([doc, token]) => `${putFiles(agentFiles(doc))}\n${applyCommand} --token-from-stdin <<'lgtm-end-of-token'\n${token.trim()}\nlgtm-end-of-token\n`);
    new remote.Command(
      `${name}-agent`,
      {
        connection: remoteConnection(args.connection),
        // Everything goes in through stdin: an error quotes the command, and a list of processes shows it.
        create: asRoot(args.connection, "sh -es"),
        stdin: pulumi.secret(script),
        delete: asRoot(args.connection, removeCommand),
        logging: "stderr",
        addPreviousOutputInEnv: false,
      },
      { parent: this, additionalSecretOutputs: ["stdin"], ...(args.abandon && { retainOnDelete: true, ignoreChanges: ["connection", "create", "delete", "stdin"] }) },
    );
    this.registerOutputs({});
  }
}

const nowhere = { https: "", grafana: "", logs: "", metrics: "", traces: "", otlpGrpc: "", read: "" };
