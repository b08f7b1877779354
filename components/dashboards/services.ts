import { failedSpans } from "../server/failing-spans";
import { labels } from "../server/labels";
import { aboutService, fromColumn, fromLabel, toDashboard } from "./links";
import { failing, heatmap, nodegraph, slow, stat, table, timeseries, traces, type Dashboard } from "./panels";
import { now, prometheus, traceql } from "./queries";
import { answering, ofService, ofSpan } from "./selectors";

const calls = "traces_spanmetrics_calls_total";
const latency = "traces_spanmetrics_latency";
const service = `${labels.environment}, ${labels.service}`;
const operation = `${service}, span_name`;
const graph = `environment=~"$environment"`;
const calling = 'span_kind="SPAN_KIND_CLIENT"';

const perSecond = (kind: string, by: string, window: string) => `sum by (${by}) (rate(${calls}{${ofService}, ${kind}}[${window}]))`;
const failures = (kind: string, by: string, window: string) => `(sum by (${by}) (${failedSpans(calls, `${ofService}, ${kind}`, window)}) or ${perSecond(kind, by, window)} * 0)`;
const errorShare = (kind: string, by: string, window: string) => `${failures(kind, by, window)} / (${perSecond(kind, by, window)} > 0)`;
const quantile = (q: number, kind: string, by: string, window: string) => `histogram_quantile(${q}, sum by (le, ${by}) (rate(${latency}_bucket{${ofService}, ${kind}}[${window}])))`;
const edges = (metric: string) => `sum by (client, server) (rate(traces_service_graph_request_${metric}{${graph}}[5m]))`;
const rate = "$__rate_interval";
const red = "RED method; metrics of Tempo's generator; expression pulumi-lgtm";
const sampled = "Counted from spans: where an application samples its traces, these are the sampled ones.";

