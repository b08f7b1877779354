import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "./bundle";

/**
 * The rendered files as the arguments of a component: `pulumi preview --diff` shows which lines of which files change.
 * It makes nothing. Files hold no secret.
 */
export class ServerBundle extends pulumi.ComponentResource {
  readonly files: Record<string, string>;
  readonly hash: string;

  constructor(name: string, bundle: Bundle, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:server:Bundle", name, { files: bundle.files }, opts);
    this.files = bundle.files;
    this.hash = bundle.hash;
    this.registerOutputs({ hash: bundle.hash });
  }
}
