import type { InstalledFile } from "../server/guest/userdata";
import { applyCommand } from "./script";

export const setupUnit = "lgtm-agent-setup.service";
export const setupTimer = "lgtm-agent-setup.timer";

/** Tries until it succeeds: rights and networks of a new machine may be late. */
export function setupUnits(): InstalledFile[] {
  const service = `[Unit]
Description=Puts the monitoring agent on this server, and keeps its token current
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/usr/bin/${applyCommand}
Restart=on-failure
RestartSec=30
`;
  const timer = `[Unit]
Description=Keeps the monitoring agent's token current

[Timer]
OnBootSec=5min
OnUnitInactiveSec=30min
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
`;
  return [{ path: `/etc/systemd/system/${setupUnit}`, mode: "644", text: service }, { path: `/etc/systemd/system/${setupTimer}`, mode: "644", text: timer }];
}
