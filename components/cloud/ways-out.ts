import type { ResolvedSpec } from "../server/spec";

/**
 * TCP ports on which a server reaches others by itself: packages of the distribution on 80, everything else on 443, mail and
 * probed addresses on their own. DNS and time are the network's business.
 */
export function portsOut(spec: ResolvedSpec): number[] {
  const mail = (spec.alerts.email ?? []).map(({ smarthost }) => Number(/:(\d+)$/.exec(smarthost)?.[1] ?? 587));
  const probed = spec.probes.flatMap(({ url }) => {
    const { port } = new URL(url);
    return port ? [Number(port)] : [];
  });
  return [...new Set([80, 443, ...mail, ...probed])].sort((a, b) => a - b);
}
