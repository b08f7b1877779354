import type { Resource } from "../../policy/rule";

/** Inputs that a rule lets pass, and inputs that it does not. The first resource of a stack is the one that is judged. */
export interface Case {
  rule: string;
  good: Resource[];
  bad: Resource[][];
}

export function resource(type: string, props: Record<string, unknown>, name = "it"): Resource {
  return { type, name, props };
}

/** One type: a case of a good resource and of bad ones. */
export function cases(type: string) {
  return (rule: string, good: Record<string, unknown>, ...bad: Record<string, unknown>[]): Case => ({ rule, good: [resource(type, good)], bad: bad.map(props => [resource(type, props)]) });
}
