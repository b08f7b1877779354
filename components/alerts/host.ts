import { by, type Subject } from "./rule";

const nodeMixin = "node-mixin (Apache-2.0)";
const table = "own, threshold as in awesome-prometheus-alerts (CC BY 4.0, Samuel Berthe)";

/** File systems that can fill: no memory, no images, no layers of containers. */
const disk = '$E, fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|erofs|fuse.*|nsfs|devtmpfs"';
const free = `100 * node_filesystem_avail_bytes{${disk}} / node_filesystem_size_bytes{${disk}}`;
const onDisk = (text: string) => `max by (${by("host", "mountpoint")}) (${text})`;
const writable = `node_filesystem_readonly{${disk}} == 0`;

/** Machines: node_exporter's metrics, which Alloy's unix exporter has, too. */
export const host: Subject = {
  name: "host",
  rules: [
    {
      name: "CpuHigh", severity: "warning", of: "host", about: "cpu", for: "15m", dashboard: "host", threshold: { default: 90, unit: "%" },
      expr: `100 * (1 - avg by (${by("host")}) (rate(node_cpu_seconds_total{$E, mode="idle"}[5m]))) > $T`,
      summary: '{{ $labels.host }}: CPU {{ printf "%.0f" $value }} % busy',
      description: "The processors have been busier than $T % for 15 minutes. Requests wait. The dashboard shows since when; top on the server shows which program.",
      source: table,
    },
    {
      name: "CpuSteal", severity: "warning", of: "host", about: "steal", for: "15m", dashboard: "host", threshold: { default: 10, unit: "%" },
      expr: `100 * avg by (${by("host")}) (rate(node_cpu_seconds_total{$E, mode="steal"}[5m])) > $T`,
      summary: '{{ $labels.host }}: {{ printf "%.0f" $value }} % of the CPU time is given to other machines',
      description: "The hypervisor takes more than $T % of the time: CPU credits of the instance are used up, or the physical machine is overcommitted. A larger or another type of instance helps.",
      source: table,
    },
    {
      name: "MemoryLow", severity: "warning", of: "host", about: "memory", for: "5m", dashboard: "host", threshold: { default: 10, unit: "% available" },
      expr: `max by (${by("host")}) (100 * node_memory_MemAvailable_bytes{$E} / node_memory_MemTotal_bytes{$E}) < $T`,
      summary: '{{ $labels.host }}: {{ printf "%.1f" $value }} % of the memory is available',
      description: "Less than $T % of the memory is available to programs. At nothing the kernel kills one.",
      source: table,
    },
    {
      name: "OomKill", severity: "critical", of: "host", about: "oom", event: true, dashboard: "host",
      expr: `max by (${by("host")}) (increase(node_vmstat_oom_kill{$E}[10m])) > 0`,
      summary: "{{ $labels.host }}: the kernel killed a program for lack of memory",
      description: "A program was killed in the last 10 minutes; the kernel's log names it (journalctl -k). Its container or the machine is too small for it, or it leaks.",
      logs: '|~ "(?i)out of memory|oom-kill|killed process"',
      source: table,
    },
    {
      name: "DiskLow", severity: "warning", of: "host", about: "disk", for: "30m", dashboard: "host", threshold: { default: 5, unit: "% free" },
      expr: `${onDisk(`${free} and ${writable}`)} < $T`,
      summary: '{{ $labels.host }}: {{ $labels.mountpoint }} has {{ printf "%.1f" $value }} % left',
      description: "Less than $T % of the disk is free. What grows: du -xh -d 2 on the mount point.",
      source: nodeMixin,
    },
    {
      name: "DiskAlmostFull", severity: "critical", of: "host", about: "disk", for: "5m", dashboard: "host", threshold: { default: 3, unit: "% free" },
      expr: `${onDisk(`${free} and ${writable}`)} < $T`,
      summary: '{{ $labels.host }}: {{ $labels.mountpoint }} has only {{ printf "%.1f" $value }} % left',
      description: "Less than $T % of the disk is free: programs are about to fail when they write.",
      source: nodeMixin,
    },
    {
      name: "DiskFillsIn24h", severity: "warning", of: "host", about: "disk", for: "1h", dashboard: "host", threshold: { default: 40, unit: "% free, and falling to nothing within 24 h" },
      expr: `${onDisk(`${free} and ${writable} and predict_linear(node_filesystem_avail_bytes{${disk}}[6h], 24 * 3600) < 0`)} < $T`,
      summary: '{{ $labels.host }}: {{ $labels.mountpoint }} is full within 24 hours, {{ printf "%.0f" $value }} % left',
      description: "At the pace of the last 6 hours the disk is full within a day.",
      source: nodeMixin,
    },
    {
      name: "SystemdUnitFailed", severity: "warning", of: "host", about: "systemd", for: "5m", dashboard: "host",
      expr: `max by (${by("host", "name")}) (node_systemd_unit_state{$E, state="failed"}) == 1`,
      summary: "{{ $labels.host }}: the systemd unit {{ $labels.name }} has failed",
      description: "systemctl status and journalctl -u with the unit's name say why. Needs the systemd collector of the exporter.",
      logs: '|~ "(?i)fail"',
      source: nodeMixin,
    },
  ],
};
