import { cpuUsed, disks, interfaces, memoryUsed, nodeMixin, perDevice, rateBy } from "./machines";
import { fullness, timeseries, type Row } from "./panels";
import { prometheus } from "./queries";
import { byHost, hostLegend, ofHost } from "./selectors";

const waiting = (metric: string) => `max by (${byHost}) (rate(node_pressure_${metric}{${ofHost}}[$__rate_interval]))`;
const pressure = "Linux pressure stall information; expression pulumi-lgtm";

/** What keeps a host busy. */
export const hostLoad: Row = {
  title: "CPU and memory",
  height: 7,
  panels: [
    timeseries({
      title: "CPU in use",
      about: "All cores together.",
      source: nodeMixin,
      queries: [prometheus(cpuUsed, { legend: hostLegend })],
      unit: "percentunit", max: 1, thresholds: fullness, width: 8,
    }),
    timeseries({
      title: "Load per core",
      about: "Programs that run or wait, over five minutes. Above 1 they wait.",
      source: nodeMixin,
      queries: [
        prometheus(`max by (${byHost}) (node_load5{${ofHost}}) / count by (${byHost}) (node_cpu_seconds_total{${ofHost}, mode="idle"})`, { legend: hostLegend }),
      ],
      unit: "none", decimals: 2, thresholds: ["green", [1, "yellow"], [2, "red"]], width: 8,
    }),
    timeseries({
      title: "CPU by use",
      about: "What the cores do; iowait is waiting for disks.",
      queries: [prometheus(`sum by (mode) (rate(node_cpu_seconds_total{${ofHost}, mode!="idle"}[$__rate_interval]))`, { legend: "{{mode}}" })],
      unit: "none", decimals: 2, stacked: true, width: 8,
    }),
    timeseries({
      title: "Memory in use",
      about: "What is not available to programs. Caches count as available.",
      source: nodeMixin,
      queries: [prometheus(memoryUsed, { legend: hostLegend })],
      unit: "percentunit", max: 1, thresholds: fullness, width: 8,
    }),
    timeseries({
      title: "Waiting for a resource",
      about: "Share of time in which at least one program had to wait for CPU, memory or disk.",
      source: pressure,
      queries: [["cpu_waiting_seconds_total", "CPU"], ["memory_waiting_seconds_total", "memory"], ["io_waiting_seconds_total", "disk"]].map(([metric, name]) =>
        prometheus(waiting(metric!), { legend: `${hostLegend} ${name}` })),
      unit: "percentunit", thresholds: ["green", [0.2, "yellow"], [0.5, "red"]], width: 8,
    }),
    timeseries({
      title: "Swapped pages",
      about: "Pages of 4 kB written to and read from swap. More than a little, for long, makes a host slow.",
      source: nodeMixin,
      queries: [
        prometheus(`sum by (${byHost}) (rate(node_vmstat_pswpin{${ofHost}}[$__rate_interval]) + rate(node_vmstat_pswpout{${ofHost}}[$__rate_interval]))`, { legend: hostLegend }),
      ],
      unit: "pps", thresholds: ["green", [100, "yellow"], [1000, "red"]], width: 8,
    }),
  ],
};

/** What goes over its network and disks. */
export const hostTraffic: Row = {
  title: "Network and disk traffic",
  height: 7,
  panels: [
    timeseries({
      title: "Received",
      about: "By interface.",
      source: nodeMixin,
      queries: [prometheus(rateBy("node_network_receive_bytes_total", interfaces, "device"), { legend: perDevice })],
      unit: "Bps", width: 6,
    }),
    timeseries({
      title: "Sent",
      about: "By interface.",
      source: nodeMixin,
      queries: [prometheus(rateBy("node_network_transmit_bytes_total", interfaces, "device"), { legend: perDevice })],
      unit: "Bps", width: 6,
    }),
    timeseries({
      title: "Network errors and drops",
      about: "Packets that were damaged or thrown away.",
      source: nodeMixin,
      queries: ["receive_errs", "transmit_errs", "receive_drop", "transmit_drop"].map(what =>
        prometheus(`sum by (${byHost}) (rate(node_network_${what}_total{${interfaces}}[$__rate_interval]))`, { legend: `${hostLegend} ${what.replace("_", " ")}` })),
      unit: "pps", thresholds: ["green", [1, "yellow"], [10, "red"]], width: 6,
    }),
    timeseries({
      title: "Disk traffic",
      about: "Read and written.",
      source: nodeMixin,
      queries: [["read", "read"], ["written", "written"]].map(([what, name]) =>
        prometheus(`sum by (${byHost}) (rate(node_disk_${what}_bytes_total{${disks}}[$__rate_interval]))`, { legend: `${hostLegend} ${name}` })),
      unit: "Bps", width: 6,
    }),
  ],
};
