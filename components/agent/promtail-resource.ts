import * as pulumi from "@pulumi/pulumi";
import { readPromtail, type PromtailTakeOver } from "./promtail";

/** What becomes of Promtail's file, for a preview to show. Lines, since of a text in YAML an engine shows neither comments nor `__path__`. It makes nothing. */
export class PromtailFile extends pulumi.ComponentResource {
  constructor(name: string, promtail: PromtailTakeOver, opts?: pulumi.ComponentResourceOptions) {
    const { changes, config } = readPromtail(promtail).read!;
    super("lgtm:agent:Promtail", name, { changes, file: config.trimEnd().split("\n").filter(line => !line.startsWith("#")) }, opts);
    this.registerOutputs({});
  }
}
