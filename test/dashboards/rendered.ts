import { dashboardFiles } from "../../components/dashboards";
import type { DashboardsSpec } from "../../components/dashboards";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";

/** What the tests read of Grafana's JSON. */
export interface RenderedPanel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  options?: { colorMode?: string };
  targets?: { refId: string; datasource: { type: string; uid: string }; expr?: string; query?: string; serviceMapQuery?: string; queryType?: string; azureResourceGraph?: { query: string } }[];
  fieldConfig?: { defaults: { unit?: string; links?: unknown[]; thresholds?: { steps: unknown[] } }; overrides: { matcher: { options: string }; properties: { id: string; value: unknown }[] }[] };
  transformations?: { id: string; options: { renameByName?: Record<string, string> } }[];
}

export interface RenderedDashboard {
  uid: string;
  title: string;
  tags: string[];
  schemaVersion: number;
  links: { type: string; tags: string[]; includeVars: boolean; keepTime: boolean }[];
  templating: { list: { name: string; type: string; query: unknown; allValue?: string; multi?: boolean; includeAll?: boolean }[] };
  panels: RenderedPanel[];
}

export const filesOf = (spec: ServerSpec = {}, dashboards: DashboardsSpec = {}): Record<string, string> => dashboardFiles(resolveSpec({ ...spec, dashboards }));

export const dashboardsOf = (spec: ServerSpec = {}, dashboards: DashboardsSpec = {}): RenderedDashboard[] =>
  Object.values(filesOf(spec, dashboards)).map(text => JSON.parse(text) as RenderedDashboard);

/** Servers that differ in what they have. */
export const servers: Record<string, ServerSpec> = {
  "everything on it": {},
  "no Tempo": { leaveOut: ["tempo"] },
  "only what always runs": { leaveOut: ["tempo", "grafana", "alertmanager", "alloy"] },
  "datasources of every cloud": { cloudDatasources: { aws: [{}], azure: [{}], gcp: [{}] } },
};

/** Every string in a value, with its path. */
export function strings(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (value && typeof value === "object") return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}/${key}`));
  return [];
}
