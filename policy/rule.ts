/** Stands for a value that is known only once something exists. Rules give it the benefit of the doubt: it is judged at the next run. */
export const unknown: unique symbol = Symbol("not known yet");

/** A resource as a rule sees it: what it is asked to be. */
export interface Resource {
  /** Such as "aws:ec2/instance:Instance". */
  type: string;
  name: string;
  /** Inputs. Secrets are opened, what is not known yet is {@link unknown}. */
  props: Record<string, unknown>;
  /** Where it is known. */
  id?: string;
  /** Where an engine gave one. */
  urn?: string;
  /** URNs of the resources that a property is made of, by property, where an engine says it. */
  madeOf?: Record<string, readonly string[]>;
}

/** critical, high: breaks a promise, and stops an update. medium, low: reported. */
export type Severity = "critical" | "high" | "medium" | "low";

/** What is wrong, in words; undefined and false are nothing. */
export type Wrong = string | false | undefined | readonly (string | false | undefined)[];

/** One thing that is asked of resources, as data and a plain function. */
export interface Rule {
  /** Number of the scanners' rule (checkov's; Trivy has the same ones under other names), or LGTM_… for one of our own. */
  id: string;
  /** Other numbers under which scanners ask the same. @default none */
  also?: readonly string[];
  severity: Severity;
  /** What it asks, as a sentence. */
  asks: string;
  /** Why, in one sentence. */
  why: string;
  /** What to do about a violation. */
  mend: string;
  /** Types of resources that it looks at. */
  types: readonly string[];
  /** What is wrong with one of them. `all` is the whole stack, only for rules that are {@link Rule.whole}. */
  wrong(resource: Resource, all: readonly Resource[]): Wrong;
  /** It needs the other resources of the stack, so it is judged at the end. @default false */
  whole?: true;
}

/** The value under a path such as "metadataOptions.httpTokens"; unknown if anything on the way is. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split(".")) {
    if (here === undefined || here === null || here === unknown) return here ?? undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here ?? undefined;
}

/** Whether the value is one of these, or may turn out to be. */
export function oneOf(value: unknown, ...allowed: unknown[]): boolean {
  return value === unknown || allowed.includes(value);
}

/** Whether there is something, or may be. */
export function given(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

/** Whether there certainly is something. */
export function present(value: unknown): boolean {
  return value !== unknown && given(value);
}

/** The known elements of a list; a single value is a list of one. */
export function list(value: unknown): unknown[] {
  const all = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return all.filter(each => each !== unknown);
}

/** The known texts of a list. */
export function texts(value: unknown): string[] {
  return list(value).filter(each => typeof each === "string");
}

/** Whether a property of one resource names another. */
export function refersTo(resource: Resource, property: string, other: Resource): boolean {
  const sources = resource.madeOf?.[property];
  if (sources && other.urn) return sources.includes(other.urn);
  const value = resource.props[property];
  if (value === unknown) return true;
  const names = [other.id, other.name, ...["bucket", "name", "id", "arn", "accountName"].map(key => other.props[key])].filter(name => typeof name === "string" && name !== "");
  // Google and Azure also take a link, which ends with the name.
  return typeof value === "string" && names.some(name => value === name || value.endsWith(`/${String(name)}`));
}

/** How a wrong value is told: `path: <value>`. */
export function shown(value: unknown): string {
  return value === undefined ? "not set" : typeof value === "string" ? `"${value}"` : String(JSON.stringify(value));
}

/** Asks that a property has one of these values; what the cloud takes for a missing one comes with `unset`. */
export function mustBe(path: string, allowed: readonly unknown[], unset?: unknown): Rule["wrong"] {
  return ({ props }) => {
    const value = at(props, path);
    return !oneOf(value ?? unset, ...allowed) && `${path} is ${shown(value)}, not ${allowed.map(shown).join(" or ")}`;
  };
}
