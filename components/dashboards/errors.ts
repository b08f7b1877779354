import { labels } from "../server/labels";
import { errors } from "./error-messages";
import { aboutService, fromColumn, fromLabel, toDashboard, toHost } from "./links";
import { mustBeZero, logs, stat, table, timeseries, type Column, type Dashboard } from "./panels";
import { loki } from "./queries";
import { byService, errorLines, serviceLegend } from "./selectors";

const kind = `error, ${labels.service}`;
const release = "service_version";
const chosen = `${errors}\n| error=~\`\\Q$error\\E.*\``;
const count = (by: string, window: string, offset = "") => `sum by (${by}) (count_over_time(${errors} [${window}]${offset}))`;
const distinct = (label: string) => `count by (${kind}) (sum by (${kind}, ${label}) (count_over_time(${errors}\n| ${label}!="" [$__range])))`;
const moment = (which: "min" | "max") => `${which}_over_time(${errors}\n| label_format at=\`{{ unixEpochMillis __timestamp__ }}\`\n| unwrap at [$__range]) by (${kind})`;
const sinceYesterday = `${count(kind, "24h")} unless ${count(kind, "24h", " offset 24h")}`;
const numbers = { instant: true, emptyWhenHealthy: "nothing logs an error" };
const bounded = "Loki refuses to count more than a thousand different ones: in a storm choose a shorter time, or look at the services above.";

const service = fromColumn("Service");
const linesOf = toDashboard("errors", "Lines of this error", { service, error: fromColumn("Error") });
const failingTraces = toDashboard("traces", "Failing traces", { service });
const errorColumn: Column = { name: "Error", label: "error", links: [linesOf, failingTraces] };
const serviceColumn: Column = { name: "Service", label: labels.service, width: 130, links: [failingTraces, toDashboard("services", "Requests", { service })] };

/** Error lines become numbers: which errors, how many, since when, where. */
export const errorsDashboard: Dashboard = {
  name: "errors",
  title: "Errors",
  description: "Log lines of level error or worse, grouped by what they say: numbers, ids and quoted values are replaced, so that one error is one row.",
  since: "6h",
  refresh: "5m",
  variables: [{ name: "error", label: "Error", about: "Beginning of the error as the tables show it; empty for all. A click on an error sets it.", value: "" }],
  rows: [
    {
      title: "What is wrong",
      height: 7,
      panels: [
        stat({
          title: "Error lines",
          about: "In the time range.",
          queries: [loki(`sum(count_over_time(${errorLines} [$__range])) or vector(0)`, { instant: true })],
          unit: "none", thresholds: ["green", [1, "yellow"]], width: 4,
        }),
        stat({
          title: "Kinds of errors",
          about: `Different errors in the time range. ${bounded}`,
          queries: [loki(`count(${count(kind, "$__range")}) or vector(0)`, { instant: true })],
          unit: "none", thresholds: ["green", [1, "yellow"]], width: 4,
        }),
        stat({
          title: "New kinds",
          about: "Errors of the last 24 hours that were not there in the 24 hours before; the table below names them.",
          queries: [loki(`count(${sinceYesterday}) or vector(0)`, { instant: true })],
          unit: "none", thresholds: mustBeZero, width: 4,
        }),
        timeseries({
          title: "Errors by service",
          about: "Lines of level error or worse. Always there, however many errors differ.",
          queries: [loki(`sum by (${byService}) (count_over_time(${errorLines} [$__auto]))`, { legend: serviceLegend })],
          unit: "short", stacked: true, thresholds: mustBeZero, emptyWhenHealthy: "nothing logs an error", width: 12,
          links: aboutService(fromLabel),
        }),
      ],
    },
    {
      title: "Which errors",
      height: 10,
      panels: [
        table({
          title: "Errors",
          about: `In the time range. Hosts and releases are how many of them logged it; a release is the application's service.version. ${bounded}`,
          queries: [
            loki(`topk(50, ${count(kind, "$__range")})`, numbers),
            loki(moment("min"), numbers),
            loki(moment("max"), numbers),
            loki(distinct(labels.host), numbers),
            loki(distinct(release), { instant: true, emptyWhenHealthy: "only where applications send their service.version" }),
          ],
          columns: [
            errorColumn,
            serviceColumn,
            { name: "Count", query: 0, unit: "short", width: 75 },
            { name: "First seen", query: 1, unit: "dateTimeFromNow", width: 120 },
            { name: "Last seen", query: 2, unit: "dateTimeFromNow", width: 120 },
            { name: "Hosts", query: 3, unit: "none", width: 65 },
            { name: "Releases", query: 4, unit: "none", width: 80 },
          ],
          sortBy: "Count",
          noValue: "No errors",
          emptyWhenHealthy: "nothing logs an error",
          width: 24,
        }),
        table({
          title: "New since yesterday",
          about: "Errors of the last 24 hours that were not there in the 24 hours before, whatever the time range.",
          queries: [loki(`topk(50, ${sinceYesterday})`, numbers)],
          columns: [errorColumn, serviceColumn, { name: "Count", query: 0, unit: "short", width: 75 }],
          sortBy: "Count",
          noValue: "Nothing new",
          emptyWhenHealthy: "nothing new is wrong",
          width: 12,
        }),
        table({
          title: "Where",
          about: "Hosts and releases that logged the chosen error, or any. Only on one release: look at what changed. Only on one host: look at the host.",
          queries: [loki(`topk(50, sum by (${byService}, ${release}) (count_over_time(${chosen} [$__range])))`, numbers)],
          columns: [
            { name: "Environment", label: labels.environment },
            { name: "Cloud", label: labels.cloud, width: 80 },
            { name: "Host", label: labels.host, links: [toHost(fromColumn("Host"))] },
            { ...serviceColumn, width: undefined },
            { name: "Release", label: release },
            { name: "Count", query: 0, unit: "short", width: 75 },
          ],
          sortBy: "Count",
          noValue: "No errors",
          emptyWhenHealthy: "nothing logs an error",
          width: 12,
        }),
      ],
    },
    {
      title: "Lines",
      height: 12,
      panels: [
        logs({
          title: "Lines of the chosen error",
          about: "The newest lines as they came. Open one for its fields and the way to its trace.",
          queries: [loki(`${chosen}\n| drop error, msg, err`, { lines: 200 })],
          emptyWhenHealthy: "nothing logs an error", width: 24,
        }),
      ],
    },
  ],
};
