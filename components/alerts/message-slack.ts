import { alertLinks, annotation, define, forSlack, identityWords, label, overview, since, title, urlOf } from "./message-parts";
import type { ResolvedSpec } from "../server/spec";

/** Characters of Slack's title and text that we use at most. Slack cuts a message at 40,000 and asks for less than 4,000. */
export const slackLimits = { title: 200, text: 4_000 };

/** More characters than this in an address, and the link is left out: only a label of absurd length comes to that. */
const longestLink = 1_000;
/** Bytes of text up to which a further alert is added. */
const enoughText = 3_500;

/** Title, colour, link and text of the attachment. */
export function slackTemplates(spec: ResolvedSpec): string[] {
  const color = '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else if eq .CommonLabels.severity "warning" }}warning{{ else }}#439FE0{{ end }}';
  const link = `{{ $url := .CommonAnnotations.dashboard_url }}{{ if and $url (lt (len $url) ${longestLink}) }}{{ $url }}{{ else }}${overview(spec)}{{ end }}`;
  return [define("lgtm.slack.title", title(forSlack)), define("lgtm.slack.color", color), define("lgtm.slack.link", link), define("lgtm.slack.text", text(spec))];
}

/** One alert after the other, as many as fit; the first is always there. Once one does not fit none follows, so that the number shown is true. */
function text(spec: ResolvedSpec): string {
  const add = [
    block(spec),
    "{{ if $full }}",
    '{{ else if not $text }}{{ $text = $block }}{{ $shown = "." }}',
    `{{ else if lt (len (printf "%s%s" $text $block)) ${enoughText} }}{{ $text = printf "%s\\n\\n%s" $text $block }}{{ $shown = printf "%s." $shown }}`,
    "{{ else }}{{ $full = true }}{{ end }}",
  ].join("");
  return [
    '{{ $text := "" }}{{ $shown := "" }}{{ $full := false }}',
    `{{ range .Alerts.Firing }}${add}{{ end }}`,
    `{{ if not .Alerts.Firing }}{{ range .Alerts.Resolved }}${add}{{ end }}{{ end }}`,
    "{{ $text }}",
    `{{ if or $full (and .Alerts.Firing .Alerts.Resolved) }}\n\n{{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} over, {{ len $shown }} shown. <${overview(spec)}|All of them>{{ end }}`,
  ].join("");
}

/** Sets `$block`: what, who, since when, how many, the error's text, links. */
function block(spec: ResolvedSpec): string {
  const extend = (variable: string, format: string, value: string) => `{{ $${variable} = printf "${format}" $${variable} ${value} }}`;
  const who = identityWords.map(([word, name]) => `{{ if ${label(name)} }}${extend("who", `%s${word} \\x60%s\\x60  `, `(${forSlack(label(name), 48)})`)}{{ end }}`);
  const links = alertLinks.map(([name, word]) => `${urlOf(name)}{{ if and $url (lt (len $url) ${longestLink}) }}${extend("links", `%s<%s|${word}>  `, '($url | reReplaceAll "&" "&amp;" | reReplaceAll "[<>|]" "")')}{{ end }}`);
  return [
    '{{ $who := "" }}', ...who, '{{ $links := "" }}', ...links,
    `{{ $block := printf "%s\\n%s\\nsince %s" (${forSlack(annotation("summary"), 140)}) $who ${since(spec)} }}`,
    `{{ if eq .Status "resolved" }}${extend("block", "%s%s", '", over"')}{{ end }}`,
    `{{ if eq ${annotation("count")} "1" }}${extend("block", "%s%s", '", once"')}{{ else if ${annotation("count")} }}${extend("block", "%s, %s times", `(${forSlack(annotation("count"), 12)})`)}{{ end }}`,
    `{{ if ${annotation("error")} }}${extend("block", "%s\\n\\x60\\x60\\x60%s\\x60\\x60\\x60", `(${forSlack(annotation("error"), 240)})`)}{{ end }}`,
    `{{ if $links }}${extend("block", "%s\\n%s", "$links")}{{ end }}`,
  ].join("");
}
