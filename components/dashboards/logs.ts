import { labels } from "../server/labels";
import { fromLabel, toDashboard } from "./links";
import { logs, stat, timeseries, type Dashboard, type ExtraVariable } from "./panels";
import { loki, prometheus } from "./queries";
import { errorLines, ofService, streams } from "./selectors";

/** Levels as Loki finds them; in their order of gravity. */
const logLevels = ["fatal", "critical", "error", "warn", "info", "debug", "trace", "unknown"];

const levelColors = { fatal: "dark-red", critical: "dark-red", error: "red", warn: "yellow", info: "green", debug: "blue", trace: "purple", unknown: "text" };

const variables: ExtraVariable[] = [
  { name: "level", label: "Level", about: "As Loki finds it in JSON, logfmt and plain text.", choices: logLevels, several: true, value: "" },
  { name: "search", label: "Search", about: "Part of the line, whatever its case; a regular expression.", value: "" },
  { name: "show", label: "Show", about: "Of JSON lines only time, message and stack trace, or the lines as they came.", choices: ["message", "line"], value: "message" },
];

const found = `${streams} | detected_level=~"$level" |~ \`(?i)$search\``;
const volume = (by: string) => `sum by (${by}) (count_over_time(${found} [$__auto]))`;

/** JSON lines are shown as a person would write them, their line breaks as line breaks; all others as they came. */
const readable = [
  'json message="message", msg="msg", stack="stack_trace", exception="exception", traceId="traceId"',
  "drop __error__, __error_details__",
  'line_format `{{ if eq "$show" "line" }}{{ __line__ }}{{ else if .message }}{{ .message }}{{ if .stack }}\n{{ .stack }}{{ end }}{{ else }}{{ __line__ }}{{ end }}`',
  // The id under the name that leads to the trace, whatever the application calls it.
  "label_format trace_id=`{{ if .trace_id }}{{ .trace_id }}{{ else }}{{ .traceId }}{{ end }}`",
  "drop message, msg, stack, exception, traceId",
].join("\n| ");

export const logsDashboard: Dashboard = {
  name: "logs",
  title: "Logs",
  description: "All log lines of every environment, cloud, host and service: how many of which level, and the lines themselves.",
  since: "1h",
  refresh: "",
  variables,
  rows: [
    {
      title: "How much, and how bad",
      height: 7,
      panels: [
        stat({
          title: "Errors",
          about: "Lines of level error or worse in the time range, whatever is searched for.",
          queries: [loki(`sum(count_over_time(${errorLines} [$__range])) or vector(0)`, { instant: true })],
          unit: "short", thresholds: ["green", [1, "red"]], width: 4,
          links: [toDashboard("errors", "Errors")],
        }),
        timeseries({
          title: "Lines by level",
          about: "Of the lines that the search finds.",
          queries: [loki(volume("detected_level"), { legend: "{{detected_level}}" })],
          unit: "short", stacked: true, colors: levelColors, width: 14,
          links: [toDashboard("logs", "Only this level", { level: fromLabel("detected_level") })],
        }),
        stat({
          title: "Lines found",
          about: "Lines that the search finds, in the time range.",
          queries: [loki(`sum(count_over_time(${found} [$__range])) or vector(0)`, { instant: true })],
          unit: "short", width: 6,
        }),
      ],
    },
    {
      title: "Lines",
      height: 16,
      panels: [
        logs({
          title: "Lines",
          about: "The newest ones that the search finds. Open one for its fields and the way to its trace.",
          queries: [loki(`${found}\n| ${readable}`, { lines: 500 })],
          width: 24,
        }),
      ],
    },
    {
      title: "Who logs",
      height: 7,
      panels: [
        timeseries({
          title: "By environment",
          about: "Lines a minute, recorded by a rule in Loki: cheap over weeks.",
          queries: [prometheus(`sum by (${labels.environment}) (log_lines:count1m{${ofService}})`, { legend: "{{environment}}" })],
          unit: "cpm", stacked: true, width: 8,
        }),
        timeseries({
          title: "By host",
          about: "Lines a minute. A host that falls silent has a stopped agent, or nothing to say.",
          queries: [prometheus(`sum by (${labels.host}) (log_lines:count1m{${ofService}})`, { legend: "{{host}}" })],
          unit: "cpm", stacked: true, width: 8,
          links: [toDashboard("logs", "Only this host", { host: fromLabel(labels.host) })],
        }),
        timeseries({
          title: "By service",
          about: "Lines a minute. Who logs most costs most.",
          queries: [prometheus(`sum by (${labels.service}) (log_lines:count1m{${ofService}})`, { legend: "{{service_name}}" })],
          unit: "cpm", stacked: true, width: 8,
          links: [toDashboard("logs", "Only this service", { service: fromLabel(labels.service) })],
        }),
      ],
    },
  ],
};
