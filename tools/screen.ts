import { existsSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "../components/local/folder";
import type { ServerStatus } from "../components/local/guest";
import type { ServerContract } from "../components/server/contract";
import { mebibytes, table } from "./cli";

/** What is known of the server on this machine once it runs. */
export interface Running {
  contract: ServerContract;
  folder: string;
  runtime: string;
  status: ServerStatus;
  /** Services that cannot run here, with the reason. */
  missing: Record<string, string>;
  /** Shown only when asked for. */
  password?: string;
}

/** The one screen at the end of `npm start`. */
export function screen(running: Running): string {
  const { contract, folder, runtime, status, missing } = running;
  const first = `Monitoring server on this machine, as ${runtime}, in ${folder}`;
  return [first, "", ...grafana(running), ...sending(contract, folder), "", services(status), ...absent(missing)].join("\n");
}

function grafana({ contract, folder, missing, password }: Running): string[] {
  if (missing.grafana) return [`Grafana   is missing here, see below; it would be at ${contract.url}`, ""];
  if (!contract.services.includes("grafana")) return [];
  const file = join(inFolder(folder).secrets, "grafana-admin-password");
  return [
    `Grafana   ${contract.url}`,
    `          user admin, password ${password ?? `in ${file} (npm start -- --show-password prints it)`}`,
    ...(contract.ca ? [`          certificate of the server's own authority, for your browser to trust: ${inFolder(folder).ca}`] : []),
    "",
  ];
}

/** Lines that can be pasted as they are. */
function sending(contract: ServerContract, folder: string): string[] {
  const { curl } = inFolder(folder);
  const client = contract.pushClients[0]!;
  const settings = curl("push", client);
  const post = `curl -K ${existsSync(settings) ? settings : `<settings of ${client}>`} -H 'Content-Type: application/json'`;
  const { logs, metrics, traces } = examples(contract);
  return [
    `Send it logs, metrics and traces with the token of a push client (${contract.pushClients.join(", ")}). Try it:`,
    "",
    `${post} ${logs.url} -d ${logs.body}`,
    `${post} ${metrics.url} -d ${metrics.body}`,
    ...(traces ? [`${post} ${traces.url} -d ${traces.body}`] : []),
  ];
}

function examples({ endpoints, services }: ServerContract) {
  const now = "'$(date +%s)000000000'";
  const resource = '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"hello"}}]}';
  return {
    logs: { url: `${endpoints.logs}/loki/api/v1/push`, body: `'{"streams":[{"stream":{"service_name":"hello"},"values":[["${now}","hello"]]}]}'` },
    metrics: { url: `${endpoints.metrics}/otlp/v1/metrics`, body: `'{"resourceMetrics":[{${resource},"scopeMetrics":[{"metrics":[{"name":"hello","gauge":{"dataPoints":[{"asDouble":1,"timeUnixNano":"${now}"}]}}]}]}]}'` },
    traces: services.includes("tempo") && {
      url: `${endpoints.traces}/otlp/v1/traces`,
      body: `'{"resourceSpans":[{${resource},"scopeSpans":[{"spans":[{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"hello","kind":2,"startTimeUnixNano":"${now}","endTimeUnixNano":"${now}"}]}]}]}'`,
    },
  };
}

/** Services with their own memory and their share of the machine's. */
export function services(status: ServerStatus): string {
  const rows = Object.entries(status.services).map(([name, each]) => [
    name,
    each.missing ? "missing" : !each.running ? "stopped" : each.healthy ? "running" : "not healthy",
    each.missing ? "–" : mebibytes(each.memoryBytes),
    each.missing ? "–" : mebibytes(each.limitBytes),
    each.missing ? "–" : String(each.restarts),
  ]);
  return table(["service", "state", "memory", "share", "restarts"], rows);
}

/** Why services are missing. */
export function absent(missing: Record<string, string>): string[] {
  const names = Object.keys(missing);
  if (!names.length) return [];
  return [`Missing on this machine:`, ...names.flatMap(name => missing[name]!.split("\n").map((line, i) => `  ${i ? " ".repeat(name.length + 1) : `${name}:`} ${line}`)), ""];
}
