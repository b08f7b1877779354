/** Durations and sizes as people write them in the spec. */

const hoursOf = { h: 1, d: 24, w: 7 * 24, y: 365 * 24 } as const;

/** Hours in a duration such as "36h", "30d", "2w" or "1y"; undefined where the text is none. */
export function parseHours(text: string): number | undefined {
  const match = /^(\d+)([hdwy])$/.exec(text);
  return match ? Number(match[1]) * hoursOf[match[2] as keyof typeof hoursOf] : undefined;
}

const mebibytesOf = { MB: 1, GB: 1024, TB: 1024 * 1024 } as const;

/** MiB in a size such as "512MB" or "10GB" (powers of 1024, as Prometheus reads them); undefined where the text is none. */
export function parseMebibytes(text: string): number | undefined {
  const match = /^(\d+)(MB|GB|TB)$/.exec(text);
  return match ? Number(match[1]) * mebibytesOf[match[2] as keyof typeof mebibytesOf] : undefined;
}
