import type { Policies, PolicyResource, ReportViolation } from "@pulumi/policy";
import { excused, says } from "./check";
import { unknown, type Resource, type Rule } from "./rule";

/** One rule as the engine takes it: what breaks a promise is mandatory, the rest is advice. */
export function policyOf(rule: Rule): Policies[number] {
  const common = {
    name: rule.id,
    description: rule.asks,
    severity: rule.severity,
    remediationSteps: rule.mend,
    enforcementLevel: rule.severity === "critical" || rule.severity === "high" ? ("mandatory" as const) : ("advisory" as const),
  };
  if (!rule.whole)
    return { ...common, validateResource: ({ type, name, urn, props }, report) => judge(rule, { type, name, urn, props: known(props) as Resource["props"] }, undefined, report) };
  return {
    ...common,
    validateStack({ resources }, report) {
      const all = resources.map(asResource);
      for (const resource of all) judge(rule, resource, all, report);
    },
  };
}

function judge(rule: Rule, resource: Resource, all: readonly Resource[] | undefined, report: ReportViolation): void {
  if (!rule.types.includes(resource.type) || excused({ rule, resource })) return;
  for (const wrong of says(rule, resource, all)) report(`${resource.name}: ${wrong}. ${rule.why} ${rule.mend}`, resource.urn);
}

function asResource({ type, name, urn, props, propertyDependencies }: PolicyResource): Resource {
  const madeOf = Object.fromEntries(Object.entries(propertyDependencies).map(([key, sources]) => [key, sources.map(source => source.urn)]));
  return { type, name, urn, props: known(props) as Resource["props"], madeOf };
}

/** Values as rules take them. The SDK throws at whoever reads one that is not known yet, instead of saying so. */
export function known(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map(key => {
    let inner: unknown;
    try {
      inner = (value as Record<string, unknown>)[key];
    } catch (error) {
      if (!(error instanceof Error) || !("unknownTypeSentinel" in error)) throw error;
      return [key, unknown] as const;
    }
    return [key, known(inner)] as const;
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
