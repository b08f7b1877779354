import { alertLinks, annotation, define, forWiki, identityWords, label, oneLine, overview, since, title, urlOf, type Clean } from "./message-parts";
import type { ResolvedSpec } from "../server/spec";

/** Alerts that an e-mail or an issue shows. */
const most = 20;

/** Subject, plain text and HTML of an e-mail; summary and description of an issue. */
export function textTemplates(spec: ResolvedSpec): string[] {
  return [
    define("lgtm.title", title(oneLine)),
    define("lgtm.text", text(spec, oneLine, word => `${word}: {{ $url }}`)),
    define("lgtm.jira.text", text(spec, forWiki, word => `[${word}|{{ $url | reReplaceAll "[][{}|]" "" }}]`)),
    define("lgtm.html", html(spec)),
  ];
}

const each = (body: string, rest: string) => `{{ range $i, $alert := .Alerts }}{{ if lt $i ${most} }}{{ with $alert }}${body}{{ end }}{{ end }}{{ end }}{{ if gt (len .Alerts) ${most} }}${most} of {{ len .Alerts }} are shown; all of them: ${rest}{{ end }}`;
const links = (link: (word: string) => string, after: string) => alertLinks.map(([name, word]) => `${urlOf(name)}{{ if $url }}${link(word)}${after}{{ end }}`).join("");
const state = '{{ if eq .Status "resolved" }} (over){{ end }}';

function text(spec: ResolvedSpec, clean: Clean, link: (word: string) => string): string {
  const who = identityWords.map(([word, name]) => `{{ if ${label(name)} }}${word} {{ ${clean(label(name), 128)} }}  {{ end }}`).join("");
  const optional = (name: string, length: number) => `{{ if ${annotation(name)} }}{{ ${clean(annotation(name), length)} }}\n{{ end }}`;
  const count = `{{ if ${annotation("count")} }}, {{ ${clean(annotation("count"), 12)} }} times{{ end }}`;
  return each(`{{ ${clean(annotation("summary"), 200)} }}${state}\n${who}\nsince {{ ${since(spec)} }}${count}\n${optional("error", 300)}${optional("description", 400)}${links(link, "\n")}\n`, `${overview(spec)}\n`);
}

/** For html/template, which escapes what it fills in. */
function html(spec: ResolvedSpec): string {
  const head = ["What", ...identityWords.map(([word]) => word), "since", "links"].map(word => `<th>${word}</th>`).join("");
  const count = `{{ if ${annotation("count")} }}, {{ ${oneLine(annotation("count"), 12)} }} times{{ end }}`;
  const error = `{{ if ${annotation("error")} }}<pre>{{ ${oneLine(annotation("error"), 300)} }}</pre>{{ end }}`;
  const description = `{{ if ${annotation("description")} }}<br><small>{{ ${oneLine(annotation("description"), 400)} }}</small>{{ end }}`;
  const cells = [
    `{{ ${oneLine(annotation("summary"), 200)} }}${state}${count}${error}${description}`,
    ...identityWords.map(([, name]) => `{{ ${oneLine(label(name), 128)} }}`),
    `{{ ${since(spec)} }}`,
    links(word => `<a href="{{ $url }}">${word}</a> `, ""),
  ];
  const rows = each(`<tr>${cells.map(cell => `<td>${cell}</td>`).join("")}</tr>`, `<a href="${overview(spec)}">overview</a>`);
  return `<!DOCTYPE html><html><body style="font-family:sans-serif"><table border="1" cellpadding="6" style="border-collapse:collapse"><tr>${head}</tr>${rows}</table></body></html>`;
}
