import type * as pulumi from "@pulumi/pulumi";
import { OnDestroy, type CloudServerArgs } from "../components/cloud/args";
import { Size } from "../components/cloud/sizes";
import type { MonthlyPrice } from "../components/cloud/prices";
import type { ServerContract } from "../components/server/contract";
import { resolveSpec, type ServerSpec } from "../components/server/spec";
import { explained, serverKey, type Field } from "./config";

/** What each cloud's object in the configuration may have, beside what only that cloud knows. */
export const cloudFields: Record<"allowedCidrs" | "size" | "dataDiskGiB" | "snapshotsKept" | "onDestroy" | "publicAddress" | "tags" | "rotate" | "waitSeconds", Field> = {
  allowedCidrs: "list",
  size: Object.values(Size),
  dataDiskGiB: "number",
  snapshotsKept: "number",
  onDestroy: Object.values(OnDestroy),
  publicAddress: "boolean",
  tags: "map",
  rotate: "map",
  waitSeconds: "number",
};

export type CloudKeys = Pick<CloudServerArgs, keyof typeof cloudFields>;

/** The server's spec of the configuration key `server`. */
export function serverSpec(config: pulumi.Config): ServerSpec {
  const spec = serverKey(config);
  explained("server", () => resolveSpec(spec));
  return spec;
}

interface Server {
  contract: pulumi.Output<ServerContract>;
  tokens: pulumi.Output<unknown>;
  adminPassword: pulumi.Output<string>;
  release: pulumi.Output<string>;
  data: pulumi.Output<unknown>;
  price: MonthlyPrice;
  /** Rights of the machine, as its cloud says them: a policy document, or roles. */
  requiredPolicy?: pulumi.Output<string>;
  requiredRoles?: pulumi.Output<unknown>;
}

/** Outputs of a stack with a server; `monitoring` is what other stacks take. */
export function outputsOf(server: Server) {
  return { monitoring: server.contract, tokens: server.tokens, adminPassword: server.adminPassword, release: server.release, data: server.data, price: server.price, rights: server.requiredPolicy ?? server.requiredRoles };
}
