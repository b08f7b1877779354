import { labels } from "../server/labels";
import { notYet, passed, wrong, type Answer, type Check } from "./check";
import { inShort, read, readJson, todoOf, withServices, type Context } from "./context";
import { identityOf, selectorOf, traceWays, verifyMetric, verifyService } from "./mark";
import { samples } from "./prometheus";
import { sentLog, sentMetric, sentTrace } from "./sending";

const hour = 3_600_000;

/** Finds again what {@link sending} sent, each by the query that Grafana makes, and goes from the log line to the trace and back. */
export function finding(context: Context): Check[] {
  const { target, mark } = context;
  const findLog = (name: string, needs: string, words: string): Check => ({
    group: "find",
    name,
    patience: 30,
    needs: [needs],
    todo: "Loki took the line but a query does not show it with its labels: look at Loki's log and at limits_config in loki.yml.",
    ask: () => logLine(context, words),
  });
  const findMetric = (name: string, needs: string, way: string): Check => ({
    group: "find",
    name,
    patience: 30,
    needs: [needs],
    todo: "Prometheus took the sample but a query does not show it with its labels: look at its log and at otlp in prometheus.yml.",
    ask: () => metric(context, way),
  });
  return [
    findLog("log line, Loki push", sentLog.loki, `${mark.id} by the Loki push API`),
    findLog("log line, OTLP", sentLog.otlp, `${mark.id} by OTLP`),
    findMetric("metric, OTLP", sentMetric.otlp, "OTLP"),
    findMetric("metric, remote write", sentMetric.remoteWrite, "remote write"),
    ...traceWays.map(way =>
      withServices(target, ["tempo"], {
        group: "find",
        name: `trace, ${way}`,
        patience: 60,
        needs: [sentTrace(way)],
        todo: "Tempo took the spans but does not give the trace: look at its log.",
        ask: () => trace(context, mark.traces[way]),
      }),
    ),
    withServices(target, ["tempo"], {
      group: "find",
      name: "trace, by search",
      patience: 90,
      needs: [sentTrace("OTLP HTTP")],
      todo: "Tempo gives the trace by its id but its search does not find it: look at its log.",
      ask: () => search(context),
    }),
    withServices(target, ["tempo"], {
      group: "links",
      name: "log line to trace",
      patience: 60,
      needs: [sentLog.otlp, sentTrace("OTLP HTTP")],
      todo: "The log line carries no trace_id that Tempo knows: look at limits_config.otlp_config in loki.yml.",
      ask: () => fromLogToTrace(context),
    }),
    withServices(target, ["tempo"], {
      group: "links",
      name: "trace to log lines",
      patience: 60,
      needs: [sentLog.loki, sentLog.otlp, sentTrace("OTLP HTTP")],
      todo: "Grafana's link from a trace to its lines shows nothing: trace_id must be structured metadata, the four labels must be index labels.",
      ask: () => fromTraceToLogs(context),
    }),
  ];
}

interface Line {
  labels: Record<string, string>;
  text: string;
}

async function lines(context: Context, pipeline: string): Promise<Line[]> {
  const { mark, target } = context;
  const answer = await readJson<{ data: { result: { stream: Record<string, string>; values: [string, string][] }[] } }>(context, "/read/loki/loki/api/v1/query_range", {
    query: `${selectorOf(target.contract)} ${pipeline}`,
    start: `${mark.at - hour}000000`,
    end: `${mark.at + hour}000000`,
    limit: 100,
  });
  return answer.data.result.flatMap(({ stream, values }) => values.map(([, text]) => ({ labels: stream, text })));
}

async function logLine(context: Context, words: string): Promise<Answer> {
  const line = (await lines(context, `|= ${JSON.stringify(words)}`)).find(({ text }) => text.includes(words));
  if (!line) return notYet(`no line with "${words}"`);
  return passed(`"${line.text}" with ${Object.values(identityOf(context.target.contract)).join(", ")}`);
}

async function metric(context: Context, way: string): Promise<Answer> {
  const selector = `${verifyMetric}${selectorOf(context.target.contract).replace("}", `, way=${JSON.stringify(way)}}`)}`;
  const found = (await samples(context, selector, 60)).flatMap(series => series.values).find(([, value]) => Number(value) === context.mark.at);
  return found ? passed(`${verifyMetric} = ${context.mark.at}`) : notYet(`no sample of ${verifyMetric} with way="${way}" and the value ${context.mark.at}`);
}

/** Tempo's answer for a trace id holds this run's mark and both services. */
async function trace(context: Context, id: string): Promise<Answer> {
  const reply = await read(context, `/read/tempo/api/v2/traces/${id}`, { headers: { accept: "application/json" } });
  if (reply.status !== 200) return notYet(`trace ${id}: ${inShort(reply)}`, reply.status === 404 ? undefined : todoOf(reply.status, "read"));
  const count = reply.body.split(context.mark.id).length - 1;
  if (count > 2) return wrong(`trace ${id} has ${count} spans instead of 2`);
  return count === 2 ? passed(`trace ${id} with 2 spans`) : notYet(`trace ${id} has ${count} of 2 spans`);
}

async function search(context: Context): Promise<Answer> {
  const { mark, target } = context;
  const id = mark.traces["OTLP HTTP"];
  const q = `{resource.service.name = "${verifyService}" && resource.environment = ${JSON.stringify(target.contract.labels.environment)} && span.verify.mark = "${mark.id}"}`;
  const from = Math.floor((mark.at - hour) / 1000);
  const found = await readJson<{ traces?: { traceID: string }[] }>(context, "/read/tempo/api/search", { q, start: from, end: from + 7200, limit: 20 });
  // Tempo leaves out zeros at the beginning of an id.
  const ids = (found.traces ?? []).map(each => each.traceID.padStart(32, "0"));
  return ids.includes(id) ? passed(`found by ${q}`) : notYet(`${ids.length ? `only ${ids.join(", ")}` : "nothing"} for ${q}`);
}

async function fromLogToTrace(context: Context): Promise<Answer> {
  const words = `${context.mark.id} by OTLP`;
  const line = (await lines(context, `|= ${JSON.stringify(words)}`)).find(({ text }) => text.includes(words));
  if (!line) return notYet("the log line is not there");
  const id = line.labels.trace_id;
  if (!id) return wrong(`the line has no trace_id, only ${Object.keys(line.labels).join(", ")}`);
  const answer = await trace(context, id);
  return answer.result === "passed" ? passed(`trace_id of the line → ${answer.seen}`) : answer;
}

/** The query of the Tempo datasource (tracesToLogsV2), filled in as Grafana does. */
async function fromTraceToLogs(context: Context): Promise<Answer> {
  const id = context.mark.traces["OTLP HTTP"];
  const found = await lines(context, `| trace_id=${JSON.stringify(id)}`);
  const ways = ["the Loki push API", "OTLP"].filter(way => found.some(({ text }) => text.endsWith(`${context.mark.id} by ${way}`)));
  if (ways.length < 2) return notYet(`lines sent by ${ways.join(" and ") || "neither way"} of 2`);
  return passed(`${found.length} lines by {${labels.service}="${verifyService}", …} | trace_id`);
}
