/** Folders of the agent on an application server. */
export const agentRoot = "/var/lib/lgtm-agent";
export const agentFolder = {
  /** Read by the agent, written by root. */
  config: "/etc/lgtm-agent",
  /** Programs, one folder a version. */
  programs: "/opt/lgtm-agent",
  /** Positions, buffers. */
  data: `${agentRoot}/data`,
};

/** The program of components/agent/on-server. */
export const programFolder = `${agentFolder.programs}/setup`;

/** The token that the agent sends, readable by it alone. */
export const tokenFile = `${agentFolder.config}/token`;
/** Certificate of the server's own authority. */
export const serverCaFile = `${agentFolder.config}/server-ca.pem`;
