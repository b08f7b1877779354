import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { bundleDocument, type Bundle } from "../server/bundle";
import { grafanaSecretKey } from "../server/generated-secrets";
import type { renderRelease } from "../server/release";
import type { ServerSecrets } from "../server/secrets-resource";
import type { MonitoringServerArgs } from "./args";
import { asRoot } from "./connection";
import { root } from "./machine";


/**
 * Delivers the secrets and the release, and waits until the server is done with it. Fails with the server's own words, and
 * leaves nothing in state that would look like success: the next `up` tries again. Returns the certificate of the server's
 * own authority, PEM; empty without one.
 */
export function deliver(
  parent: pulumi.Resource,
  name: string,
  bundle: Bundle,
  release: pulumi.Output<ReturnType<typeof renderRelease>>,
  secrets: ServerSecrets,
  args: MonitoringServerArgs,
  connection: types.input.remote.ConnectionArgs,
  installed: pulumi.Resource,
): pulumi.Output<string> {
  // What was made here gives way to what the server has: a database that outlived its stack needs its old key.
  const once = args.secrets?.[grafanaSecretKey] === undefined ? [grafanaSecretKey] : [];
  const secretsThere = new remote.Command(
    `${name}-secrets`,
    {
      connection,
      create: asRoot(args.connection, `python3 -B ${root}/ssh secrets`),
      stdin: pulumi.secret(secrets.values.apply(values => JSON.stringify({ values, once }))),
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: installed, additionalSecretOutputs: ["stdin", "stdout", "stderr"] },
  );

  const stdin = release.apply(({ hash, document }) =>
    JSON.stringify({ bundle: { hash: bundle.hash, document: bundleDocument(bundle.files) }, release: { hash, document }, waitSeconds: args.waitSeconds ?? 1200 }),
  );
  const command = new remote.Command(
    `${name}-release`,
    {
      connection,
      create: asRoot(args.connection, `python3 -B ${root}/ssh release`),
      // Nothing in it is secret: as a secret it stays out of a preview, where the bundle's own resource shows it line by line.
      stdin: pulumi.secret(stdin),
      logging: "stderr",
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: secretsThere },
  );
  return pulumi.unsecret(command.stdout.apply(said => (JSON.parse(said) as { ca: string }).ca));
}
