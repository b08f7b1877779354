import type { PlannedService } from "../server/bundle";
import { labels } from "../server/labels";
import { notYet, passed, type Answer } from "./check";
import type { Series } from "./prometheus";

/** Pure judgements of what the server says of itself. */

export interface Expected {
  /** The server's own labels. */
  environment: string;
  host: string;
  /** Own services that must have a target. */
  services: string[];
  /** Own services that are known not to be there: their targets may be down. */
  missing: string[];
  /** Why the server's other services have no target. */
  unwatched?: string;
}

/** All targets answer, and each of the server's own services has one. */
export function judgeTargets(up: Series[], own: Expected): Answer {
  const nameOf = ({ metric }: Series) => `${metric[labels.service] ?? metric.job ?? "?"} on ${metric[labels.host] ?? metric.instance ?? "?"}`;
  const isOwn = ({ metric }: Series) => metric[labels.environment] === own.environment && metric[labels.host] === own.host;
  const isMissing = (series: Series) => isOwn(series) && own.missing.includes(series.metric[labels.service] ?? "");
  const down = up.filter(series => Number(series.value[1]) !== 1);
  const absent = own.services.filter(service => !up.some(series => isOwn(series) && series.metric[labels.service] === service));
  const unexpected = down.filter(series => !isMissing(series)).map(nameOf);
  const problems = [...(unexpected.length ? [`down: ${unexpected.join(", ")}`] : []), ...(absent.length ? [`no target: ${absent.join(", ")}`] : [])];
  if (problems.length) return notYet(problems.join("; "));
  const well = up.filter(series => !down.includes(series)).map(nameOf);
  const known = down.map(nameOf);
  const parts = [
    `${well.length} up: ${well.join(", ")}`,
    ...(known.length ? [`missing, as known: ${known.join(", ")}`] : []),
    ...(own.unwatched ? [`the server's other services are not watched (${own.unwatched})`] : []),
  ];
  return passed(parts.join("; "));
}

export interface RuleGroup {
  name: string;
  /** Seconds. */
  interval: number;
  rules: { name: string; health: string; lastError?: string; lastEvaluation: string; type: string; state?: string }[];
}

/** There are rules, all those of `wanted` among them, and each was evaluated lately without an error. `now` in milliseconds by the server's clock. */
export function judgeRules(groups: RuleGroup[], now: number, wanted: string[] = []): Answer {
  const all = groups.flatMap(group => group.rules.map(rule => ({ ...rule, interval: group.interval })));
  if (!all.length) return notYet("no rules are loaded");
  const absent = wanted.filter(name => !all.some(rule => rule.name === name)).map(name => `${name} is not loaded`);
  const problems = [...absent, ...all.flatMap(rule => {
    if (rule.health === "unknown") return [`${rule.name} was never evaluated`];
    if (rule.health !== "ok") return [`${rule.name}: ${rule.lastError || rule.health}`];
    const age = (now - Date.parse(rule.lastEvaluation)) / 1000;
    return age > 2 * rule.interval + 30 ? [`${rule.name} was last evaluated ${Math.round(age)} s ago, every ${rule.interval} s is right`] : [];
  })];
  if (problems.length) return notYet(problems.join("; "));
  const firing = all.filter(rule => rule.state === "firing").map(rule => rule.name);
  const alerts = all.filter(rule => rule.type === "alerting").length;
  return passed(`${all.length} evaluated, ${alerts} of them alerts: ${all.map(rule => rule.name).join(", ")}${firing.length ? `; firing: ${firing.join(", ")}` : ""}`);
}

export interface Share {
  /** Resident bytes: with the pages of the program file, which the system takes back when it needs them. */
  resident?: number;
  /** Bytes that the Go runtime holds itself. */
  held?: number;
  /** GOMEMLIMIT in bytes as the program reports it. */
  soft?: number;
  planned?: Pick<PlannedService, "limitMiB" | "env">;
}

const mebibyte = 1024 * 1024;
/** Go's "no limit" is the largest int64. */
const unlimited = 2 ** 60;

/** What the service holds itself is below its limit, and its garbage collector was told its share. Without the plan the limit itself is not known here. */
export function judgeLimit({ resident, held, soft, planned }: Share): Answer {
  const used = held ?? resident;
  if (used === undefined || resident === undefined)
    return notYet("process_resident_memory_bytes is not there", "Nobody reads this service's metrics: see the scrape targets above, and Alloy's log.");
  const mib = (bytes: number) => Math.round(bytes / mebibyte);
  const limit = planned ? `of ${planned.limitMiB} MiB (${Math.round((used / mebibyte / planned.limitMiB) * 100)} %)` : "MiB, its limit is not known from here";
  const pages = held === undefined ? "" : `, ${mib(resident)} MiB with program pages`;
  const told = soft === undefined ? "" : soft >= unlimited ? ", collector has no limit" : `, collector holds to ${mib(soft)} MiB`;
  const seen = `${mib(used)} ${limit}${pages}${told}`;
  const wanted = /^(\d+)MiB$/.exec(planned?.env.GOMEMLIMIT ?? "")?.[1];
  const notTold = soft !== undefined && (soft >= unlimited || (wanted !== undefined && Number(wanted) * mebibyte !== soft));
  if (notTold) return notYet(`${seen}${wanted ? `, should hold to ${wanted} MiB` : ""}`);
  return planned && used > planned.limitMiB * mebibyte ? notYet(seen) : passed(seen);
}
