import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import { renderAgent } from "./document";
import { agentFiles, applyCommand } from "./script";
import type { AgentSpec } from "./spec";

/** cloud-init user data, in the form that each cloud takes. */
export interface AgentUserData {
  /** For GCP's metadata key `user-data`, or as a part of a multi-part text. */
  text: string;
  /** Compressed: AWS's `userDataBase64` and launch templates (16 KiB), Azure's `customData` (64 KiB). */
  base64: string;
}

const setupUnit = "lgtm-agent-setup.service";
const setupTimer = "lgtm-agent-setup.timer";

/**
 * User data that puts the agent on a new machine, unattended. Holds no secret: the machine reads its token with its own
 * identity, which must be allowed to (`server.secretStore` and the secret `push-<client>`), and again twice an hour, so that a
 * rotated one is taken.
 */
export function agentUserData(spec: AgentSpec, server: ServerContract): AgentUserData {
  const client = spec.client ?? "default";
  const problems = [
    ...(server.secretStore ? [] : [`server: the monitoring server at ${server.address} keeps its tokens itself, and no machine can fetch one. Use an AppServerAgent over SSH, or a server in a cloud.`]),
    ...(server.pushClients.includes(client) ? [] : [`client: "${client}" is none of the monitoring server's pushClients: ${server.pushClients.join(", ")}.`]),
  ];
  if (problems.length) throw new SpecError(problems);
  const document = renderAgent(spec, server, { ...server.secretStore!, name: `push-${client}` });
  const config = {
    write_files: [...agentFiles(document), ...setupUnits()].map(({ path, mode, text }) => ({ path, permissions: `0${mode}`, content: text })),
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", setupTimer],
      // Not waited for: the machine's own start must not depend on a monitoring server.
      ["systemctl", "start", "--no-block", setupUnit],
    ],
  };
  const text = `#cloud-config\n${stringify(config, { lineWidth: 0, aliasDuplicateObjects: false, indent: 1, indentSeq: false })}`;
  return { text, base64: gzipSync(text, { level: 9 }).toString("base64") };
}

/** Tries until it succeeds: rights and networks of a new machine may be late. */
function setupUnits() {
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
