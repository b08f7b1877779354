import { labels } from "../server/labels";
import { aboutService, fromColumn, fromLabel, toDashboard } from "./links";
import { hostLoad, hostTraffic } from "./host-load";
import { byFileSystem, diskUsed, disks, fileSystems, fullestDisk, memoryUsed, nodeMixin, perDevice, rateBy, secondsToFull } from "./machines";
import { bargauge, errorsAMinute, fullness, mustBeZero, stat, table, timeseries, type Dashboard, type Thresholds } from "./panels";
import { now, prometheus } from "./queries";
import { byHost, byService, hostLegend, ofHost, recordedErrors, serviceLegend } from "./selectors";

const day = 86_400;
const toFull: Thresholds = ["red", [day, "yellow"], [7 * day, "green"]];

export const host: Dashboard = {
  name: "host",
  title: "Host",
  description: "Machines as node_exporter or Alloy's unix exporter sees them: what is full, what is short, what was killed.",
  rows: [
    {
      title: "What is wrong",
      height: 4,
      panels: [
        stat({
          title: "Fullest disk",
          about: "The fullest file system of the selected hosts.",
          source: nodeMixin,
          queries: [now(`max(${fullestDisk})`)],
          unit: "percentunit", decimals: 0, thresholds: fullness, width: 4,
        }),
        stat({
          title: "First disk full in",
          about: "If it goes on as in the last six hours.",
          source: nodeMixin,
          queries: [now(`min(${secondsToFull()})`, { emptyWhenHealthy: "no disk is filling" })],
          unit: "s", decimals: 0, thresholds: toFull, noValue: "not filling", width: 4,
        }),
        stat({
          title: "Fullest memory",
          about: "On the host that has the least left.",
          source: nodeMixin,
          queries: [now(`max(${memoryUsed})`)],
          unit: "percentunit", decimals: 0, thresholds: fullness, width: 4,
        }),
        stat({
          title: "Killed for memory",
          about: "Processes that the kernel ended for want of memory, in the time range. The log of the host names them.",
          source: nodeMixin,
          queries: [now(`sum(increase(node_vmstat_oom_kill{${ofHost}}[$__range]))`)],
          unit: "none", decimals: 0, thresholds: mustBeZero, width: 4,
          links: [toDashboard("logs", "Log lines", { search: "out of memory|oom-kill" })],
        }),
        stat({
          title: "Units that failed",
          about: "systemd units in state failed. Needs the exporter's systemd collector.",
          source: nodeMixin,
          queries: [now(`sum(node_systemd_unit_state{${ofHost}, state="failed"}) or vector(0)`)],
          unit: "none", thresholds: mustBeZero, width: 4,
        }),
        stat({
          title: "CPU stolen",
          about: "Time the cloud gave to others while this machine wanted it; the worst host. Above 10 % the machine is too small or its neighbours too loud.",
          source: nodeMixin,
          queries: [now(`max(avg by (${byHost}) (rate(node_cpu_seconds_total{${ofHost}, mode="steal"}[5m])))`)],
          unit: "percentunit", decimals: 1, thresholds: ["green", [0.05, "yellow"], [0.1, "red"]], width: 4,
        }),
      ],
    },
    {
      title: "Disks",
      height: 8,
      panels: [
        table({
          title: "File systems",
          about: "Full in: if it goes on as in the last six hours; empty where it is not filling.",
          source: nodeMixin,
          queries: [
            now(diskUsed),
            now(`min by (${byFileSystem}) (node_filesystem_avail_bytes{${fileSystems}})`),
            now(secondsToFull(), { emptyWhenHealthy: "no disk is filling" }),
            now(`1 - min by (${byFileSystem}) (node_filesystem_files_free{${fileSystems}} / (node_filesystem_files{${fileSystems}} > 0))`),
          ],
          columns: [
            { name: "Host", label: labels.host },
            { name: "Mounted on", label: "mountpoint" },
            { name: "Used", query: 0, unit: "percentunit", decimals: 0, thresholds: fullness, width: 75 },
            { name: "Left", query: 1, unit: "bytes", decimals: 1, width: 95 },
            { name: "Full in", query: 2, unit: "s", decimals: 0, thresholds: toFull, width: 95 },
            { name: "Files used", query: 3, unit: "percentunit", decimals: 0, thresholds: fullness, width: 90 },
          ],
          sortBy: "Used",
          width: 12,
        }),
        timeseries({
          title: "Disk in use",
          about: "Share of each file system that is used.",
          source: nodeMixin,
          queries: [prometheus(diskUsed, { legend: `${hostLegend} {{mountpoint}}` })],
          unit: "percentunit", max: 1, thresholds: fullness, width: 6,
        }),
        timeseries({
          title: "Disk busy",
          about: "Share of time in which a disk had work. Near 100 % requests wait.",
          source: nodeMixin,
          queries: [prometheus(rateBy("node_disk_io_time_seconds_total", disks, "device"), { legend: perDevice })],
          unit: "percentunit", thresholds: fullness, width: 6,
        }),
      ],
    },
    hostLoad,
    hostTraffic,
    {
      title: "What runs there",
      height: 7,
      panels: [
        bargauge({
          title: "Up for",
          about: "Time since the host was started.",
          queries: [now(`max by (${byHost}) (time() - node_boot_time_seconds{${ofHost}})`, { legend: hostLegend })],
          unit: "s", decimals: 0, min: 0, thresholds: ["yellow", [600, "green"]], width: 6,
        }),
        table({
          title: "Failed units",
          about: "systemd units in state failed, such as a service that ended with an error.",
          source: nodeMixin,
          queries: [now(`max by (${byHost}, name) (node_systemd_unit_state{${ofHost}, state="failed"} == 1)`)],
          columns: [{ name: "Host", label: labels.host }, { name: "Unit", label: "name", links: [toDashboard("logs", "Log lines", { host: fromColumn("Host"), search: fromColumn("Unit") })] }],
          noValue: "No unit has failed",
          emptyWhenHealthy: "no unit has failed",
          width: 6,
        }),
        timeseries({
          title: "Errors logged by services",
          about: "Log lines of level error or worse from these hosts, a minute.",
          queries: [prometheus(`sum by (${byService}) (${recordedErrors})`, { legend: serviceLegend })],
          unit: "cpm", stacked: true, thresholds: errorsAMinute, emptyWhenHealthy: "nothing logs an error", width: 6,
          links: aboutService(fromLabel),
        }),
        timeseries({
          title: "Segments sent again",
          about: "Share of TCP segments that got lost on the way and were sent again. Above a few percent the network is bad.",
          queries: [
            prometheus(`sum by (${byHost}) (rate(node_netstat_Tcp_RetransSegs{${ofHost}}[$__rate_interval])) / sum by (${byHost}) (rate(node_netstat_Tcp_OutSegs{${ofHost}}[$__rate_interval]) > 0)`, { legend: hostLegend }),
          ],
          unit: "percentunit", decimals: 1, thresholds: ["green", [0.02, "yellow"], [0.05, "red"]], width: 6,
        }),
      ],
    },
  ],
};
