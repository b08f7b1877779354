import { renderBundle, type Bundle, type Plan } from "../server/bundle";
import { withAddress } from "../server/release-outputs";
import { secretProblems, type SecretArgs } from "../server/secrets-resource";
import { resolveSpec, type ResolvedSpec, type ServerSpec } from "../server/spec";
import { SpecError } from "../server/spec-error";
import { madeByAuthority } from "./authority";
import { foreignProblems } from "./own-cloud";

/** Everything about a server that is known before anything of it is made. */
export interface Prepared {
  spec: ServerSpec;
  resolved: ResolvedSpec;
  bundle: Bundle;
  plan: Plan;
}

/** Renders a spec and checks the secrets that it needs. Throws one {@link SpecError}: a component calls it before it registers anything. */
export function prepare(given: ServerSpec, args: SecretArgs, cloud: "aws" | "azure" | "gcp"): Prepared {
  const spec = withAddress(given);
  const resolved = resolveSpec(spec);
  const bundle = renderBundle(spec);
  const plan = JSON.parse(bundle.files["plan.json"]!) as Plan;
  const problems = [...foreignProblems(resolved, cloud), ...secretProblems(plan.secrets, args, madeByAuthority(resolved, args))];
  if (problems.length) throw new SpecError(problems);
  return { spec, resolved, bundle, plan };
}
