import type { DashboardLink, ThresholdsConfig, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Json } from "./json";
import type { Link } from "./links";
import type { Column, Thresholds } from "./panels";
import type { Surroundings } from "./render";

export function thresholds([first, ...rest]: Thresholds): Json<ThresholdsConfig> {
  return { mode: "absolute", steps: [{ color: first, value: null }, ...rest.map(([value, color]) => ({ color, value }))] };
}

export function valueMappings(words: NonNullable<Column["words"]>): Json<ValueMapping>[] {
  return [{ type: "value", options: Object.fromEntries(Object.entries(words).map(([value, { text, color }], index) => [value, { text, color, index }])) }];
}

/** Links to dashboards that are there. */
export const presentLinks = (links: Link[], { dashboards }: Surroundings) => links.filter(({ dashboard }) => dashboard === undefined || dashboards.includes(dashboard)).map(({ title, url }) => ({ title, url }));

export function dataLinks(links: Link[], around: Surroundings): Json<DashboardLink>[] {
  return presentLinks(links, around).map(({ title, url }) => ({ ...dashboardLink, title, url }));
}

/** What Grafana takes where nothing is said. */
export const dashboardLink: Json<DashboardLink> = {
  title: "", type: "link", icon: "", tooltip: "", tags: [], asDropdown: false, placement: "inControlsMenu", targetBlank: false, includeVars: false, keepTime: false,
};
