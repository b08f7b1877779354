import type * as pulumi from "@pulumi/pulumi";
import type { DataDisk } from "../server/guest/machine";
import type { SecretArgs } from "../server/secrets-resource";
import type { ServerSpec } from "../server/spec";

/** How to reach a server over SSH. The user is root, or may use sudo without a password. */
export interface ConnectionArgs extends HopArgs {
  /** A host in between, when the server cannot be reached directly. @default none */
  proxy?: HopArgs;
}

/** One host that speaks SSH. */
export interface HopArgs {
  /** DNS name or IP address. */
  host: pulumi.Input<string>;
  /** @default 22 */
  port?: pulumi.Input<number>;
  /** @default "root" */
  user?: pulumi.Input<string>;
  /** Private key in OpenSSH or PEM form. Kept as a secret. */
  privateKey: pulumi.Input<string>;
  /** Of an encrypted private key. Kept as a secret. @default none */
  privateKeyPassword?: pulumi.Input<string>;
  /**
   * Public key of the host, as `ssh-keyscan -t ed25519 <host>` prints it: "ssh-ed25519 AAAA...". Any other key is refused.
   * @default none: the host's identity is not checked, and a warning says so
   */
  hostKey?: pulumi.Input<string>;
  /** How often to try to connect, with some seconds in between. More suits a server that is still booting. @default 10 */
  attempts?: pulumi.Input<number>;
}

/** A monitoring server on a machine that exists: everything of its spec, and how to reach it. */
export interface MonitoringServerArgs extends ServerSpec, SecretArgs {
  connection: ConnectionArgs;
  /** A disk of its own for the data; it is formatted only when it is empty and has this size. @default none: the data is in /var/lib/pulumi-lgtm/data on the machine's own disk */
  dataDisk?: DataDisk;
  /** Whether `pulumi destroy` deletes the stored logs, metrics, traces and dashboards too. @default false */
  deleteDataOnDestroy?: boolean;
  /**
   * The server is gone, or nothing is to connect to it any more: `pulumi up` and `pulumi destroy` leave it as it is. Set it to
   * get rid of the resources of a server that a destroy cannot reach. @default false
   */
  abandon?: boolean;
  /** How long to wait for a release to become healthy, in seconds. The first one fetches images. @default 1200 */
  waitSeconds?: number;
}

const own = ["connection", "dataDisk", "secrets", "rotate", "deleteDataOnDestroy", "abandon", "waitSeconds"] as const;

/** The plain spec among the arguments; a mistyped argument stays in it, where the spec's check finds it. */
export function specOf(args: MonitoringServerArgs): ServerSpec {
  return Object.fromEntries(Object.entries(args).filter(([key]) => !(own as readonly string[]).includes(key)));
}

/** What is wrong with the arguments that are not of the spec: one line each. */
export function problemsOf(args: MonitoringServerArgs): string[] {
  const { connection, dataDisk, waitSeconds } = args as Partial<MonitoringServerArgs>;
  return [
    ...(connection ? hopProblems("connection", connection) : ["connection: missing. Give { host, privateKey } of a server that answers SSH."]),
    ...(connection?.proxy ? hopProblems("connection.proxy", connection.proxy) : []),
    ...(dataDisk && !/^\/dev\/./.test(dataDisk.device) ? [`dataDisk.device: ${JSON.stringify(dataDisk.device)} is not allowed. Allowed: a path such as "/dev/disk/by-id/...".`] : []),
    ...(dataDisk && !(Number.isInteger(dataDisk.sizeGiB) && dataDisk.sizeGiB > 0) ? [`dataDisk.sizeGiB: ${dataDisk.sizeGiB} is not allowed. Allowed: a whole number from 1 up.`] : []),
    ...(waitSeconds !== undefined && !(waitSeconds >= 30) ? [`waitSeconds: ${waitSeconds} is not allowed. Allowed: a number from 30 up.`] : []),
  ];
}

function hopProblems(path: string, hop: HopArgs): string[] {
  const missing = (["host", "privateKey"] as const).filter(key => hop[key] === undefined || hop[key] === "");
  return [
    ...missing.map(key => `${path}.${key}: missing. ${key === "host" ? "Give the server's DNS name or IP address." : "Give the text of a private key, as a secret."}`),
    ...(typeof hop.hostKey === "string" ? hostKeyProblem(path, hop.hostKey) : []),
  ];
}

function hostKeyProblem(path: string, key: string): string[] {
  if (isPublicKey(key)) return [];
  const shown = key.length > 60 ? `${key.slice(0, 57)}...` : key;
  return [`${path}.hostKey: ${JSON.stringify(shown)} is not a public key. Allowed: what \`ssh-keyscan -t ed25519 <host>\` prints after the host's name, "ssh-ed25519 AAAA...".`];
}

/** Whether a text is a public key in the form of an authorized_keys line. */
export function isPublicKey(text: string): boolean {
  return /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) AAAA[A-Za-z0-9+/]+={0,2}( .*)?\s*$/.test(text);
}
