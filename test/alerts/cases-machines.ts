import { everywhere, named, ofServer, ofService, onHost, type Case } from "./case";

const disk = (avail: string, readonly = "0x800", labels: Record<string, string> = onHost) => {
  const at = { ...labels, mountpoint: "/", fstype: "ext4", device: "/dev/sda1" };
  return { [named("node_filesystem_avail_bytes", at)]: avail, [named("node_filesystem_size_bytes", at)]: "100x800", [named("node_filesystem_readonly", at)]: readonly };
};
const cpu = (mode: string, values: string) => ({ [named("node_cpu_seconds_total", { ...onHost, cpu: "0", mode })]: values });
const memory = (available: string) => ({ [named("node_memory_MemAvailable_bytes", onHost)]: available, [named("node_memory_MemTotal_bytes", onHost)]: "100x60" });
const unit = (values: string) => ({ [named("node_systemd_unit_state", { ...onHost, name: "nginx.service", state: "failed" })]: values });
const kills = (values: string) => ({ [named("node_vmstat_oom_kill", onHost)]: values });

export const hostCases: Case[] = [
  { alert: "CpuHigh", when: "the processors idle for a second a minute", series: cpu("idle", "0+1x40"), at: 25, fires: onHost },
  { alert: "CpuHigh", when: "they idle half the time", series: cpu("idle", "0+30x40"), at: 25 },
  { alert: "CpuHigh", when: "they are busy for five minutes only", series: cpu("idle", "0+30x20 601+1x5 636+30x20"), at: 35 },
  { alert: "CpuSteal", when: "a fifth of the time is stolen", series: cpu("steal", "0+12x40"), at: 25, fires: onHost },
  { alert: "CpuSteal", when: "a second a minute is", series: cpu("steal", "0+1x40"), at: 25 },
  { alert: "MemoryLow", when: "5 % are available", series: memory("5x40"), at: 10, fires: onHost },
  { alert: "MemoryLow", when: "half is available", series: memory("50x40"), at: 10 },
  { alert: "OomKill", when: "the kernel's count goes up", series: kills("0x5 1x20"), at: 8, fires: onHost },
  { alert: "OomKill", when: "it was killed long ago", series: kills("3x40"), at: 20 },
  { alert: "DiskLow", when: "4 % are free for half an hour", series: disk("4x60"), at: 35, fires: { ...onHost, mountpoint: "/" } },
  { alert: "DiskLow", when: "10 % are free", series: disk("10x60"), at: 35 },
  { alert: "DiskLow", when: "the full disk is read-only", series: disk("0x60", "1x60"), at: 35 },
  { alert: "DiskLow", when: "dev has 4 % free and its threshold is 2 %", series: disk("4x60", "0x60", { ...onHost, environment: "dev" }), at: 35 },
  { alert: "DiskLow", when: "dev has 1 % free and its threshold is 2 %", series: disk("1x60", "0x60", { ...onHost, environment: "dev" }), at: 35, fires: { ...onHost, environment: "dev", mountpoint: "/" } },
  { alert: "DiskAlmostFull", when: "2 % are free", series: disk("2x60"), at: 10, fires: { ...onHost, mountpoint: "/" } },
  { alert: "DiskAlmostFull", when: "4 % are free", series: disk("4x60"), at: 10 },
  { alert: "DiskFillsIn24h", when: "3 % an hour go and 35 % are left", series: disk("60-0.05x700"), at: 500, fires: { ...onHost, mountpoint: "/" } },
  { alert: "DiskFillsIn24h", when: "30 % are left and nothing changes", series: disk("30x700"), at: 500 },
  { alert: "SystemdUnitFailed", when: "a unit has failed", series: unit("1x20"), at: 10, fires: { ...onHost, name: "nginx.service" } },
  { alert: "SystemdUnitFailed", when: "none has", series: unit("0x20"), at: 10 },
];

const up = (labels: Record<string, string>, values: string) => ({ [named("up", labels)]: values });
const lines = (labels: Record<string, string>, values: string) => ({ [named("log_lines:count1m", { ...labels, service_name: "orders" })]: values });
/** The other machine of the inventory, which is well. */
const other = up({ ...onHost, host: "app-2" }, "1x120");
const target = { ...ofService, job: "orders", instance: "10.0.0.7:8080" };
const probe = { ...everywhere, job: "probe", instance: "https://shop.example.com/" };
const probed = { ...everywhere, instance: "https://shop.example.com/" };

