import { labels } from "../server/labels";
import { addresses } from "./addresses";
import { aboutService, fromColumn, fromLabel, toAlertRules, toDashboard, toHost } from "./links";
import { cpuUsed, diskUsed, fullestDisk, memoryUsed, nodeMixin } from "./machines";
import { bargauge, errorsAMinute, failing, fullness, mustBeZero, slow, stat, table, timeseries, type Column, type Dashboard } from "./panels";
import { now, prometheus } from "./queries";
import { answeredWithin, failingShare, requestRate } from "./requests";
import { byHost, byService, hostLegend, ofHost, ofService, recordedErrors, serviceLegend } from "./selectors";

/** Alerts without the one that always fires. */
const firing = `ALERTS{alertstate="firing", alertname!="Watchdog", environment=~"$environment", cloud=~"$cloud", host=~"$host"}`;
const heard = (window: string) => `max by (${byHost}) (present_over_time(node_uname_info{${ofHost}}[${window}]))`;
/** Hosts that should be there: those of the spec's expectedHosts, and those that were. */
const expected = `(max by (${byHost}) (expected_host:info{${ofHost}}) or ${heard("6h")})`;
const silent = `${expected} unless ${heard("3m")}`;

const noRequests = "no service has answered requests for some minutes";
const environmentAndCloud: Column[] = [
  { name: "Environment", label: labels.environment, width: 110, links: [toDashboard("overview", "Only this environment", { environment: fromColumn("Environment") })] },
  { name: "Cloud", label: labels.cloud, width: 75, links: [toDashboard("overview", "Only this cloud", { cloud: fromColumn("Cloud") })] },
];

