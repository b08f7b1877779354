import type * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../components/server/spec-error";
import { resolveSpec } from "../components/server/spec";
import { MonitoringServer } from "../components/ssh/monitoring-server";
import { explained, objectKey, serverKey } from "./config";
import { givenSecrets } from "./secrets";

interface SshKeys {
  host: string;
  port: number;
  user: string;
  hostKey: string;
  proxyHost: string;
  proxyPort: number;
  proxyUser: string;
  proxyHostKey: string;
  deleteDataOnDestroy: boolean;
  waitSeconds: number;
}

/** The monitoring server on a machine reached over SSH, of the configuration keys `server` and `ssh` and the secret `sshPrivateKey`. */
export function program(config: pulumi.Config) {
  const spec = serverKey(config);
  explained("server", () => resolveSpec(spec));
  const ssh = objectKey<SshKeys>(config, "ssh", {
    host: "string",
    port: "number",
    user: "string",
    hostKey: "string",
    proxyHost: "string",
    proxyPort: "number",
    proxyUser: "string",
    proxyHostKey: "string",
    deleteDataOnDestroy: "boolean",
    waitSeconds: "number",
  });
  const privateKey = config.getSecret("sshPrivateKey");
  if (!ssh.host) throw new SpecError(["ssh.host: missing. Say which server: pulumi config set --path ssh.host <name or address>"]);
  if (!privateKey) throw new SpecError(["sshPrivateKey: missing. Give the key that opens the server: pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519"]);
  const proxyKey = config.getSecret("sshProxyPrivateKey") ?? privateKey;
  const proxy = ssh.proxyHost ? { host: ssh.proxyHost, port: ssh.proxyPort, user: ssh.proxyUser, hostKey: ssh.proxyHostKey, privateKey: proxyKey } : undefined;
  const server = new MonitoringServer("monitoring", {
    ...spec,
    connection: { host: ssh.host, port: ssh.port, user: ssh.user, hostKey: ssh.hostKey, privateKey, proxy },
    secrets: givenSecrets(config),
    deleteDataOnDestroy: ssh.deleteDataOnDestroy,
    waitSeconds: ssh.waitSeconds,
  });
  return { monitoring: server.contract, tokens: server.tokens, adminPassword: server.adminPassword, release: server.release };
}
