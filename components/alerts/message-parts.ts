import { linkedGrafana, linkRange } from "./links";
import { controlCharacters, masks, terminalCodes } from "./masking";
import type { ResolvedSpec } from "../server/spec";

/** Pieces of Go templates from which the messages are put together. Written for Alertmanager 0.31 and later. */

type Step = readonly [pattern: string, replacement: string];
/** Takes an expression of a template, gives one that is safe to show, of at most so many characters. */
export type Clean = (value: string, length: number) => string;

const raw = (text: string) => (text.includes("`") ? JSON.stringify(text) : `\`${text}\``);
const replaced = (value: string, steps: readonly Step[]) => [value, ...steps.map(([pattern, replacement]) => `reReplaceAll ${raw(pattern)} ${raw(replacement)}`)].join(" | ");

/** One line without terminal codes, control characters and secrets. */
export const oneLine: Clean = (value, length) => replaced(value, [[terminalCodes, ""], [controlCharacters, " "], ...masks, [`^(.{${length}}).+$`, "${1}…"]]);

/** For Slack: & < > cannot begin links or mentions, a backquote cannot end code, a star or tilde cannot begin a format. */
export const forSlack: Clean = (value, length) => replaced(oneLine(value, length), [["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ["`", "ˋ"], ["[*]", "∗"], ["~", "∼"]]);

/** For Jira's wiki text: nothing that begins a macro, a link or a mention. */
export const forWiki: Clean = (value, length) => replaced(oneLine(value, length), [["[{}]", "'"], ["[][]", "'"]]);

export const annotation = (name: string) => `(index .Annotations "${name}")`;
export const label = (name: string) => `(index .Labels "${name}")`;

/** Who an alert is about, in the words of a message, by label. */
export const identityWords = [["cloud", "cloud"], ["environment", "environment"], ["server", "host"], ["service", "service_name"]] as const;

/** When an alert began, in the server's time zone. */
export const since = (spec: ResolvedSpec) => `((.StartsAt | tz "${spec.timezone}").Format "2006-01-02 15:04:05 MST")`;

/** Links of an alert, by the annotation that holds the address. */
export const alertLinks = [["dashboard_url", "Dashboard"], ["logs_url", "Log lines"], ["traces_url", "Traces"]] as const;

/**
 * Sets `$url` to the address in an annotation, or to nothing. Its time range becomes the alert's: from half an hour before it began
 * (in nanoseconds, as Go counts) until now, or half an hour after it was over.
 */
export function urlOf(name: string): string {
  const encoded = encodeURIComponent(linkRange.explore);
  const [range, panes] = [`from=%d&to=%s`, encoded.replaceAll("%", "%%").replace("now-1h", "%d").replace("now", "%s")];
  return (
    '{{ $from := (.StartsAt.Add -1800000000000).UnixMilli }}{{ $to := "now" }}{{ if eq .Status "resolved" }}{{ $to = printf "%d" (.EndsAt.Add 1800000000000).UnixMilli }}{{ end }}' +
    `{{ $url := ${annotation(name)} | reReplaceAll "${linkRange.dashboard}" (printf "${range}" $from $to) | reReplaceAll "${encoded}" (printf "${panes}" $from $to) }}`
  );
}

/** The overview: for what is not in the message. */
export const overview = (spec: ResolvedSpec) => `${linkedGrafana(spec)}/d/lgtm-overview`;

/** What and where, for a title or a subject. */
export function title(clean: Clean): string {
  const common = (name: string) => `{{ with index .CommonLabels "${name}" }} · {{ ${clean(".", 24)} }}{{ end }}`;
  const state = '{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ with .CommonLabels.severity }}{{ . | toUpper }}{{ else }}FIRING{{ end }}{{ end }}';
  return `${state} {{ ${clean('(index .GroupLabels "alertname")', 60)} }}${common("environment")}${common("cloud")}${common("host")}{{ if gt (len .Alerts) 1 }} ({{ len .Alerts }}){{ end }}`;
}

export const define = (name: string, body: string) => `{{ define "${name}" }}${body}{{ end }}\n`;
