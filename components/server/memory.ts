import type { ServiceName } from "./versions";

/** What one service may use, in MiB. */
export interface MemoryShare {
  /** Hard limit: the container's memory limit; a plain process is restarted when its own memory, without program pages, is larger. */
  limit: number;
  /** GOMEMLIMIT: where the Go runtime starts to collect harder. The gap to `limit` holds program pages and buffers. */
  soft: number;
}

/**
 * Limit and soft limit in MiB by memory of the machine in MiB, the smallest machine first.
 *
 * Source: measured with these programs, 10,000 series, 200 lines/s and 320 spans/s followed by the heaviest queries,
 * all of them together in 640 MiB (docs/memory.md says how to measure again). The 1 GiB column has neither Tempo nor Grafana.
 * Grafana: its documentation asks for 512 MiB at least in general (https://grafana.com/docs/grafana/latest/setup-grafana/installation/),
 * a single team with provisioned dashboards stays under the figures here.
 * A soft limit of 0.9 of the limit makes the collector thrash, hence the wider gap.
 */
const table: Record<number, Partial<Record<ServiceName, [limit: number, soft: number]>>> = {
  1024: { prometheus: [160, 110], loki: [208, 140], alloy: [192, 60], alertmanager: [48, 28], caddy: [56, 36] },
  2048: { prometheus: [352, 270], loki: [352, 230], tempo: [208, 140], grafana: [272, 180], alloy: [224, 80], alertmanager: [56, 32], caddy: [72, 44] },
  4096: { prometheus: [800, 640], loki: [1000, 750], tempo: [560, 430], grafana: [448, 300], alloy: [304, 150], alertmanager: [80, 50], caddy: [112, 76] },
  8192: { prometheus: [1792, 1440], loki: [2304, 1800], tempo: [1280, 1000], grafana: [640, 450], alloy: [416, 230], alertmanager: [112, 76], caddy: [176, 128] },
};

const sizes = Object.keys(table).map(Number);

/** The smallest machine in MiB that runs these services. */
export function smallestMachine(services: readonly ServiceName[]): number {
  return sizes.find(size => services.every(service => table[size]?.[service])) ?? Infinity;
}

/**
 * Shares of the services on a machine with `machine` MiB. Between two columns of the table it goes in a straight line;
 * beyond the last it grows with the machine.
 */
export function memoryShares(machine: number, services: readonly ServiceName[]): Map<ServiceName, MemoryShare> {
  const largest = sizes[sizes.length - 1]!;
  const below = sizes.filter(size => size <= machine).at(-1)!;
  const above = sizes.find(size => size >= machine) ?? largest;
  const between = (service: ServiceName, index: 0 | 1): number => {
    const low = table[below]?.[service]?.[index] ?? table[above]![service]![index];
    const high = table[above]![service]![index];
    if (machine > largest) return Math.round((high * machine) / largest);
    return above === below ? low : Math.round(low + ((high - low) * (machine - below)) / (above - below));
  };
  return new Map(services.map(service => [service, { limit: between(service, 0), soft: between(service, 1) }]));
}