/** What a person on call opens first. */
export const overview: Dashboard = {
  name: "overview",
  title: "Overview",
  description: "Every environment, cloud, host and service on one screen, what is wrong first. Each value leads to its detail.",
  rows: [
    {
      title: "What is wrong",
      height: 4,
      panels: [
        stat({
          title: "Alerts firing",
          about: "Alerts that fire now; the table below names them.",
          queries: [now(`count(${firing}) or vector(0)`)],
          unit: "none", thresholds: mustBeZero, width: 4,
          links: [toAlertRules("Firing rules", "state:firing")],
        }),
        stat({
          title: "Targets down",
          about: "Programs whose metrics cannot be fetched.",
          queries: [now(`count(up{${ofService}, job!~"probe|heartbeat"} == 0) or vector(0)`)],
          unit: "none", thresholds: mustBeZero, width: 4,
          links: [toDashboard("server", "Monitoring server")],
        }),
        stat({
          title: "Silent hosts",
          about: "Hosts of expectedHosts, or that sent metrics within the last six hours, from which none came in the last three minutes.",
          queries: [now(`count(${silent}) or vector(0)`)],
          unit: "none", thresholds: mustBeZero, width: 4,
          links: [toDashboard("host", "Hosts")],
        }),
        stat({
          title: "Errors logged in 5 min",
          about: "Log lines of level error or worse.",
          queries: [now(`sum(sum_over_time(${recordedErrors}[5m])) or vector(0)`)],
          unit: "none", thresholds: ["green", [1, "yellow"], [20, "red"]], width: 4,
          links: [toDashboard("errors", "Errors")],
        }),
        stat({
          title: "Fullest disk",
          about: "The fullest file system of all hosts.",
          source: nodeMixin,
          queries: [now(`max(${diskUsed})`)],
          unit: "percentunit", decimals: 0, thresholds: fullness, width: 4,
          links: [toDashboard("host", "Hosts")],
        }),
        stat({
          title: "Fullest memory",
          about: "Memory in use on the host that has the least left.",
          source: nodeMixin,
          queries: [now(`max(${memoryUsed})`)],
          unit: "percentunit", decimals: 0, thresholds: fullness, width: 4,
          links: [toDashboard("host", "Hosts")],
        }),
      ],
    },
    {
      title: "Services and alerts",
      height: 9,
      panels: [
        table({
          title: "Services",
          emptyWhenUnused: noRequests,
          about: "Requests as the service itself counts them (Micrometer), else from its spans; error lines and all lines from Loki. The last five minutes. State is that of the scrape; who sends by itself has none.",
          queries: [
            now(requestRate(byService, "5m")),
            now(failingShare(byService, "5m")),
            now(answeredWithin(0.95, byService, "5m")),
            now(`sum by (${byService}) (sum_over_time(${recordedErrors}[5m]))`, { emptyWhenHealthy: "nothing logs an error" }),
            now(`sum by (${byService}) (last_over_time(log_lines:count1m{${ofService}}[5m]))`),
            now(`min by (${byService}) (up{${ofService}, job!~"probe|heartbeat|cloud-.+"})`, { emptyWhenHealthy: "only what is scraped has a state" }),
          ],
          columns: [
            { name: "Service", label: labels.service, links: aboutService(fromColumn, { service: "Service", host: "Host" }) },
            { name: "Host", label: labels.host, links: [toHost(fromColumn("Host"))] },
            ...environmentAndCloud,
            { name: "State", query: 5, words: { 1: { text: "up", color: "green" }, 0: { text: "down", color: "red" } }, width: 65, links: [toDashboard("logs", "Log lines", { service: fromColumn("Service"), host: fromColumn("Host") })] },
            { name: "Req/s", query: 0, unit: "reqps", width: 80, links: [toDashboard("services", "Requests", { service: fromColumn("Service") })] },
            {
              name: "Failing", query: 1, unit: "percentunit", decimals: 1, thresholds: failing, width: 80,
              links: [toDashboard("traces", "Traces", { service: fromColumn("Service") })],
            },
            { name: "p95", query: 2, unit: "s", thresholds: slow, width: 80, links: [toDashboard("services", "Requests", { service: fromColumn("Service") })] },
            {
              name: "Errors", query: 3, unit: "none", thresholds: mustBeZero, width: 75,
              links: [toDashboard("errors", "Errors", { service: fromColumn("Service"), host: fromColumn("Host") })],
            },
            { name: "Lines/min", query: 4, unit: "short", width: 90, links: [toDashboard("logs", "Log lines", { service: fromColumn("Service"), host: fromColumn("Host") })] },
          ],
          sortBy: "Errors",
          width: 16,
        }),
        table({
          title: "Firing alerts",
          about: "What Prometheus' rules say is wrong now.",
          queries: [now(`max by (alertname, severity, ${byService}) (${firing})`)],
          columns: [
            { name: "Alert", label: "alertname", links: [toAlertRules("Rule", `rule:${fromColumn("Alert").replace(/\}$/, ":percentencode}")}`)] },
            { name: "Severity", label: "severity", width: 80, links: [toAlertRules("Firing rules", "state:firing")], words: { critical: { text: "critical", color: "red" }, warning: { text: "warning", color: "yellow" } } },
            { name: "Host", label: labels.host, links: [toHost(fromColumn("Host"))] },
            { name: "Service", label: labels.service, links: aboutService(fromColumn, { service: "Service", host: "Host" }) },
          ],
          noValue: "No alert fires",
          emptyWhenHealthy: "no alert fires",
          width: 8,
        }),
      ],
    },
    {
      title: "Hosts",
      height: 8,
      panels: [
        table({
          title: "Hosts",
          about: "Up means that metrics came within the last three minutes. Disk is the fullest file system.",
          source: nodeMixin,
          queries: [
            now(`${heard("3m")} or 0 * ${expected}`),
            now(cpuUsed.replace("$__rate_interval", "5m")),
            now(memoryUsed),
            now(fullestDisk),
          ],
          columns: [
            { name: "Host", label: labels.host, links: [toHost(fromColumn("Host"))] },
            ...environmentAndCloud,
            { name: "State", query: 0, words: { 1: { text: "up", color: "green" }, 0: { text: "silent", color: "red" } }, width: 70, links: [toHost(fromColumn("Host"))] },
            { name: "CPU", query: 1, unit: "percentunit", decimals: 0, thresholds: fullness, width: 70, links: [toHost(fromColumn("Host"))] },
            { name: "Memory", query: 2, unit: "percentunit", decimals: 0, thresholds: fullness, width: 80, links: [toHost(fromColumn("Host"))] },
            { name: "Disk", query: 3, unit: "percentunit", decimals: 0, thresholds: fullness, width: 70, links: [toHost(fromColumn("Host"))] },
          ],
          sortBy: "Disk",
          width: 12,
        }),
        bargauge({
          title: "Disks",
          about: "The fullest file systems of all hosts.",
          source: nodeMixin,
          queries: [now(`topk(8, ${diskUsed})`, { legend: `${hostLegend} {{mountpoint}}` })],
          unit: "percentunit", decimals: 0, min: 0, max: 1, thresholds: fullness, width: 6,
          links: [toHost(fromLabel(labels.host))],
        }),
        bargauge({
          title: "Memory",
          about: "Hosts that have the least memory left.",
          source: nodeMixin,
          queries: [now(`topk(8, ${memoryUsed})`, { legend: hostLegend })],
          unit: "percentunit", decimals: 0, min: 0, max: 1, thresholds: fullness, width: 6,
          links: [toHost(fromLabel(labels.host))],
        }),
      ],
    },
    addresses,
    {
      title: "Over time",
      height: 7,
      panels: [
        timeseries({
          title: "Failing requests",
          emptyWhenUnused: noRequests,
          about: "Share of requests that fail. A limit of 5 % is where alerts begin by default.",
          queries: [prometheus(failingShare(byService), { legend: serviceLegend })],
          unit: "percentunit", thresholds: failing, width: 8,
          links: aboutService(fromLabel),
        }),
        timeseries({
          title: "Answered within (p95)",
          emptyWhenUnused: noRequests,
          about: "19 of 20 requests are faster than this.",
          queries: [prometheus(answeredWithin(0.95, byService), { legend: serviceLegend, exemplars: true })],
          unit: "s", thresholds: slow, width: 8,
          links: aboutService(fromLabel),
        }),
        timeseries({
          title: "Errors logged",
          about: "Log lines of level error or worse, a minute.",
          queries: [prometheus(`sum by (${byService}) (${recordedErrors})`, { legend: serviceLegend })],
          unit: "cpm", stacked: true, thresholds: errorsAMinute, emptyWhenHealthy: "nothing logs an error", width: 8,
          links: aboutService(fromLabel),
        }),
      ],
    },
  ],
};
