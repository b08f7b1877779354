import { labels } from "../server/labels";
import { aboutService, fromColumn, toDashboard } from "./links";
import { bucketsOf, heapShare, hikari, jvmLib, longest, mean, moment, spent, springMixin, timed, within } from "./micrometer";
import { anyAtAll, failing, fullness, heatmap, mustBeZero, slow, stat, table, timeseries, type Dashboard } from "./panels";
import { now, prometheus } from "./queries";
import { byService } from "./selectors";
import { jvm, poolLogsStart } from "./spring-boot-jvm";

const http = "http_server_requests";
const failed = { where: 'status=~"5.."' };
const route = `${labels.service}, method, uri`;
const fiveMinutes = { window: "5m" };
const share = (part: string, whole: string) => `((${part}) or (${whole}) * 0) / ((${whole}) > 0)`;
const needsHistogram = "Needs management.metrics.distribution.percentiles-histogram.http.server.requests=true in the application.";

export const springBoot: Dashboard = {
  name: "springBoot",
  title: "Spring Boot",
  description: "Applications with Micrometer, scraped from the actuator or sent over OTLP: requests by route, JVM, connection pool, log levels, start.",
  emptyWhenUnused: "no application sends Micrometer's metrics",
  rows: [
    {
      title: "What is wrong",
      height: 4,
      panels: [
        stat({
          title: "Failing requests",
          about: "Share of requests answered with 5xx, of the last five minutes; the worst service.",
          queries: [now(`max(${share(timed(http, byService, { ...failed, ...fiveMinutes }), timed(http, byService, fiveMinutes))})`)],
          unit: "percentunit", decimals: 2, thresholds: failing, width: 4,
          links: [toDashboard("errors", "Errors")],
        }),
        stat({
          title: "Slowest request",
          about: "The longest that a request took in the last minutes, as Micrometer keeps it. It does not send it over OTLP: there what 99 of 100 requests stay below.",
          queries: [now(`max(${longest(http, byService)})`)],
          unit: "s", thresholds: slow, width: 4,
        }),
        stat({
          title: "Fullest heap",
          about: "Of what the JVM may take; the fullest. Above 80 % for long it collects garbage instead of working.",
          source: jvmLib,
          queries: [now(`max(${heapShare})`)],
          unit: "percentunit", decimals: 0, thresholds: fullness, width: 4,
        }),
        stat({
          title: "Garbage collection",
          about: "Share of time in which the JVM stood still for it; the worst. Above 5 % users notice.",
          source: jvmLib,
          queries: [now(`max(${spent("jvm_gc_pause", byService, fiveMinutes)}) or vector(0)`)],
          unit: "percentunit", decimals: 2, thresholds: ["green", [0.02, "yellow"], [0.05, "red"]], width: 4,
        }),
        stat({
          title: "Waiting for a connection",
          about: "Threads that wait for a connection of the pool.",
          source: springMixin,
          queries: [now(`sum(${hikari("_pending")}) or vector(0)`)],
          unit: "none", thresholds: mustBeZero, width: 4,
        }),
        stat({
          title: "Started last",
          about: "Time since the youngest application started.",
          queries: [now(`min(${moment("process_uptime", byService)})`)],
          unit: "s", decimals: 0, thresholds: ["yellow", [600, "green"]], width: 4,
        }),
      ],
    },
    {
      title: "Requests",
      height: 8,
      panels: [
        table({
          title: "Routes",
          about: `Of the last five minutes. ${needsHistogram.replace("Needs", "p95 needs")}`,
          source: springMixin,
          queries: [
            now(timed(http, route, fiveMinutes)),
            now(share(timed(http, route, { ...failed, ...fiveMinutes }), timed(http, route, fiveMinutes))),
            now(mean(http, route, fiveMinutes)),
            now(within(0.95, http, route, fiveMinutes)),
          ],
          columns: [
            {
              name: "Service", label: labels.service,
              links: aboutService(fromColumn, { service: "Service", host: "Host" }).filter(link => link.dashboard !== "springBoot" && link.dashboard !== "logs" && link.dashboard !== "errors"),
            },
            { name: "Method", label: "method", width: 75 },
            { name: "Route", label: "uri", links: [toDashboard("logs", "Log lines", { service: fromColumn("Service"), search: fromColumn("Route") })] },
            { name: "Req/s", query: 0, unit: "reqps", width: 85 },
            { name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 85 },
            { name: "Mean", query: 2, unit: "s", thresholds: slow, width: 85 },
            { name: "p95", query: 3, unit: "s", thresholds: slow, width: 85 },
          ],
          sortBy: "Failing",
          width: 14,
        }),
        timeseries({
          title: "Requests by status",
          about: "Answered requests by HTTP status.",
          source: springMixin,
          queries: [prometheus(timed(http, "status"), { legend: "{{status}}", exemplars: true })],
          unit: "reqps", stacked: true, width: 10,
        }),
        timeseries({
          title: "Failing by route",
          about: "Requests answered with 5xx.",
          queries: [prometheus(timed(http, route, failed), { legend: "{{method}} {{uri}}" })],
          unit: "reqps", thresholds: anyAtAll, emptyWhenHealthy: "no request fails", width: 8,
        }),
        timeseries({
          title: "Answered within (p95)",
          about: `19 of 20 requests are faster than this. Points lead to traces. ${needsHistogram}`,
          queries: [prometheus(within(0.95, http, route), { legend: "{{method}} {{uri}}", exemplars: true })],
          unit: "s", thresholds: slow, width: 8,
        }),
        heatmap({
          title: "How long requests take",
          about: `Number of requests by duration, of applications that are scraped. ${needsHistogram}`,
          queries: [prometheus(bucketsOf(http), { legend: "{{le}}", buckets: true, exemplars: true, emptyWhenHealthy: "a heatmap shows one unit; OTLP has milliseconds" })],
          unit: "s", width: 8,
        }),
      ],
    },
    jvm,
    poolLogsStart,
  ],
};
