import type { Answerer } from "./cloud-network";

/** A resource of Azure with the newest value of its metrics, by name and aggregation. */
export interface AzureResource {
  id: string;
  tags?: Record<string, string>;
  metrics: Record<string, Record<string, number>>;
  /** Dimension by which the metrics are told apart, and its value. */
  dimension?: [name: string, value: string];
}

/** One time series of Cloud Monitoring. */
export interface GcpSeries {
  type: string;
  kind: "GAUGE" | "DELTA";
  valueType: "DOUBLE" | "INT64";
  resource: { type: string; labels: Record<string, string> };
  labels?: Record<string, string>;
  value: number;
}

type Refusing = () => boolean;

/**
 * Stands in for Azure's resource manager: Resource Graph, lists of subscriptions, groups and resources, and Azure Monitor's metrics
 * (https://learn.microsoft.com/rest/api/monitor/metrics/list). It answers whoever has a token of a managed identity.
 */
export function azureMonitor(subscription: string, groupTags: Record<string, string>, resources: AzureResource[], refusing: Refusing): Answerer {
  return (request, response, body) => {
    const url = new URL(request.url!, "https://management.azure.com");
    const say = (content: object, status = 200) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
    if (refusing() || !request.headers.authorization?.startsWith("Bearer ")) return say({ error: { code: "AuthorizationFailed", message: "refused by the test" } }, 403);
    const path = url.pathname.toLowerCase();
    const all = (list: object[]) => say({ value: list });
    if (path === "/providers/microsoft.resourcegraph/resources") {
      const { query } = JSON.parse(body) as { query: string };
      const type = /type =~ "([^"]+)"/.exec(query)![1]!.toLowerCase();
      const data = resources.filter(({ id }) => typeOf(id) === type && !(query.includes('name != "master"') && id.endsWith("/master"))).map(({ id, tags = {} }) => ({ id, tags }));
      return say({ totalRecords: data.length, count: data.length, resultTruncated: "false", data });
    }
    if (path === "/subscriptions") return all([{ id: `/subscriptions/${subscription}`, subscriptionId: subscription, displayName: "Test", state: "Enabled" }]);
    if (path.endsWith("/resourcegroups")) return all([{ id: `/subscriptions/${subscription}/resourceGroups/shop`, name: "shop", location: "koreacentral", tags: groupTags }]);
    if (path.endsWith("/resources")) return all(resources.map(({ id, tags = {} }) => ({ id, name: id.split("/").at(-1), type: typeOf(id), tags })));
    const asked = resources.find(({ id }) => path === `${id.toLowerCase()}/providers/microsoft.insights/metrics`);
    if (!asked) return say({ error: { code: "NotFound", message: path } }, 404);
    const names = url.searchParams.get("metricnames")!.split(",");
    const metadatavalues = asked.dimension && url.searchParams.get("$filter")?.includes(asked.dimension[0]) ? [{ name: { value: asked.dimension[0] }, value: asked.dimension[1] }] : [];
    const value = names.flatMap(name => (asked.metrics[name] ? [{ name: { value: name }, unit: "Count", timeseries: [{ metadatavalues, data: [{ timeStamp: new Date().toISOString(), ...asked.metrics[name] }] }] }] : []));
    return say({ timespan: url.searchParams.get("timespan"), interval: url.searchParams.get("interval"), value });
  };
}

/** "microsoft.sql/servers/databases" of "/subscriptions/…/providers/Microsoft.Sql/servers/a/databases/b". */
function typeOf(id: string): string {
  const [provider, ...rest] = id.split("/providers/")[1]!.split("/");
  return [provider!, ...rest.filter((_, i) => i % 2 === 0)].join("/").toLowerCase();
}

/** Stands in for Cloud Monitoring: metric descriptors and time series (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list). */
export function cloudMonitoring(series: GcpSeries[], refusing: Refusing): Answerer {
  return (request, response) => {
    const url = new URL(request.url!, "https://monitoring.googleapis.com");
    const say = (content: object, status = 200) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
    if (refusing() || request.headers.authorization !== "Bearer a-google-token") return say({ error: { code: 403, message: "refused by the test", status: "PERMISSION_DENIED" } }, 403);
    const filter = url.searchParams.get("filter")!;
    if (url.pathname.endsWith("/metricDescriptors")) {
      const start = /starts_with\("([^"]+)"\)/.exec(filter)![1]!;
      const found = new Map(series.filter(({ type }) => type.startsWith(start)).map(each => [each.type, each]));
      return say({ metricDescriptors: [...found.values()].map(({ type, kind, valueType }) => ({ type, metricKind: kind, valueType, unit: "1" })) });
    }
    const [, type, condition] = /metric\.type="([^"]+)"(?: AND \((.+)\))?/.exec(filter)!;
    const [, label, wanted] = /^metric\.labels\.(\w+)=(\w+)$/.exec(condition ?? "") ?? [];
    const end = new Date();
    const timeSeries = series
      .filter(each => each.type === type && (!label || each.labels?.[label] === wanted))
      .map(({ kind, valueType, resource, labels = {}, value }) => ({
        metric: { type, labels }, resource, metricKind: kind, valueType,
        points: [{ interval: { startTime: new Date(end.getTime() - (kind === "DELTA" ? 60_000 : 0)).toISOString(), endTime: end.toISOString() }, value: valueType === "INT64" ? { int64Value: String(value) } : { doubleValue: value } }],
      }));
    return say({ timeSeries });
  };
}
