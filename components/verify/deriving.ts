import { labels } from "../server/labels";
import { idOf, notYet, passed, type Answer, type Check } from "./check";
import { withServices, type Context } from "./context";
import { selectorOf, traceWays, verifyPeer, verifyService } from "./mark";
import { exemplars, instant } from "./prometheus";
import { sentLog, sentTrace } from "./sending";

/** Counters that must have moved when the run's spans have gone through. */
export function counters({ target }: Context): { spanMetrics: string; serviceGraph: string } {
  return {
    spanMetrics: `sum(traces_spanmetrics_calls_total${selectorOf(target.contract)})`,
    serviceGraph: `sum(traces_service_graph_request_total{client="${verifyService}", server="${verifyPeer}"})`,
  };
}

/** Values of the counters before anything is sent, by query; none where the counter is not there yet. */
export async function baseline(context: Context): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (const query of Object.values(counters(context))) {
    // A server that does not answer fails its own check.
    const [series] = await instant(context, query).catch(() => []);
    if (series) values.set(query, Number(series.value[1]));
  }
  return values;
}

/** Tempo has made metrics of this run's spans. */
const spanMetricsMade = { group: "derived", name: "span metrics" };
export const spanMetricsId = idOf(spanMetricsMade);

/** What the server itself makes of what was sent. */
export function deriving(context: Context, before: Map<string, number>): Check[] {
  const { target, mark } = context;
  const { spanMetrics, serviceGraph } = counters(context);
  return [
    withServices(target, ["tempo"], {
      ...spanMetricsMade,
      patience: 120,
      needs: [sentTrace("OTLP HTTP")],
      todo: "Tempo makes no metrics of spans: look at its log (metrics_generator, remote_write) and at overrides.defaults.metrics_generator in tempo.yml.",
      ask: () => moved(context, spanMetrics, before.get(spanMetrics)),
    }),
    withServices(target, ["tempo"], {
      group: "derived",
      name: "exemplar to trace",
      patience: 120,
      needs: [sentTrace("OTLP HTTP")],
      todo: "Span metrics carry no exemplar with this run's trace: look at send_exemplars and trace_id_label_name in tempo.yml, and at storage.exemplars in prometheus.yml.",
      ask: async () => {
        const found = await exemplars(context, `traces_spanmetrics_latency_bucket${selectorOf(target.contract)}`, mark.at - 60_000);
        const way = traceWays.find(each => found.includes(mark.traces[each]));
        return way ? passed(`trace_id ${mark.traces[way]} (sent by ${way})`) : notYet(`${found.length} exemplars of ${verifyService}, none of this run`);
      },
    }),
    withServices(target, ["tempo"], {
      group: "derived",
      name: "service graph",
      patience: 120,
      needs: [sentTrace("OTLP HTTP")],
      todo: "Tempo makes no service graph: look at its log and at processors in overrides.defaults.metrics_generator in tempo.yml.",
      ask: () => moved(context, serviceGraph, before.get(serviceGraph)),
    }),
    {
      group: "derived",
      name: "log counts",
      patience: 150,
      needs: [sentLog.otlp],
      todo: "Loki's recording rule puts nothing into Prometheus: look at Loki's log (ruler, remote_write) and at ruler_storage in loki.yml.",
      ask: () => recorded(context),
    },
  ];
}

/** Another value than before, since a generator that was restarted counts from zero. */
async function moved(context: Context, query: string, before: number | undefined): Promise<Answer> {
  const [series] = await instant(context, query);
  if (!series) return notYet(`${query} is not there`);
  const now = Number(series.value[1]);
  return now === before ? notYet(`${query} is still ${now}`) : passed(`${query}: ${before ?? "none"} → ${now}`);
}

async function recorded(context: Context): Promise<Answer> {
  const query = `timestamp(log_lines:count1m${selectorOf(context.target.contract)})`;
  const [series] = await instant(context, query);
  if (!series) return notYet(`log_lines:count1m has no series of ${verifyService}`);
  const age = Number(series.value[1]) - context.mark.at / 1000;
  if (age < 0) return notYet(`log_lines:count1m was last recorded ${Math.round(-age)} s before the line was sent`);
  return passed(`log_lines:count1m{${labels.service}="${verifyService}"} recorded`);
}
