import type { EngineEvent } from "@pulumi/pulumi/automation";
import { diagnostics, withoutMarks } from "../engine-events";

/** What happens to a resource. */
export type Fate = "create" | "update" | "replace" | "delete" | "read" | "import" | "other";

/** One property that changes, as shown: never with the value of a secret. */
export interface PropertyChange {
  path: string;
  was: string;
  now: string;
  replaces: boolean;
}

export interface Change {
  urn: string;
  type: string;
  name: string;
  fate: Fate;
  properties: PropertyChange[];
}

/** A rule of a policy pack that a resource breaks. */
export interface Finding {
  policy: string;
  resource: string;
  mandatory: boolean;
  says: string;
}

/** What a preview says. */
export interface Changes {
  /** Everything but what stays as it is. */
  resources: Change[];
  /** The rendered files before and after, by path. */
  files: { was: Record<string, string>; wanted: Record<string, string> };
  findings: Finding[];
  errors: string[];
  warnings: string[];
}

interface Step {
  op: string;
  urn: string;
  type: string;
  old?: State;
  new?: State;
  /** Properties that make it be replaced. */
  keys?: string[];
  diffs?: string[];
  detailedDiff?: Record<string, { diffKind: string; inputDiff?: boolean }>;
}

interface State {
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Reads the engine's events of one preview. */
export function changesOf(events: readonly EngineEvent[]): Changes {
  const steps = events.flatMap(event => (event.resourcePreEvent ? [event.resourcePreEvent.metadata as unknown as Step] : []));
  const said = events.flatMap(event => diagnostics(event).map(line => ({ ...line, warning: event.diagnosticEvent?.severity === "warning" })));
  return {
    resources: [...byUrn(steps)].map(([urn, all]) => changeOf(urn, all)).filter((change): change is Change => change !== undefined),
    files: filesOf(steps),
    findings: findingsOf(events),
    errors: [...new Set(said.filter(({ severity }) => severity === "error").map(({ text }) => plainly(text)))].filter(text => text !== "" && text !== "preview failed"),
    warnings: [...new Set(said.filter(({ warning }) => warning).map(({ text }) => text))].filter(text => !/^using pulumi-\S+ from \$PATH/.test(text)),
  };
}

/** An error without the program's own lines, which say nothing to a reviewer and name the folders of a machine. */
function plainly(text: string): string {
  const lines = text.split("\n").filter(line => !/^\s+at .*(\(.*\)|:\d+:\d+)$/.test(line));
  return lines.join("\n").replace(/^Running program '[^']*' failed with an unhandled exception:\s*/, "").replace(/^Unhandled exception: /, "").replace(/^(SpecError|Error|RunError): /, "").trim();
}

function byUrn(steps: Step[]): Map<string, Step[]> {
  const all = new Map<string, Step[]>();
  for (const step of steps) all.set(step.urn, [...(all.get(step.urn) ?? []), step]);
  return all;
}

/** Types that are shown otherwise, or are the engine's own. */
const aside = /^(pulumi:pulumi:Stack|pulumi:providers:.*|lgtm:server:File)$/;

function changeOf(urn: string, steps: Step[]): Change | undefined {
  const fate = fateOf(steps.map(step => step.op));
  const { type } = steps[0]!;
  if (!fate || aside.test(type)) return undefined;
  // Of a replacement, the step that makes the new one knows both sides.
  const telling = steps.find(step => step.old && step.new) ?? steps[0]!;
  return { urn, type, name: nameOf(urn), fate, properties: fate === "update" || fate === "replace" ? propertiesOf(telling) : [] };
}

/** The name at the end of a URN; it may hold "::" itself. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function fateOf(ops: string[]): Fate | undefined {
  if (ops.some(op => /^(replace|create-replacement|delete-replaced|import-replacement|discard-replaced|read-replacement)$/.test(op))) return "replace";
  const op = ops.find(each => each !== "same" && each !== "refresh");
  if (op === undefined) return undefined;
  if (op === "discard") return "delete";
  return (["create", "update", "delete", "read", "import"] as const).find(each => each === op) ?? "other";
}

function propertiesOf({ old, new: now, detailedDiff, diffs, keys = [] }: Step): PropertyChange[] {
  const detailed = Object.entries(detailedDiff ?? {});
  const paths = detailed.length ? detailed.map(([path]) => path) : (diffs ?? changedKeys(old?.inputs, now?.inputs));
  return paths.map(path => {
    const kind = detailedDiff?.[path];
    // What differs from the last inputs is compared with these, what differs from the cloud with the last outputs.
    const before = valueAt(kind && kind.inputDiff === false ? old?.outputs : old?.inputs, path);
    return { path, was: short(before), now: short(valueAt(now?.inputs, path)), replaces: /replace/.test(kind?.diffKind ?? "") || keys.includes(path) };
  }).filter(({ path }) => !path.startsWith("__"));
}

function changedKeys(was: Record<string, unknown> = {}, now: Record<string, unknown> = {}): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].filter(key => JSON.stringify(was[key]) !== JSON.stringify(now[key])).sort();
}

/** The value under a path of Pulumi's, such as `rules[0].ports` or `tags["a.b"]`. */
export function valueAt(properties: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, plain]) => quoted ?? index ?? plain!);
  return keys.reduce<unknown>((value, key) => (value === undefined || value === null ? undefined : (value as Record<string, unknown>)[key]), properties);
}

/** How the engine writes what it does not know before an update, and the key by which a secret is told. */
const notKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secretKey = "4dabf18193072939515e22adb298388d";

function masked(value: unknown): unknown {
  if (value === notKnown) return "known after the update";
  return typeof value === "object" && value !== null && secretKey in value ? "[secret]" : value;
}

/** A value in a few words. */
export function short(value: unknown): string {
  const plain = masked(value);
  if (plain === undefined || plain === null) return "not set";
  const text = typeof plain === "string" ? plain : JSON.stringify(plain, (_key, each: unknown) => masked(each));
  return text.length > 80 || text.includes("\n") ? `${typeof plain === "string" ? "text" : "value"} of ${text.length} characters` : text;
}

/** The files are resources of their own, named `<bundle>/<path>`. */
function filesOf(steps: Step[]): Changes["files"] {
  const was: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  for (const { op, urn, type, old, new: now } of steps) {
    if (type !== "lgtm:server:File") continue;
    const path = nameOf(urn);
    if (typeof old?.inputs?.text === "string") was[path] = old.inputs.text;
    if (op !== "delete" && typeof now?.inputs?.text === "string") wanted[path] = now.inputs.text;
  }
  return { was, wanted };
}

function findingsOf(events: readonly EngineEvent[]): Finding[] {
  const all = events.flatMap(({ policyEvent }) => (policyEvent ? [policyEvent] : [])).map(event => ({
    policy: event.policyName,
    resource: event.resourceUrn ? nameOf(event.resourceUrn) : "",
    mandatory: event.enforcementLevel === "mandatory",
    // The first line repeats the rule's own description.
    says: withoutMarks(event.message).trim().split("\n").slice(1).join(" ").trim() || withoutMarks(event.message).trim(),
  }));
  return all.filter((finding, i) => all.findIndex(other => JSON.stringify(other) === JSON.stringify(finding)) === i).sort((a, b) => Number(b.mandatory) - Number(a.mandatory));
}
