import { labels } from "../server/labels";
import { aboutService, fromLabel, toDashboard } from "./links";
import { byPool, gauge, heapShare, hikari, jvmLib, mean, moment, spent, springMixin } from "./micrometer";
import { fullness, table, timeseries, type Row } from "./panels";
import { now, prometheus } from "./queries";
import { byService, ofService, serviceLegend } from "./selectors";

const perPool = `${serviceLegend} {{pool}}`;

/** Memory, garbage collection, threads. */
export const jvm: Row = {
  title: "JVM",
  height: 7,
  panels: [
    timeseries({
      title: "Heap in use",
      about: "Of what the JVM may take. A line that never comes down again after a collection is a leak.",
      source: jvmLib,
      queries: [prometheus(heapShare, { legend: serviceLegend })],
      unit: "percentunit", max: 1, thresholds: fullness, width: 8,
      links: aboutService(fromLabel),
    }),
    timeseries({
      title: "Memory by pool",
      about: "Used bytes of each pool, heap and other.",
      source: jvmLib,
      queries: [prometheus(`sum by (area, id) (jvm_memory_used_bytes{${ofService}})`, { legend: "{{area}} {{id}}" })],
      unit: "bytes", stacked: true, width: 8,
    }),
    timeseries({
      title: "Standing still for garbage collection",
      about: "Share of time, by cause.",
      source: jvmLib,
      queries: [prometheus(spent("jvm_gc_pause", `${byService}, cause`), { legend: `${serviceLegend} {{cause}}` })],
      unit: "percentunit", decimals: 2, thresholds: ["green", [0.02, "yellow"], [0.05, "red"]], width: 8,
    }),
    timeseries({
      title: "Threads by state",
      about: "Many blocked ones wait for each other; many timed-waiting ones are mostly idle.",
      source: jvmLib,
      queries: [prometheus(`sum by (state) (${gauge("jvm_threads_states", "threads")})`, { legend: "{{state}}" })],
      unit: "none", stacked: true, width: 8,
    }),
    timeseries({
      title: "CPU of the application",
      about: "Share of the machine's cores that the JVM uses.",
      source: jvmLib,
      queries: [prometheus(`max by (${byService}) (process_cpu_usage{${ofService}})`, { legend: serviceLegend })],
      unit: "percentunit", max: 1, thresholds: fullness, width: 8,
    }),
    timeseries({
      title: "Open files",
      about: "Of what the system allows. At 100 % connections are refused.",
      queries: [
        prometheus(`max by (${byService}) (${gauge("process_files_open", "files")}) / max by (${byService}) (${gauge("process_files_max", "files")} > 0)`, { legend: serviceLegend }),
      ],
      unit: "percentunit", max: 1, thresholds: fullness, width: 8,
    }),
  ],
};

/** The database's connections, what is logged, when it started. */
export const poolLogsStart: Row = {
  title: "Connection pool, logs, start",
  height: 7,
  panels: [
    timeseries({
      title: "Connections in use",
      about: "Of the pool's largest size. At 100 % requests wait for the database.",
      source: springMixin,
      queries: [prometheus(`${hikari("_active")} / (${hikari("_max")} > 0)`, { legend: perPool })],
      unit: "percentunit", max: 1, thresholds: fullness, width: 6,
    }),
    timeseries({
      title: "Getting a connection takes",
      about: "Mean time until a thread has one.",
      source: springMixin,
      queries: [prometheus(mean("hikaricp_connections_acquire", byPool), { legend: perPool })],
      unit: "s", thresholds: ["green", [0.05, "yellow"], [0.5, "red"]], width: 6,
    }),
    timeseries({
      title: "Logged by level",
      about: "Lines per second as the application counts them, errors in red.",
      source: springMixin,
      queries: [prometheus(`sum by (level) (rate(logback_events_total{${ofService}}[$__rate_interval]))`, { legend: "{{level}}" })],
      unit: "cps", stacked: true, colors: { error: "red", warn: "yellow", info: "green", debug: "blue", trace: "purple" }, width: 6,
      links: [toDashboard("logs", "Log lines", { level: fromLabel("level") })],
    }),
    table({
      title: "Starts",
      about: "When each application started, and how long it took until it was ready.",
      queries: [
        now(moment("process_uptime", byService)),
        now(moment("application_ready_time", byService)),
        now(`sum by (${byService}) (changes(process_start_time_seconds{${ofService}}[$__range]) and on (${byService}) (jvm_info{${ofService}} or jvm_threads_peak_threads{${ofService}}))`, { emptyWhenHealthy: "not sent over OTLP" }),
      ],
      columns: [
        { name: "Service", label: labels.service },
        { name: "Host", label: labels.host },
        { name: "Up for", query: 0, unit: "s", decimals: 0, thresholds: ["yellow", [600, "green"]], width: 80 },
        { name: "Ready in", query: 1, unit: "s", width: 80 },
        { name: "Restarts", query: 2, unit: "none", thresholds: ["green", [1, "yellow"]], width: 75 },
      ],
      width: 6,
    }),
  ],
};
