import * as pulumi from "@pulumi/pulumi";
import { sha256, type Bundle } from "./bundle";

/**
 * The rendered files as components: `pulumi preview --diff` shows which lines of which files change, and nothing of those
 * that do not. They make nothing. Files hold no secret. The library's own program is shown as its hash.
 */
export class ServerBundle extends pulumi.ComponentResource {
  readonly files: Record<string, string>;
  readonly hash: string;

  constructor(name: string, bundle: Bundle, opts?: pulumi.ComponentResourceOptions) {
    const all = Object.entries(bundle.files);
    const program = all.filter(([path]) => path.startsWith("apply/"));
    super("lgtm:server:Bundle", name, { apply: sha256(JSON.stringify(program)) }, opts);
    for (const [path, text] of all) if (!path.startsWith("apply/")) new ServerFile(`${name}/${path}`, text, { parent: this });
    this.files = bundle.files;
    this.hash = bundle.hash;
    this.registerOutputs({ hash: bundle.hash });
  }
}

/** One file; a resource of its own because a preview shows everything of a resource of which anything changes. */
export class ServerFile extends pulumi.ComponentResource {
  constructor(name: string, text: pulumi.Input<string>, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:server:File", name, { text }, opts);
    this.registerOutputs({});
  }
}
