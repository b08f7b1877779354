import { closest } from "fastest-levenshtein";
import { z } from "zod/v3";
import { days } from "./spec";
import { severities } from "./rule";
import { allRules } from "./subjects";

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,39}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 41, such as "orders"');
const label = z.string().regex(/^[\w.:/-]{1,128}$/, "letters, digits and _ . : / -, at most 128");
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as "HH:MM", such as "22:00"');
const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/, 'a duration of Prometheus, such as "5m"');
const mail = z.string().regex(/^[^\s@<>,]+@[^\s@<>,]+$/, 'an e-mail address, such as "ops@example.com"');
const webAddress = (example: string) => z.string().refine(isWebAddress, `an address with http:// or https:// and without name and password in it, such as "${example}"`);

const selection = { name: name.optional(), environments: z.array(label).min(1).optional(), severities: z.array(z.enum(severities)).min(1).optional() };
const many = <T extends z.ZodType<{ name?: string }>>(one: T) =>
  z.array(one).refine(list => new Set(list.map(it => it.name)).size === list.length, "receivers whose names differ; one of each kind may be without a name");

const mute = z
  .strictObject({ environments: selection.environments, severities: selection.severities, days: z.array(z.enum(days)).min(1).optional(), from: time.optional(), to: time.optional() })
  .refine(it => (it.from === undefined) === (it.to === undefined) && (it.from === undefined || it.from !== it.to), "from and to together, and not the same time; or neither, for the whole day");

const ruleNames = () => allRules().map(rule => rule.name);
const rule = z.string().refine(text => ruleNames().includes(text), text => ({ message: `the name of a rule (did you mean "${closest(text, ruleNames())}"?)` }));

const thresholds = z.record(z.string(), z.record(label, z.number())).superRefine((all, context) => {
  const rules = new Map(allRules().map(it => [it.name, it]));
  const adjustable = [...rules.values()].filter(it => it.threshold).map(it => it.name);
  for (const [key, values] of Object.entries(all)) {
    const known = rules.get(key);
    const problem = (message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (!known?.threshold) problem(`only for a rule with a threshold: ${adjustable.join(", ")}${known ? "" : ` (did you mean "${closest(key, adjustable)}"?)`}`);
    else if (!known.expr.includes("$E") && Object.keys(values).some(it => it !== "default")) problem('{ "default": <number> }, since this rule is about the monitoring server, which is in one environment');
  }
});

const annotations = z.record(z.string().regex(/^[a-zA-Z_]\w*$/, "names of letters, digits and _"), z.string());
const own = z.strictObject({
  name: z.string().regex(/^[\w .:/-]{1,128}$/, "letters, digits, spaces and _ . : / -"),
  interval: duration.optional(),
  rules: z
    .array(
      z
        .strictObject({ alert: z.string().min(1).optional(), record: z.string().min(1).optional(), expr: z.string().min(1), for: duration.optional(), keep_firing_for: duration.optional(), labels: annotations.optional(), annotations: annotations.optional() })
        .refine(it => (it.alert === undefined) !== (it.record === undefined), "either alert or record in a rule"),
    )
    .min(1),
});

/** Spec key `alerts`. */
export const alertSchema = z.strictObject({
  slack: many(z.strictObject(selection)).optional(),
  email: many(
    z.strictObject({
      ...selection,
      to: z.array(mail).min(1),
      from: mail,
      smarthost: z.string().regex(/^[\w.-]+:\d{1,5}$/, 'host and port, such as "smtp.example.com:587"'),
      username: z.string().min(1).optional(),
    }),
  ).optional(),
  webhook: many(z.strictObject(selection)).optional(),
  jira: many(
    z.strictObject({
      ...selection,
      url: webAddress("https://team.atlassian.net"),
      project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'the key of a project, such as "OPS"'),
      issueType: z.string().min(1).optional(),
      user: mail.optional(),
      resolveTransition: z.string().min(1).optional(),
    }),
  ).optional(),
  heartbeat: z.boolean().optional(),
  grafana: webAddress("https://team.grafana.net").optional(),
  mute: z.array(mute).optional(),
  thresholds: thresholds.optional(),
  off: z.array(rule).optional(),
  own: z.array(own).refine(list => new Set(list.map(it => it.name)).size === list.length, "groups whose names differ").optional(),
});

/** Spec key `probes`. */
export const probesSchema = z
  .array(z.strictObject({ name, url: webAddress("https://shop.example.com/health"), environment: label, expectedStatus: z.number().int().min(100).max(599).optional() }))
  .refine(list => new Set(list.map(it => it.name)).size === list.length, "probes whose names differ");

/** Spec key `expectedHosts`. */
export const expectedHostsSchema = z
  .array(z.strictObject({ environment: label, cloud: label, host: label }))
  .refine(list => new Set(list.map(it => `${it.environment} ${it.host}`)).size === list.length, "each host of an environment once");

function isWebAddress(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    return /^https?:$/.test(protocol) && !username && !password;
  } catch {
    return false;
  }
}
