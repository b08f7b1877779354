import { minutesOf, windowOf, type ResolvedCloudMetrics } from "../server/cloud-metrics";
import { by, type Rule } from "./rule";

/** What one resource is called: its alerts carry these labels. */
export const resource = by("service");

/** The window in which there are three readings, for rules over them: a plain selector finds nothing between two. */
export const windowFor = ({ interval }: Pick<ResolvedCloudMetrics, "interval">) => `${windowOf(interval)}m`;

/** How many readings that window has. */
export const readingsIn = ({ interval }: Pick<ResolvedCloudMetrics, "interval">) => windowOf(interval) / minutesOf(interval);

/** Value of the newest reading; `fold` is over the series of one resource. */
export const newest = (fold: "max" | "min", metric: string, window: string) => `${fold} by (${resource}) (last_over_time(${metric}{$E}[${window}]))`;

/** Log lines that a program wrote at the time. */
export const errorLines = '| detected_level=~"error|fatal|critical"';

/** Failing requests of those there were: a share means nothing with a few. */
export const share = (failed: string, all: string) => `100 * ${failed} / ${all} > $T and ${failed} > 5`;
export const shareOfRequests = { default: 5, unit: "% of requests" };

/** Rules by the service of the cloud that they are about, for a window with so many readings. */
export type CloudRules<Service extends string> = Record<Service, (window: string, readings: number) => Rule[]>;
