import { failedSpan, failedSpans } from "../server/failing-spans";
import { labels } from "../server/labels";
import { fromLabel, toDashboard } from "./links";
import { failing, slow, timeseries, traces, type Dashboard } from "./panels";
import { prometheus, traceql } from "./queries";
import { answering, ofService, ofSpan } from "./selectors";

const found = `${ofSpan} && name =~ "$operation" && $condition`;
const shown = "select(resource.service.name, resource.environment, resource.host)";
const perService = (metric: string) => `sum by (${labels.service}) (rate(${metric}{${ofService}, ${answering}}[$__rate_interval]))`;
const failedPerService = (metric: string) => `sum by (${labels.service}) (${failedSpans(metric, `${ofService}, ${answering}`, "$__rate_interval")})`;
const calls = "traces_spanmetrics_calls_total";
const links = [toDashboard("traces", "Only this service", { service: fromLabel(labels.service) }), toDashboard("logs", "Log lines", { service: fromLabel(labels.service) })];
const sampled = "Counted from spans: where an application samples its traces, these are the sampled ones.";

export const tracesDashboard: Dashboard = {
  name: "traces",
  title: "Traces",
  description: "Failing and slow traces first, then all that a search finds. A click on a trace opens it, with its log lines.",
  needs: ["tempo"],
  emptyWhenUnused: "no service has sent traces for some minutes",
  refresh: "",
  variables: [
    { name: "slower", label: "Slower than", about: "Such as 500ms or 2s.", value: "500ms" },
    { name: "operation", label: "Operation", about: "Name of a span, as a regular expression.", value: ".*" },
    { name: "condition", label: "Condition", about: "A condition in TraceQL, such as span.http.response.status_code = 500. true finds all.", value: "true" },
  ],
  rows: [
    {
      title: "What is wrong",
      height: 9,
      panels: [
        traces({
          title: "Failing",
          about: "Newest traces with a span that failed, or that answered with 5xx.",
          queries: [traceql(`{ ${found} && ${failedSpan} } | ${shown}`)],
          emptyWhenHealthy: "no trace fails", width: 12,
        }),
        traces({
          title: "Slower than $slower",
          about: "Newest traces with a span that took longer, the slowest first.",
          queries: [traceql(`{ ${found} && duration > $slower } | ${shown}`)],
          sortBy: "Duration", emptyWhenHealthy: "no trace is slow", width: 12,
        }),
      ],
    },
    {
      title: "By service",
      height: 7,
      panels: [
        timeseries({
          title: "Failing calls",
          about: `Share of answered calls that failed. ${sampled}`,
          queries: [
            prometheus(`(${failedPerService(calls)} or ${perService(calls)} * 0) / (${perService(calls)} > 0)`, { legend: "{{service_name}}" }),
          ],
          unit: "percentunit", thresholds: failing, width: 8, links,
        }),
        timeseries({
          title: "Answered within (p95)",
          about: "19 of 20 calls are faster than this. Points lead to traces.",
          queries: [
            prometheus(`histogram_quantile(0.95, sum by (le, ${labels.service}) (rate(traces_spanmetrics_latency_bucket{${ofService}, ${answering}}[$__rate_interval])))`, { legend: "{{service_name}}", exemplars: true }),
          ],
          unit: "s", thresholds: slow, width: 8, links,
        }),
        timeseries({ title: "Calls", about: sampled, queries: [prometheus(perService(calls), { legend: "{{service_name}}" })], unit: "reqps", width: 8, links }),
      ],
    },
    {
      title: "Search",
      height: 10,
      panels: [traces({ title: "Found", about: "Newest traces that the variables above find.", queries: [traceql(`{ ${found} } | ${shown}`)], width: 24 })],
    },
  ],
};
