/**
 * The one label vocabulary. Agents, scrapes, Loki, Tempo, rules and dashboards all take the names from here,
 * so that one variable on a dashboard selects the same thing in logs, metrics and traces.
 */
export const labels = {
  /** Stage of the user's software: dev, prod … Whatever arrives without it counts as unattributed. */
  environment: "environment",
  /** Where the machine is: aws, azure, gcp or a name of the user's. */
  cloud: "cloud",
  /** The machine, named once by its agent and never derived again. */
  host: "host",
  /** The program, as OpenTelemetry's service.name. */
  service: "service_name",
} as const;

/** The four labels by which everything is found. */
export const identity = [labels.environment, labels.cloud, labels.host, labels.service] as const;

/**
 * OpenTelemetry resource attributes that become labels, by label.
 * `deployment.environment.name` is the current name of the attribute, `deployment.environment` the one before it;
 * agents also set the literal label, since Prometheus promotes attributes by their own name
 * (https://opentelemetry.io/docs/specs/semconv/resource/deployment-environment/).
 */
export const resourceAttributes = {
  [labels.environment]: ["environment", "deployment.environment.name", "deployment.environment"],
  [labels.cloud]: ["cloud", "cloud.provider"],
  [labels.host]: ["host", "host.name"],
  [labels.service]: ["service.name"],
} as const;

/**
 * Tags (labels on GCP) of a cloud's machine that is to be found and scraped: the first one's presence says so and its value is
 * the label environment, the second one says which program of the user's runs there and is its label service_name.
 */
export const machineTags = { environment: "lgtm-environment", service: "lgtm-service" } as const;

/** `service_name` and `job` of a machine's own metrics: node_exporter's, and those of Alloy on this server. */
export const nodeService = "node";
