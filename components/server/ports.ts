/** What the gateway serves to others, each on a port of its own if wanted. `https` is the default of the others. */
export const publicPorts = ["https", "grafana", "logs", "metrics", "traces", "otlpGrpc", "read"] as const;
export type PublicPort = (typeof publicPorts)[number];

/** Ports on the server's loopback: each program's own default where it has one. */
export const internalPorts = {
  prometheus: 9090,
  loki: 3100,
  lokiGrpc: 9095,
  tempo: 3200,
  tempoGrpc: 9096,
  tempoOtlpGrpc: 4317,
  tempoOtlpHttp: 4318,
  tempoZipkin: 9411,
  alertmanager: 9093,
  grafana: 3000,
  alloy: 12345,
  caddyMetrics: 2020,
};
export type InternalPort = keyof typeof internalPorts;

/** What is wrong with these ports, found before anything starts; undefined where nothing is. */
export function portClash(ports: Record<PublicPort, number>, inner: Record<InternalPort, number>): string | undefined {
  const seen = new Map<number, string>();
  for (const name of publicPorts) seen.set(ports[name], seen.get(ports[name]) ?? `ports.${name}`);
  for (const [name, port] of Object.entries(inner)) {
    const other = seen.get(port);
    if (other) return `internalPorts.${name}: ${port} is also ${other}. Give one of them another number from 1 to 65535.`;
    seen.set(port, `internalPorts.${name}`);
  }
  return undefined;
}
