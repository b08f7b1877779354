import { dashboardFiles } from "../dashboards";
import { datasourceUid } from "../dashboards/datasources";
import { uidElsewhere } from "../dashboards/uids";
import type { ResolvedSpec } from "../server/spec";

/** The server's dashboards by file name, ours and the user's own, asking the datasources as another Grafana has them. Those of clouds are not among them. */
export function dashboardsElsewhere(spec: ResolvedSpec): Record<string, string> {
  const files = dashboardFiles({ ...spec, cloudDatasources: {} });
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, JSON.stringify(JSON.parse(text, renamed))]));
}

const ours = new Set<unknown>(Object.values(datasourceUid));

/** Whatever names a datasource of the server: { type, uid }, or its id alone in old dashboards. */
function renamed(this: { type?: unknown }, key: string, value: unknown): unknown {
  if (!ours.has(value)) return value;
  const names = key === "datasource" || (key === "uid" && this.type === value);
  return names ? uidElsewhere(value as string) : value;
}
