import * as pulumi from "@pulumi/pulumi";
import type { Bundle, Plan } from "./bundle";
import { renderRelease } from "./release";
import type { ServerSpec } from "./spec";
import { addressPlaceholder } from "./spec-check";

/** Without a name of its own the server answers at the address under which it is reached, which may not be known yet. */
export function withAddress(spec: ServerSpec): ServerSpec {
  return spec.domain || spec.addresses ? spec : { ...spec, addresses: [addressPlaceholder] };
}

/** The release of a bundle once its bindings are known. Only those that the bundle's files ask for are in it. */
export function wantedRelease(
  bundle: Bundle,
  plan: Plan,
  bindings: Record<string, pulumi.Input<string>>,
  secretVersions: pulumi.Output<Record<string, string>>,
): pulumi.Output<ReturnType<typeof renderRelease>> {
  const missing = plan.bindings.filter(name => bindings[name] === undefined);
  if (missing.length) throw new Error(`The files of this server ask for ${missing.join(", ")}, which this kind of server does not have.`);
  const asked = Object.fromEntries(plan.bindings.map(name => [name, bindings[name]!]));
  return pulumi.all([pulumi.all(asked), secretVersions]).apply(([values, versions]) => renderRelease(bundle, "address" in values ? { ...values, address: inUrl(values.address!) } : values, versions));
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