/** Rate, errors and duration of whatever sends traces, in any language. */
export const services: Dashboard = {
  name: "services",
  title: "Services",
  description: `Rate, errors and duration of every service that sends traces. ${sampled}`,
  needs: ["tempo"],
  emptyWhenUnused: "no service has sent traces for some minutes",
  variables: [{ name: "slower", label: "SQL slower than", about: "Shortest duration of the SQL statements in the table, such as 10ms or 1s.", value: "10ms" }],
  rows: [
    {
      title: "What is wrong",
      height: 8,
      panels: [
        table({
          title: "Services",
          about: `The last five minutes, failing ones first. ${sampled}`,
          source: red,
          queries: [now(perSecond(answering, service, "5m")), now(errorShare(answering, service, "5m")), now(quantile(0.95, answering, service, "5m"))],
          columns: [
            {
              name: "Service", label: labels.service,
              links: [
                toDashboard("services", "Only this service", { service: fromColumn("Service") }),
                toDashboard("traces", "Traces", { service: fromColumn("Service") }),
                toDashboard("logs", "Log lines", { service: fromColumn("Service") }),
                toDashboard("errors", "Errors", { service: fromColumn("Service") }),
              ],
            },
            { name: "Environment", label: labels.environment },
            { name: "Req/s", query: 0, unit: "reqps", width: 85 },
            { name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 85 },
            { name: "p95", query: 2, unit: "s", thresholds: slow, width: 85 },
          ],
          sortBy: "Failing",
          width: 12,
        }),
        stat({
          title: "Failing",
          about: "Share of all requests that fail, over five minutes.",
          source: red,
          queries: [
            now(`sum${failures(answering, service, "5m")} / (sum(${perSecond(answering, service, "5m")}) > 0)`),
          ],
          unit: "percentunit", decimals: 2, thresholds: failing, noValue: "no requests", width: 4,
        }),
        timeseries({
          title: "Failing by service",
          about: "Share of requests that fail.",
          source: red,
          queries: [prometheus(errorShare(answering, service, rate), { legend: "{{service_name}}" })],
          unit: "percentunit", thresholds: failing, width: 8,
          links: aboutService(fromLabel).filter(link => link.dashboard === "traces"),
        }),
      ],
    },
    {
      title: "Rate and duration",
      height: 7,
      panels: [
        timeseries({
          title: "Requests",
          about: sampled,
          source: red,
          queries: [prometheus(perSecond(answering, service, rate), { legend: "{{service_name}}" })],
          unit: "reqps", width: 8,
        }),
        timeseries({
          title: "Answered within (p50, p95, p99)",
          about: "Of all selected services. Points lead to traces.",
          source: red,
          queries: [0.5, 0.95, 0.99].map(q =>
            prometheus(`histogram_quantile(${q}, sum by (le) (rate(${latency}_bucket{${ofService}, ${answering}}[${rate}])))`, { legend: `p${q * 100}`, exemplars: q === 0.95 })),
          unit: "s", thresholds: slow, width: 8,
        }),
        heatmap({
          title: "How long requests take",
          about: "Number of requests by duration.",
          queries: [prometheus(`sum by (le) (increase(${latency}_bucket{${ofService}, ${answering}}[${rate}]))`, { legend: "{{le}}", buckets: true })],
          unit: "s", width: 8,
        }),
      ],
    },
    {
      title: "Operations",
      height: 9,
      panels: [
        table({
          title: "Operations",
          about: "What is asked of the services: the last five minutes.",
          source: red,
          queries: [now(`topk(50, ${perSecond(answering, operation, "5m")})`), now(errorShare(answering, operation, "5m")), now(quantile(0.95, answering, operation, "5m"))],
          columns: [
            { name: "Service", label: labels.service },
            { name: "Operation", label: "span_name", links: [toDashboard("traces", "Traces", { service: fromColumn("Service"), operation: fromColumn("Operation") })] },
            { name: "Req/s", query: 0, unit: "reqps", width: 85 },
            { name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 85 },
            { name: "p95", query: 2, unit: "s", thresholds: slow, width: 85 },
          ],
          sortBy: "p95",
          width: 12,
        }),
        table({
          title: "What services call",
          about: "Databases, queues and other services as the callers see them: the last five minutes.",
          source: red,
          queries: [now(`topk(50, ${perSecond(calling, operation, "5m")})`), now(errorShare(calling, operation, "5m")), now(quantile(0.95, calling, operation, "5m"))],
          columns: [
            { name: "Service", label: labels.service },
            { name: "Calls", label: "span_name", links: [toDashboard("traces", "Traces", { service: fromColumn("Service"), operation: fromColumn("Calls") })] },
            { name: "Calls/s", query: 0, unit: "reqps", width: 85 },
            { name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 85 },
            { name: "p95", query: 2, unit: "s", thresholds: slow, width: 85 },
          ],
          sortBy: "p95",
          width: 12,
        }),
      ],
    },
    {
      title: "Who calls whom",
      height: 10,
      panels: [
        nodegraph({
          title: "Service graph",
          about: "An arrow is a call from one service to another; red is the failing part.",
          source: "service graph of Tempo's generator",
          queries: [traceql(`{${graph}}`, { serviceGraph: true })],
          width: 14,
        }),
        table({
          title: "Calls between services",
          about: "The arrows of the graph as a table, of the last five minutes.",
          source: "service graph of Tempo's generator; expression pulumi-lgtm",
          queries: [
            now(edges("total")),
            now(`(${edges("failed_total")} or ${edges("total")} * 0) / (${edges("total")} > 0)`),
            now(`histogram_quantile(0.95, sum by (le, client, server) (rate(traces_service_graph_request_server_seconds_bucket{${graph}}[5m])))`),
          ],
          columns: [
            { name: "Caller", label: "client" },
            { name: "Called", label: "server" },
            { name: "Calls/s", query: 0, unit: "reqps", width: 80 },
            { name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 80 },
            { name: "p95", query: 2, unit: "s", thresholds: slow, width: 80 },
          ],
          sortBy: "Failing",
          width: 10,
        }),
      ],
    },
    {
      title: "Slow SQL",
      height: 9,
      panels: [
        traces({
          title: "SQL statements slower than $slower",
          about: "Statements as datasource-micrometer (jdbc.query) or an OpenTelemetry agent (db.statement, db.query.text) records them, the slowest first; a click opens the trace.",
          queries: [
            traceql(`{ ${ofSpan} && (span."jdbc.query[0]" != nil || span.db.statement != nil || span.db.query.text != nil) && duration > $slower } | select(span."jdbc.query[0]", span.db.statement, span.db.query.text, resource.service.name)`, { table: "spans" }),
          ],
          sortBy: "Duration",
          emptyWhenHealthy: "no statement is slow",
          width: 24,
        }),
      ],
    },
  ],
};
