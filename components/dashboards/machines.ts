import { byHost, hostLegend, ofHost } from "./selectors";

/** File systems that hold data: not those in memory, not what cannot be written, not the parts of an engine. */
const fileSystems = `${ofHost}, fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|erofs|vfat|fuse.*", mountpoint!~"/(run|boot|snap|mnt/wsl)(/.*)?"`;

/** Interfaces that lead out of the machine. */
const interfaces = `${ofHost}, device!~"lo|veth.*|docker.*|br-.*|cni.*|virbr.*"`;

/** Disks as a whole: not partitions of memory, loops or optical drives. */
const disks = `${ofHost}, device!~"(loop|ram|zram|sr|dm-).*"`;

export { disks, fileSystems, interfaces };

export const byFileSystem = `${byHost}, mountpoint`;

/** Shares from 0 to 1. */
export const cpuUsed = `1 - avg by (${byHost}) (rate(node_cpu_seconds_total{${ofHost}, mode="idle"}[$__rate_interval]))`;
export const memoryUsed = `1 - max by (${byHost}) (node_memory_MemAvailable_bytes{${ofHost}}) / max by (${byHost}) (node_memory_MemTotal_bytes{${ofHost}})`;
export const diskUsed = `1 - min by (${byFileSystem}) (node_filesystem_avail_bytes{${fileSystems}} / (node_filesystem_size_bytes{${fileSystems}} > 0))`;
export const fullestDisk = `max by (${byHost}) (${diskUsed})`;

/** Seconds until a file system is full if it goes on as in the last hours; nothing where it is not filling. */
export const secondsToFull = (window = "6h") =>
  `min by (${byFileSystem}) (node_filesystem_avail_bytes{${fileSystems}} / (-deriv(node_filesystem_avail_bytes{${fileSystems}}[${window}]) > 0))`;

export const nodeMixin = "node-mixin of prometheus/node_exporter (Apache-2.0) for metric and threshold; expression pulumi-lgtm";

export const perDevice = `${hostLegend} {{device}}`;

/** Per second, host and part of it. */
export const rateBy = (metric: string, selector: string, by: string) => `sum by (${byHost}, ${by}) (rate(${metric}{${selector}}[$__rate_interval]))`;
