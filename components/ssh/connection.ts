import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { isPublicKey, type ConnectionArgs, type HopArgs } from "./args";

/** The connection as the command provider takes it; every key is a secret. */
export function remoteConnection(args: ConnectionArgs): types.input.remote.ConnectionArgs {
  return { ...hop("connection", args), ...(args.proxy ? { proxy: hop("connection.proxy", args.proxy) } : {}) };
}

function hop(path: string, args: HopArgs): types.input.remote.ProxyConnectionArgs {
  return {
    host: args.host,
    port: args.port ?? 22,
    user: args.user ?? "root",
    // OpenSSH's own keys end in a newline, and configuration values lose it easily.
    privateKey: pulumi.secret(args.privateKey).apply(key => `${key.trimEnd()}\n`),
    ...(args.privateKeyPassword === undefined ? {} : { privateKeyPassword: pulumi.secret(args.privateKeyPassword) }),
    ...(args.hostKey === undefined ? {} : { hostKey: pulumi.output(args.hostKey).apply(key => checkedHostKey(path, key)) }),
    dialErrorLimit: args.attempts ?? 10,
  };
}

// Without this the provider would take an empty key, the output of something that failed, for none at all.
function checkedHostKey(path: string, key: string): string {
  if (!isPublicKey(key)) throw new pulumi.RunError(`${path}.hostKey is not a public key. Allowed: "ssh-ed25519 AAAA...", as \`ssh-keyscan -t ed25519 <host>\` prints it after the host's name.`);
  return key.trim();
}

/** A command as root. A user who is not root needs sudo without a password, which the installation checks first. */
export function asRoot(connection: ConnectionArgs, command: string): pulumi.Output<string> {
  return pulumi.output(connection.user ?? "root").apply(user => (user === "root" ? command : `sudo -n ${command}`));
}

/** Hosts whose identity nobody checks. */
export function unchecked(args: ConnectionArgs): string[] {
  return [...(args.hostKey === undefined ? ["connection"] : []), ...(args.proxy && args.proxy.hostKey === undefined ? ["connection.proxy"] : [])];
}
