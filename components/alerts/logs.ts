import { failedSpan } from "../server/failing-spans";
import { identity } from "../server/labels";
import { wrappedErrors } from "../server/wrapped-errors";
import { by, type RecordingRule, type Subject } from "./rule";
import type { ResolvedSpec } from "../server/spec";
import { controlCharacters, masks, terminalCodes } from "./masking";

/** Loki finds the level of JSON, logfmt and plain text when a line comes in. */
const errorLevels = '| detected_level=~"error|fatal|critical"';

/** Lines that come a little late, as an agent's batch does, are still counted. */
const late = "20s";
const count = (selection: string) => `sum by (${identity.join(", ")}) (count_over_time({service_name=~".+"} ${selection}[1m] offset ${late}))`;

/** Texts of errors that are recorded a minute and service: a storm of different ones cannot fill Prometheus. */
const textsKept = 20;
const textLength = 160;

/** Recorded by Loki into Prometheus, every minute: spikes, silence and news are asked of these counts, not of a day of lines. */
export function logCounts(spec: ResolvedSpec): RecordingRule[] {
  return [
    { record: "log_lines:count1m", expr: count("") },
    { record: "log_errors:count1m", expr: count(`${errorLevels} `) },
    { record: "log_error_texts:count1m", expr: errorTexts(spec) },
  ];
}

/**
 * Errors by their text: an agent's own excerpt, the message of a JSON line, or the line. Numbers and ids become "#", so that one
 * error is one text; cut by characters, not by bytes, which would split Korean. The server's own services are not in it: Loki
 * writes its queries into its log. 20,000 texts in a minute
 * cost Loki 40 MiB and 5 s of CPU (measured with 3.7); where it is too much for it, this fails and the counts by service do not.
 */
function errorTexts(spec: ResolvedSpec): string {
  const steps: (readonly [string, string])[] = [
    [terminalCodes, ""],
    ["(?s)[\\r\\n].*", ""],
    [controlCharacters, " "],
    ["^\\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+(Z|[+-][0-9:]+)?\\]? *", ""],
    ...wrappedErrors,
    ...masks,
    ["[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\\b0x[0-9a-fA-F]+\\b|\\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}\\b|[0-9]+", "#"],
    [" {2,}", " "],
    [`^(.{${textLength}}).+$`, "${1}…"],
  ];
  const text = steps.reduce((inner, [pattern, replacement]) => `regexReplaceAll ${JSON.stringify(pattern)} (${inner}) ${JSON.stringify(replacement)}`, "or .error_excerpt .lgtm_message .lgtm_msg __line__");
  const others = `(host != ${JSON.stringify(spec.host)} or environment != ${JSON.stringify(spec.environment)} or service_name !~ ${JSON.stringify(spec.services.join("|"))})`;
  const lines = `{service_name=~".+"} ${errorLevels} | ${others} | json lgtm_message="message", lgtm_msg="msg" | label_format error=\`{{ ${text} }}\` | drop __error__, __error_details__`;
  return `topk by (environment, service_name) (${textsKept}, sum by (${identity.join(", ")}, error) (count_over_time(${lines} [1m] offset ${late})))`;
}

const lately = (name: string, window: string) => `sum by (${by("service")}) (sum_over_time(${name}:count1m{$E}[${window}]))`;

/** Errors in logs: more than usual, and such as there were none of. */
export const logs: Subject = {
  name: "logs",
  interval: "30s",
  rules: [
    {
      name: "ErrorSpike", severity: "warning", of: "service", about: "errors", dashboard: "errors", threshold: { default: 10, unit: "errors in 5 minutes, and three times the usual" },
      expr: `${lately("log_errors", "5m")} > $T unless ${lately("log_errors", "5m")} <= 3 * sum by (${by("service")}) (sum_over_time(log_errors:count1m{$E}[1h] offset 5m)) / 12`,
      summary: "{{ $labels.service_name }} on {{ $labels.host }}: more errors than usual",
      description: "More than $T errors in 5 minutes, and three times as many as in 5 minutes of the hour before.",
      count: '{{ printf "%.0f" $value }}',
      logs: errorLevels, traces: failedSpan,
      source: "own",
    },
    {
      // Known is what was there within a day and longer ago than the 10 minutes for which it is news.
      name: "NewError", severity: "warning", of: "service", about: "new-error", event: true, dashboard: "errors",
      expr: `sum by (${by("service", "error")}) (sum_over_time(log_error_texts:count1m{$E}[10m])) unless on (environment, service_name, error) sum by (environment, service_name, error) (count_over_time(log_error_texts:count1m{$E}[24h] offset 10m))`,
      summary: "{{ $labels.service_name }} on {{ $labels.host }}: an error that was not there within the last day",
      description: "Numbers and ids in the text are shown as #. The link leads to the lines themselves.",
      error: "{{ $labels.error }}",
      count: '{{ printf "%.0f" $value }}',
      logs: errorLevels, traces: failedSpan,
      source: "own",
    },
  ],
};
