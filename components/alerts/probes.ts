import type { Rendering, SecretFile } from "../server/services/service";
import { Tls } from "../server/spec";
import type { ResolvedSpec } from "../server/spec";
import type { Probe } from "./spec";

/** Alloy sends the heartbeat with a push client's token, as any agent does. */
export const probeSecrets = (spec: ResolvedSpec): SecretFile[] => [{ secret: `push-${spec.pushClients[0]}`, file: "heartbeat.token" }];

/**
 * Part of Alloy's configuration on the server: asks the users' addresses every minute, and every 30 seconds posts a log line
 * through the gateway, which is the server's own heartbeat and shows the gateway's certificate.
 */
export function probeConfig(r: Rendering): string {
  const { spec } = r;
  const users = spec.probes.length ? [exporter("probes", modules(spec.probes), spec.probes.map(probe => target(probe))), scrape("probes", "probe", "60s")] : [];
  return [...users, heartbeat(r)].join("\n");
}

const moduleOf = ({ expectedStatus }: Probe) => (expectedStatus ? `status_${expectedStatus}` : "status_2xx");

function modules(probes: Probe[]): object {
  const statuses = [...new Map(probes.map(probe => [moduleOf(probe), probe.expectedStatus]))];
  return Object.fromEntries(
    statuses.map(([name, status]) => [
      name,
      // Asked for a redirect, that is the answer wanted; asked for a page, redirects lead to it.
      { prober: "http", timeout: "10s", http: { preferred_ip_protocol: "ip4", ...(status && { valid_status_codes: [status], follow_redirects: status < 300 || status >= 400 }) } },
    ]),
  );
}

function target(probe: Probe): string {
  return block("target", {
    name: probe.name,
    address: probe.url,
    module: moduleOf(probe),
    // The server asked is the one in the address, not the monitoring server.
    labels: { environment: probe.environment, host: new URL(probe.url).hostname, service_name: probe.name },
  });
}

/** OTLP without a time: Loki takes the time at which it comes. */
const beat = ({ environment, cloud, host }: ResolvedSpec) => {
  const attributes = Object.entries({ "service.name": "heartbeat", environment, cloud, host }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [{ severityText: "info", body: { stringValue: "heartbeat" } }] }] }] });
};

function heartbeat({ spec, layout }: Rendering): string {
  const name = spec.addresses.find(address => /[a-z]/i.test(address) && !address.includes(":")) ?? spec.addresses[0]!;
  const http = {
    preferred_ip_protocol: "ip4",
    method: "POST",
    headers: { "Content-Type": "application/json", Host: `${name}${spec.ports.logs === 443 ? "" : `:${spec.ports.logs}`}` },
    body: beat(spec),
    authorization: { type: "Bearer", credentials_file: `${layout.secrets("alloy")}/heartbeat.token` },
    // The connection does not leave the machine, and the own authority is known to Caddy alone.
    tls_config: { server_name: name, insecure_skip_verify: spec.tls !== Tls.acme },
  };
  const to = block("target", { name: "heartbeat", address: `https://127.0.0.1:${spec.ports.logs}/otlp/v1/logs`, module: "heartbeat", labels: { service_name: "caddy" } });
  return [exporter("heartbeat", { heartbeat: { prober: "http", timeout: "10s", http } }, [to]), scrape("heartbeat", "heartbeat", "30s")].join("\n");
}

function exporter(name: string, of: object, targets: string[]): string {
  return `prometheus.exporter.blackbox "${name}" {\n  config = ${JSON.stringify(JSON.stringify({ modules: of }))}\n\n${targets.join("\n")}}\n`;
}

function block(kind: string, { labels, ...values }: Record<string, string | Record<string, string>>): string {
  const own = Object.entries(values).map(([key, value]) => `    ${key.padEnd(7)} = ${JSON.stringify(value)}\n`);
  const map = Object.entries(labels as Record<string, string>).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `  ${kind} {\n${own.join("")}    labels  = {${map.join(", ")}}\n  }\n`;
}

function scrape(name: string, job: string, interval: string): string {
  return `discovery.relabel "${name}" {
  targets = prometheus.exporter.blackbox.${name}.targets

  rule {
    target_label = "job"
    replacement  = "${job}"
  }

  rule {
    source_labels = ["__param_target"]
    target_label  = "instance"
  }
}

prometheus.scrape "${name}" {
  targets         = discovery.relabel.${name}.output
  scrape_interval = "${interval}"
  scrape_timeout  = "15s"
  forward_to      = [prometheus.remote_write.server.receiver]
}
`;
}
