/**
 * The versions of everything that runs on the server: image tags, releases and builds all come from here.
 * Configuration is written for, and tested with, exactly these.
 */
export const versions = {
  prometheus: "3.14.0",
  loki: "3.7.8",
  tempo: "3.0.3",
  grafana: "13.2.3",
  alertmanager: "0.34.1",
  alloy: "1.19.2",
  caddy: "2.11.7",
} as const;

/** A program that the monitoring server runs. */
export type ServiceName = keyof typeof versions;

/** All services, in the order in which they start: what others write to comes first. */
export const serviceNames: readonly ServiceName[] = ["prometheus", "loki", "tempo", "alertmanager", "grafana", "alloy", "caddy"];
