import { hurried } from "./alerts";

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const inSeconds = (amount: string, unit: string) => Number(amount) * seconds[unit as keyof typeof seconds];

/** Of the rules; those about the monitoring server itself keep their time. */
const rules = /^config\/(prometheus\/rules\/(host|availability|http|logs)|loki\/rules\/.+)\.yml$/;

/**
 * The rendered rules in less time, for tests that wait for them: windows and offsets last a tenth, patience (`for`) a hundredth, and
 * all is evaluated every 5 seconds. Expressions, thresholds, labels and texts stay as they are. For agents that scrape every 5 seconds.
 */
export function hastened(path: string, text: string): string {
  if (path === "config/alertmanager/alertmanager.yml") return hurried(text);
  if (path === "config/prometheus/prometheus.yml") return text.replace(/evaluation_interval: \S+/, "evaluation_interval: 5s");
  if (!rules.test(path)) return text;
  return text
    .replace(/^( +interval:) \S+$/gm, "$1 5s")
    .replace(/^( +for:) (\d+)([smhd])$/gm, (_, key: string, amount: string, unit: string) => `${key} ${Math.ceil(inSeconds(amount, unit) / 100)}s`)
    .replace(/(\[|\boffset )(\d+)([smhd])\b/g, (_, before: string, amount: string, unit: string) => `${before}${Math.ceil(inSeconds(amount, unit) / 10)}s`);
}