export const availabilityCases: Case[] = [
  { alert: "HostSilent", when: "neither metrics nor logs come", series: { ...other, ...up(onHost, "1x10 _x30"), ...lines(onHost, "5x10 _x30") }, at: 22, fires: onHost },
  { alert: "HostSilent", when: "the machine has never been heard of", series: other, at: 10, fires: onHost },
  { alert: "HostSilent", when: "logs still come", series: { ...other, ...up(onHost, "1x10 _x30"), ...lines(onHost, "5x40") }, at: 22 },
  { alert: "HostSilent", when: "a machine that nobody expects goes", series: { ...other, ...up(onHost, "1x40"), ...up({ ...onHost, host: "scaled-in" }, "1x10 _x30") }, at: 22 },
  { alert: "HostMetricsMissing", when: "only logs come", series: { ...other, ...up(onHost, "1x10 _x30"), ...lines(onHost, "5x40") }, at: 25, fires: onHost },
  { alert: "HostMetricsMissing", when: "both come", series: { ...other, ...up(onHost, "1x40"), ...lines(onHost, "5x40") }, at: 25 },
  { alert: "NoLogsFromHost", when: "lines came until half an hour ago and metrics still do", series: { ...up(onHost, "1x120"), ...lines(onHost, "5x30 _x90") }, at: 65, fires: onHost },
  { alert: "NoLogsFromHost", when: "lines come", series: { ...up(onHost, "1x120"), ...lines(onHost, "5x120") }, at: 65 },
  { alert: "NoLogsFromHost", when: "the machine as a whole is gone", series: { ...up(onHost, "1x30 _x90"), ...lines(onHost, "5x30 _x90") }, at: 65 },
  { alert: "TargetDown", when: "a scrape fails for minutes", series: up(target, "1x5 0x20"), at: 12, fires: target },
  { alert: "TargetDown", when: "one scrape fails", series: up(target, "1x5 0 1x20"), at: 12 },
  { alert: "TargetDown", when: "it is a service of the monitoring server, which has an alert of its own", series: up({ ...ofServer, service_name: "loki", job: "loki", instance: "monitoring" }, "0x20"), at: 12 },
  { alert: "ProbeFailed", when: "an address does not answer", series: { [named("probe_success", probe)]: "1x5 0x20" }, at: 12, fires: probed },
  { alert: "ProbeFailed", when: "it answers", series: { [named("probe_success", probe)]: "1x20" }, at: 12 },
  { alert: "ProbeSlow", when: "it takes 5 s", series: { [named("probe_duration_seconds", probe)]: "5x40" }, at: 25, fires: probed },
  { alert: "ProbeSlow", when: "it takes half a second", series: { [named("probe_duration_seconds", probe)]: "0.5x40" }, at: 25 },
];

const certificate = (job: string, days: number, labels = everywhere as Record<string, string>) => ({ [named("probe_ssl_earliest_cert_expiry", { ...labels, job, instance: "https://shop.example.com/" })]: `${days * 86_400}x40` });
const gateway = { environment: "monitoring", cloud: "local", service_name: "caddy" };

export const certificateCases: Case[] = [
  { alert: "CertificateExpires", when: "10 days are left", series: certificate("probe", 10), at: 20, fires: probed },
  { alert: "CertificateExpires", when: "60 days are left", series: certificate("probe", 60), at: 20 },
  { alert: "CertificateExpiresSoon", when: "one day is left", series: certificate("probe", 1), at: 20, fires: probed },
  { alert: "CertificateExpiresSoon", when: "10 days are left", series: certificate("probe", 10), at: 20 },
  { alert: "GatewayCertificateExpires", when: "the own authority's certificate has an hour left", series: certificate("heartbeat", 1 / 24, gateway), at: 20, fires: { ...gateway, instance: "https://shop.example.com/" } },
  { alert: "GatewayCertificateExpires", when: "it has 12 hours", series: certificate("heartbeat", 0.5, gateway), at: 20 },
];
