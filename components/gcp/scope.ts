import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "./labels";

/** What all resources of one server have in common. */
export interface Scope {
  /** Of the server; first part of every resource's name. */
  name: string;
  project: pulumi.Output<string>;
  region: pulumi.Output<string>;
  zone: pulumi.Output<string>;
  labels: Labels;
  /** The server, and the services of the project that must be switched on before anything is made. */
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] };
}
