import { isIPv4, isIPv6 } from "node:net";
import type { SecretArgs } from "../server/secrets-resource";
import type { ServerSpec } from "../server/spec";
import { sizes, type Size } from "./sizes";

/** What becomes of the data when the stack is destroyed. */
export const OnDestroy = {
  /** The data disk and the telemetry bucket stay; their names are in the output `data`. */
  keep: "keep",
  /** A last snapshot of the data disk is taken and the disk deleted; the telemetry bucket stays, a bucket has no snapshot. */
  snapshot: "snapshot",
  /** Disk and bucket are deleted with everything in them. */
  delete: "delete",
} as const;
export type OnDestroy = (typeof OnDestroy)[keyof typeof OnDestroy];

/** What a monitoring server in any cloud takes beside its spec. */
export interface CloudServerArgs extends ServerSpec, SecretArgs {
  /** Who may reach the server on its ports: IPv4 or IPv6 ranges, such as `["203.0.113.0/24"]`; `["0.0.0.0/0"]` is everybody. */
  allowedCidrs: string[];
  /** Machine, memory and disk by one name. @default "small": 2 GiB of memory and a data disk of 20 GiB */
  size?: Size;
  /** GiB of the data disk. It can grow, never shrink. @default of the size: 20, 50 or 100 */
  dataDiskGiB?: number;
  /** Daily snapshots of the data disk that are kept; 0 for none. @default 7 */
  snapshotsKept?: number;
  /** @default "keep" */
  onDestroy?: OnDestroy;
  /** Whether the server has a public address. Without one it needs a way out to the internet, such as a NAT gateway, to fetch images. @default true */
  publicAddress?: boolean;
  /** On everything that can carry them; yours win over the library's own. @default {} */
  tags?: Record<string, string>;
  /** How long `pulumi up` waits for a release to become healthy, in seconds. The first one installs the engine and fetches images. @default 1200 */
  waitSeconds?: number;
}

/** The arguments above that are not of the spec. */
const own = ["allowedCidrs", "size", "dataDiskGiB", "snapshotsKept", "onDestroy", "publicAddress", "tags", "waitSeconds", "secrets", "rotate"] as const satisfies readonly (keyof CloudServerArgs)[];

/** The plain spec among the arguments; a mistyped argument stays in it, where the spec's check finds it. */
export function specOf(args: CloudServerArgs, ownOfCloud: readonly string[]): ServerSpec {
  return Object.fromEntries(Object.entries(args).filter(([key, value]) => value !== undefined && !(own as readonly string[]).includes(key) && !ownOfCloud.includes(key)));
}

/** What is wrong with the arguments that every cloud takes: one line each. */
export function problemsOf(args: CloudServerArgs): string[] {
  const { allowedCidrs, size, dataDiskGiB, snapshotsKept, onDestroy, waitSeconds } = args as Partial<CloudServerArgs>;
  return [
    ...(Array.isArray(allowedCidrs) && allowedCidrs.length ? allowedCidrs.filter(cidr => !isCidr(cidr)).map(cidr => wrong("allowedCidrs", cidr, 'a range in CIDR form, such as "203.0.113.0/24" or "2001:db8::/32"')) : [missingCidrs(allowedCidrs)]),
    ...(size !== undefined && !(size in sizes) ? [wrong("size", size, Object.keys(sizes).map(name => `"${name}"`).join(", "))] : []),
    ...(dataDiskGiB !== undefined && !(Number.isInteger(dataDiskGiB) && dataDiskGiB >= 10 && dataDiskGiB <= 16384) ? [wrong("dataDiskGiB", dataDiskGiB, "a whole number from 10 to 16384")] : []),
    ...(snapshotsKept !== undefined && !(Number.isInteger(snapshotsKept) && snapshotsKept >= 0 && snapshotsKept <= 365) ? [wrong("snapshotsKept", snapshotsKept, "a whole number from 0 to 365")] : []),
    ...(onDestroy !== undefined && !(onDestroy in OnDestroy) ? [wrong("onDestroy", onDestroy, Object.keys(OnDestroy).map(name => `"${name}"`).join(", "))] : []),
    ...(waitSeconds !== undefined && !(waitSeconds >= 30) ? [wrong("waitSeconds", waitSeconds, "a number from 30 up")] : []),
    ...(args.tls === "acme" && Array.isArray(allowedCidrs) && !openToAll(allowedCidrs) ? [acmeIsShutOut] : []),
  ];
}

/** Whether an authority on the internet can reach the server. */
export function openToAll(cidrs: readonly string[]): boolean {
  return cidrs.includes("0.0.0.0/0");
}

const acmeIsShutOut = 'tls: "acme" needs port 443 open to the world, and allowedCidrs is not. Use tls: "given-ca" (made for you) or "given", or allowedCidrs: ["0.0.0.0/0"].';

function missingCidrs(got: unknown): string {
  return `allowedCidrs: ${JSON.stringify(got) ?? "missing"} names nobody who may reach the server. Give ranges such as ["203.0.113.0/24"], or ["0.0.0.0/0"] for everybody.`;
}

export function wrong(path: string, got: unknown, allowed: string): string {
  return `${path}: ${JSON.stringify(got) ?? String(got)} is not allowed. Allowed: ${allowed}.`;
}

function isCidr(text: unknown): boolean {
  const [address, bits, ...rest] = typeof text === "string" ? text.split("/") : [];
  if (!address || bits === undefined || rest.length || !/^\d{1,3}$/.test(bits)) return false;
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}
