import { days as week, type MuteTime } from "./spec";
import type { Severity } from "./rule";

/** Alertmanager's name of a mute time of the spec. */
const muteName = (index: number) => `mute-${index + 1}`;

/** Alertmanager's time intervals, which do not go over midnight: what does is two. */
export function timeIntervals(mutes: MuteTime[], timezone: string): object[] {
  return mutes.map((mute, i) => ({ name: muteName(i), time_intervals: pieces(mute).map(piece => ({ ...piece, location: timezone })) }));
}

function pieces({ days, from, to }: MuteTime): object[] {
  const on = (names: string[] | undefined) => (names ? { weekdays: names } : {});
  if (!from || !to) return [on(days)];
  if (from < to) return [{ ...on(days), times: [{ start_time: from, end_time: to }] }];
  const next = days?.map(day => week[(week.indexOf(day) + 1) % 7]!);
  return [
    { ...on(days), times: [{ start_time: from, end_time: "24:00" }] },
    ...(to === "00:00" ? [] : [{ ...on(next), times: [{ start_time: "00:00", end_time: to }] }]),
  ];
}

/** Environments that are muted differently, and `undefined` for all others. */
export const mutedEnvironments = (mutes: MuteTime[]): (string | undefined)[] => [...[...new Set(mutes.flatMap(mute => mute.environments ?? []))].sort(), undefined];

/** Mute times that hold for alerts of this environment and severity. */
export const mutesFor = (mutes: MuteTime[], environment: string | undefined, severity: Severity): string[] =>
  mutes.flatMap((mute, i) => {
    const here = !mute.environments || (environment !== undefined && mute.environments.includes(environment));
    return here && (mute.severities ?? ["warning", "info"]).includes(severity) ? [muteName(i)] : [];
  });
