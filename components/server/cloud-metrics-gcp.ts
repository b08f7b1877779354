import { Named } from "./cloud-labels";

/** One metric of Cloud Monitoring. */
export interface GcpMetric {
  /** Its type; all types that begin so are read. */
  type: string;
  /** The name under which the exporter shows it. */
  shown: string;
  /** Time series that one resource has in one reading, as a rule: what is paid for. */
  series: number;
  /** Condition in Cloud Monitoring's filter language, for a metric with far more series than needed. */
  filter?: string;
  /** What goes wrong that only this metric tells. */
  why: string;
}

export interface GcpServiceMetrics {
  /** What is counted as one of it. */
  resource: string;
  named: Named;
  /** The label that names it, and the part of its value that is a name. */
  name: readonly [label: string, part: string];
  metrics: GcpMetric[];
  /** There are series only while there are requests. */
  onlyWithTraffic?: true;
}

/**
 * The metrics of Google Cloud that deserve an alert. Types as in Cloud Monitoring's list (https://cloud.google.com/monitoring/api/metrics_gcp).
 * Counts of requests come once a reading, of the newest minute: shares are right, sums are a sample.
 */
export const gcpServices = {
  "cloud-sql": {
    resource: "instance", named: Named.host, name: ["database_id", "(?:[^:]+:)?(.+)"],
    metrics: [
      { type: "cloudsql.googleapis.com/database/disk/utilization", shown: "stackdriver_cloudsql_database_cloudsql_googleapis_com_database_disk_utilization", series: 1, why: "A full disk stops the database." },
      { type: "cloudsql.googleapis.com/database/cpu/utilization", shown: "stackdriver_cloudsql_database_cloudsql_googleapis_com_database_cpu_utilization", series: 1, why: "Every statement waits." },
    ],
  },
  "cloud-run": {
    resource: "service", named: Named.service, name: ["exported_service_name", "(.+)"], onlyWithTraffic: true,
    metrics: [{ type: "run.googleapis.com/request_count", shown: "stackdriver_cloud_run_revision_run_googleapis_com_request_count", series: 4, why: "The share that fails with 5xx." }],
  },
  pubsub: {
    resource: "subscription", named: Named.host, name: ["subscription_id", "(.+)"],
    // A second type begins alike, with one series more.
    metrics: [{ type: "pubsub.googleapis.com/subscription/oldest_unacked_message_age", shown: "stackdriver_pubsub_subscription_pubsub_googleapis_com_subscription_oldest_unacked_message_age", series: 2, why: "Nobody works off the subscription, or not fast enough." }],
  },
  "load-balancer": {
    resource: "load balancer", named: Named.host, name: ["url_map_name", "(.+)"], onlyWithTraffic: true,
    metrics: [
      {
        type: "loadbalancing.googleapis.com/https/request_count", shown: "stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_request_count", series: 10,
        // All of them are one series for each country, code, cache result and backend.
        filter: "metric.labels.response_code_class=500", why: "Requests that fail with 5xx.",
      },
    ],
  },
} as const satisfies Record<string, GcpServiceMetrics>;

export type GcpService = keyof typeof gcpServices;
export const gcpServiceNames = Object.keys(gcpServices) as GcpService[];

/** Roles that the server's service account needs on each project. */
export const gcpMetricsRoles = ["roles/monitoring.viewer"] as const;
