import { exceptions } from "./exceptions";
import { rules } from "./rules";
import type { Resource, Rule } from "./rule";

/** A rule that a resource breaks. */
export interface Violation {
  rule: Rule;
  resource: Resource;
  /** What is wrong, in words. */
  says: string;
}

/** A rule that is not satisfied on purpose. */
export interface Exception {
  rule: string;
  /** Of which names; those of ours are contract. @default all */
  name?: RegExp;
  /** The reason, in one sentence. */
  why: string;
}

/** What a stack breaks, without what it breaks on purpose. */
export function violations(resources: readonly Resource[], judged: readonly Rule[] = rules): Violation[] {
  return broken(resources, judged).filter(violation => !excused(violation));
}

/** Everything that a stack breaks. */
export function broken(resources: readonly Resource[], judged: readonly Rule[] = rules): Violation[] {
  return judged.flatMap(rule => resources.filter(({ type }) => rule.types.includes(type)).flatMap(resource => says(rule, resource, resources).map(text => ({ rule, resource, says: text }))));
}

/** What a rule has against one resource. */
export function says(rule: Rule, resource: Resource, all: readonly Resource[] = [resource]): string[] {
  return [rule.wrong(resource, all)].flat().filter((text): text is string => typeof text === "string");
}

/** The exception that covers a violation. It covers resources of this library only, where an engine says what those are. */
export function excused({ rule, resource }: Pick<Violation, "rule" | "resource">): Exception | undefined {
  const ours = resource.urn === undefined || parentTypes(resource.urn).some(type => type.startsWith("lgtm:"));
  return ours ? exceptions.find(each => each.rule === rule.id && (each.name?.test(resource.name) ?? true)) : undefined;
}

/** Types of the components that a resource is part of: the third part of a URN holds them, from the outside in. */
function parentTypes(urn: string): string[] {
  return (urn.split("::")[2] ?? "").split("$").slice(0, -1);
}
