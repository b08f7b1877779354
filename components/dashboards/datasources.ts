import { reach, type Rendering } from "../server/services/service";
import { cloudDatasources } from "./cloud-sources";

/** Stable ids: dashboards, links and the users' own panels refer to them. */
export const datasourceUid = { prometheus: "prometheus", loki: "loki", tempo: "tempo", alertmanager: "alertmanager" } as const;

/** Grafana's datasources, linked both ways: log → trace, trace → logs and metrics, exemplar → trace. */
export function datasources(r: Rendering): object {
  const { services } = r.spec;
  const tempo = services.includes("tempo");
  const secret = (name: string) => `$__file{${r.layout.secrets("grafana")}/${name}}`;
  return {
    apiVersion: 1,
    // What a spec no longer has is taken out of Grafana's database, too.
    prune: true,
    datasources: [
      prometheus(r, tempo),
      loki(r, tempo),
      ...(tempo ? [tempoSource(r)] : []),
      ...(services.includes("alertmanager") ? [alertmanager(r)] : []),
      ...cloudDatasources(r.spec.cloudDatasources, secret),
    ],
  };
}

function prometheus(r: Rendering, tempo: boolean): object {
  return {
    name: "Prometheus",
    uid: datasourceUid.prometheus,
    type: "prometheus",
    url: `http://${reach(r, "prometheus", "prometheus")}`,
    isDefault: true,
    jsonData: {
      httpMethod: "POST",
      prometheusType: "Prometheus",
      timeInterval: "15s",
      manageAlerts: true,
      ...(r.spec.services.includes("alertmanager") && { alertmanagerUid: datasourceUid.alertmanager }),
      ...(tempo && { exemplarTraceIdDestinations: [{ name: "trace_id", datasourceUid: datasourceUid.tempo }] }),
    },
  };
}

function loki(r: Rendering, tempo: boolean): object {
  return {
    name: "Loki",
    uid: datasourceUid.loki,
    type: "loki",
    url: `http://${reach(r, "loki", "loki")}`,
    jsonData: {
      manageAlerts: false,
      ...(tempo && {
        // `trace_id` is structured metadata of OTLP logs and of files read by the agent. In provisioning files $ is doubled.
        derivedFields: [{ name: "Trace", matcherType: "label", matcherRegex: "trace_id", url: "$${__value.raw}", datasourceUid: datasourceUid.tempo }],
      }),
    },
  };
}

function tempoSource(r: Rendering): object {
  const tags = [
    { key: "service.name", value: "service_name" },
    { key: "environment", value: "environment" },
    { key: "host", value: "host" },
  ];
  return {
    name: "Tempo",
    uid: datasourceUid.tempo,
    type: "tempo",
    url: `http://${reach(r, "tempo", "tempo")}`,
    jsonData: {
      tracesToLogsV2: {
        datasourceUid: datasourceUid.loki,
        tags,
        spanStartTimeShift: "-5m",
        spanEndTimeShift: "5m",
        filterByTraceID: false,
        customQuery: true,
        query: '{$${__tags}} | trace_id="$${__trace.traceId}"',
      },
      tracesToMetrics: {
        datasourceUid: datasourceUid.prometheus,
        tags,
        spanStartTimeShift: "-10m",
        spanEndTimeShift: "10m",
        queries: [
          { name: "Requests per second", query: "sum(rate(traces_spanmetrics_calls_total{$$__tags}[5m]))" },
          { name: "95th percentile of duration", query: "histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$$__tags}[5m])))" },
        ],
      },
      serviceMap: { datasourceUid: datasourceUid.prometheus },
      nodeGraph: { enabled: true },
    },
  };
}

function alertmanager(r: Rendering): object {
  return {
    name: "Alertmanager",
    uid: datasourceUid.alertmanager,
    type: "alertmanager",
    url: `http://${reach(r, "alertmanager", "alertmanager")}`,
    jsonData: { implementation: "prometheus", handleGrafanaManagedAlerts: false },
  };
}
