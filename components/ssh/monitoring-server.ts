import * as pulumi from "@pulumi/pulumi";
import { renderBundle, type Plan } from "../server/bundle";
import { ServerBundle } from "../server/bundle-resource";
import { contractOf, type ServerContract } from "../server/contract";
import { wantedRelease, withAddress } from "../server/release-outputs";
import { serverSecrets } from "../server/secrets-resource";
import { resolveSpec } from "../server/spec";
import { addressPlaceholder } from "../server/spec-check";
import { SpecError } from "../server/spec-error";
import { problemsOf, specOf, type MonitoringServerArgs } from "./args";
import { remoteConnection, unchecked } from "./connection";
import { deliver } from "./deliver";
import { install } from "./install";

/**
 * A monitoring server on a machine that exists and answers SSH: Ubuntu 24.04 or Debian 12 and later, amd64 or arm64.
 * What is there already stays as it is, a container engine too. A preview does not connect.
 *
 * `pulumi destroy` takes off what was installed and keeps the data. A server that is gone would hold it up: give the option
 * `deletedWith: <its VM>` when the VM is in the same stack; else set `abandon: true`, run `pulumi up`, and destroy then.
 * Another `host` for the same name is taken for another address of the same server: one that is left is not cleaned up.
 *
 * @example
 * new MonitoringServer("mon", {
 *   connection: { host: "192.0.2.10", user: "ubuntu", privateKey: config.requireSecret("sshKey"), hostKey: config.require("hostKey") },
 *   memory: 4096,
 *   pushClients: ["orders", "billing"],
 * });
 */
export class MonitoringServer extends pulumi.ComponentResource {
  /** Everything that agents, access rules and other stacks need to know. Nothing in it is secret. */
  readonly contract: pulumi.Output<ServerContract>;
  /** Token of each push and read client, by name. Secret. */
  readonly tokens: pulumi.Output<{ push: Record<string, string>; read: Record<string, string> }>;
  /** Password of Grafana's user "admin"; empty on a server without Grafana. Secret. */
  readonly adminPassword: pulumi.Output<string>;
  /** Hash of the release that the server runs. */
  readonly release: pulumi.Output<string>;

  constructor(name: string, args: MonitoringServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = withAddress(specOf(args));
    const resolved = resolveSpec(spec);
    const problems = problemsOf(args);
    if (problems.length) throw new SpecError(problems);
    const bundle = renderBundle(spec);
    const plan = JSON.parse(bundle.files["plan.json"]!) as Plan;
    super("lgtm:ssh:MonitoringServer", name, { ...spec }, opts);
    for (const path of unchecked(args.connection))
      pulumi.log.warn(`${path}.hostKey is not given, so nobody checks that the right host answers. Give what \`ssh-keyscan -t ed25519 <host>\` prints after its name.`, this);

    const connection = remoteConnection(args.connection);
    const host = pulumi.output(args.connection.host);
    const secrets = serverSecrets(this, name, plan.secrets, args);
    const shown = new ServerBundle(`${name}-bundle`, bundle, { parent: this });
    const release = wantedRelease(bundle, plan, { address: host }, secrets.versions);
    const installed = install(this, name, resolved, args, connection);
    const ca = args.abandon ? pulumi.output("") : deliver(this, name, shown, release, secrets, args, connection, installed);

    const [first] = resolved.addresses;
    this.contract = pulumi.all([host, ca]).apply(([address, ca]) => contractOf(resolved, first === addressPlaceholder ? address : first!, ca));
    this.tokens = secrets.tokens;
    this.adminPassword = secrets.adminPassword;
    this.release = release.apply(({ hash }) => hash);
    this.registerOutputs({ contract: this.contract, tokens: this.tokens, adminPassword: this.adminPassword, release: this.release });
  }
}
