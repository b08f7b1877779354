import { agentFolder, agentRoot, programFolder } from "./layout";
import type { ResolvedAgent } from "./spec";

export const agentUnit = "lgtm-agent.service";
export const nodeExporterUnit = "lgtm-node-exporter.service";
/** Alloy's own page, on the loopback: not its default, which an Alloy of the user's may have. */
export const agentPort = 12346;

/** Both units, hardened; `systemd-analyze security` gives the scores in docs/agents.md. */
export function units(agent: ResolvedAgent): Record<string, string> {
  return { [agentUnit]: alloyUnit(agent), [nodeExporterUnit]: nodeExporter(agent) };
}

/** What every service of ours does without. */
const hardening = `NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077
`;

/**
 * Alloy as a user of its own. Not as root, but it may read every file: logs belong to the applications' users, and their folders
 * let nobody else in. Nothing may be written but its own folder.
 */
function alloyUnit(agent: ResolvedAgent): string {
  const groups = ["systemd-journal", ...(agent.docker ? ["docker"] : [])];
  return `[Unit]
Description=Sends logs, metrics and traces of this server
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
User=lgtm-agent
SupplementaryGroups=${groups.join(" ")}
# It starts without this, too.
ExecStartPre=-/usr/bin/python3 -B ${programFolder}/before_start.py
ExecStart=@@alloy@@ run --server.http.listen-addr=127.0.0.1:${agentPort} --storage.path=${agentFolder.data} --stability.level=experimental --disable-reporting ${agentFolder.config}/config.alloy
# As root: for the moment of the stop it changes the configuration, which the agent itself must not.
ExecStop=+-/usr/bin/python3 -B ${programFolder}/before_stop.py
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=5
# Without the server Alloy would wait a minute for it, and with it the machine that restarts.
TimeoutStopSec=20
# The garbage collector comes twice as often as by default, which costs next to nothing here, and harder from this number on; beyond
# the second one the system ends the agent, and systemd starts it again.
Environment=GOGC=50 GOMEMLIMIT=${Math.round(agent.memoryMiB * 0.7)}MiB
MemoryMax=${agent.memoryMiB}M
MemorySwapMax=0
CPUWeight=20
IOWeight=20
Nice=5
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
ProtectHome=read-only
PrivateDevices=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
ReadWritePaths=${agentRoot}
${hardening}
[Install]
WantedBy=multi-user.target
`;
}

/** node_exporter as a user that exists only while it runs. It sees file systems and units, and changes nothing. */
function nodeExporter(agent: ResolvedAgent): string {
  const address = agent.nodeExporterAddress.includes(":") ? `[${agent.nodeExporterAddress}]` : agent.nodeExporterAddress;
  // Below 1024 only root or this right may listen: a team has nothing but 443 open.
  const low = agent.nodeExporterPort < 1024 ? "CAP_NET_BIND_SERVICE" : "";
  return `[Unit]
Description=Metrics of this server's hardware and system
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
DynamicUser=yes
ExecStart=@@node_exporter@@ --web.listen-address=${address}:${agent.nodeExporterPort} --collector.systemd --collector.systemd.unit-include=.+\\.service --no-collector.arp --no-collector.bcache --no-collector.bonding --no-collector.btrfs --no-collector.edac --no-collector.entropy --no-collector.fibrechannel --no-collector.infiniband --no-collector.ipvs --no-collector.mdadm --no-collector.nfs --no-collector.nfsd --no-collector.nvme --no-collector.rapl --no-collector.selinux --no-collector.softnet --no-collector.tapestats --no-collector.thermal_zone --no-collector.timex --no-collector.xfs --no-collector.zfs
Restart=always
RestartSec=5
Environment=GOMEMLIMIT=40MiB GOMAXPROCS=1
MemoryMax=64M
CPUWeight=20
Nice=5
CapabilityBoundingSet=${low}
${low ? `AmbientCapabilities=${low}\n` : ""}ProtectHome=read-only
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
${hardening}
[Install]
WantedBy=multi-user.target
`;
}
