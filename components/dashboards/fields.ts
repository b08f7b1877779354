import { DashboardLinkBuilder, MappingType, ThresholdsConfigBuilder, ThresholdsMode, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Link } from "./links";
import type { Column, Thresholds } from "./panels";
import type { Surroundings } from "./render";

const steps = ([first, ...rest]: Thresholds) => [{ color: first as string, value: null }, ...rest.map(([value, color]) => ({ color: color as string, value }))];

export function thresholds(of: Thresholds): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(of));
}

/** The same inside an override, which takes no builders. */
export const thresholdsValue = (of: Thresholds) => ({ mode: "absolute", steps: steps(of) });

export function valueMappings(words: NonNullable<Column["words"]>): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(Object.entries(words).map(([value, { text, color }], index) => [value, { text, color, index }])) }];
}

/** Links to dashboards that are there. */
export const presentLinks = (links: Link[], { dashboards }: Surroundings) => links.filter(({ dashboard }) => dashboard === undefined || dashboards.includes(dashboard)).map(({ title, url }) => ({ title, url }));

export function dataLinks(links: Link[], around: Surroundings): DashboardLinkBuilder[] {
  return presentLinks(links, around).map(({ title, url }) => new DashboardLinkBuilder(title).url(url));
}
