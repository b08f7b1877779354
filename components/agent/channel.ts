import { gzipSync } from "node:zlib";
import { putFiles } from "../server/guest/install-script";
import { agentHash, type AgentDocument } from "./document";
import { agentRoot } from "./layout";
import { agentFiles, applyCommand, removeCommand } from "./script";
import { setupTimer, setupUnit, setupUnits } from "./setup-units";

/** A script for a cloud's own way into a machine, run as root, and the hash of what it puts on. Compressed: those ways are narrow. No secret is in it. */
export interface ChannelScript {
  text: string;
  hash: string;
  /** Holds the hash on a machine where the script succeeded. */
  mark: string;
}

const mark = `${agentRoot}/applied`;

export function applyScript(document: AgentDocument): ChannelScript {
  const hash = agentHash(document);
  const inner = `${putFiles([...agentFiles(document), ...setupUnits()])}
systemctl daemon-reload
systemctl enable --now ${setupTimer}
${applyCommand}
echo ${hash} >${mark}
`;
  const packed = gzipSync(inner, { level: 9 }).toString("base64").replace(/.{1,120}/g, "$&\n");
  return { text: `base64 -d <<'lgtm-end-of-script' | gzip -dc | sh -es\n${packed}lgtm-end-of-script\n`, hash, mark };
}

/** Takes the agent off: what this library put on, and nothing else. */
export const removeScript: ChannelScript = {
  text: `test ! -e /opt/lgtm-agent/setup || { systemctl disable --now ${setupTimer} ${setupUnit}; ${removeCommand}; rm -f /etc/systemd/system/${setupTimer} /etc/systemd/system/${setupUnit}; systemctl daemon-reload; }\n`,
  hash: "removed",
  mark,
};
