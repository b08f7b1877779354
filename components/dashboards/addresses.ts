import { labels } from "../server/labels";
import { fromColumn, toAlertRules, toDashboard } from "./links";
import { table, type Row, type Thresholds } from "./panels";
import { now } from "./queries";
import { ofService } from "./selectors";

const day = 86_400;
const byAddress = [labels.environment, labels.service, "instance"].join(", ");
const asked = `${ofService}, job="probe"`;
/** From where on CertificateExpires and CertificateExpiresSoon, and ProbeSlow, are told by default. */
const certificateLeft: Thresholds = ["red", [3 * day, "yellow"], [20 * day, "green"]];
const answers: Thresholds = ["green", [1, "yellow"], [3, "red"]];

const rules = [toAlertRules("Rules", "rule:Probe")];

/** The users' own addresses, asked from the monitoring server every minute. */
export const addresses: Row = {
  title: "Addresses",
  height: 6,
  panels: [
    table({
      title: "Addresses asked",
      about: "The spec's probes, asked from the monitoring server every minute; failing ones first. Certificate is how long it is still good.",
      source: "blackbox_exporter (Apache-2.0) for the metrics; expression pulumi-lgtm",
      queries: [
        now(`1 - min by (${byAddress}) (probe_success{${asked}})`),
        now(`max by (${byAddress}) (probe_http_status_code{${asked}})`),
        now(`max by (${byAddress}) (avg_over_time(probe_duration_seconds{${asked}}[5m]))`),
        now(`min by (${byAddress}) (probe_ssl_earliest_cert_expiry{${asked}}) - time()`, { emptyWhenHealthy: "only addresses with https have a certificate" }),
      ],
      columns: [
        { name: "Address", label: "instance", links: rules },
        { name: "Service", label: labels.service, links: [toDashboard("logs", "Log lines", { service: fromColumn("Service") }), toDashboard("services", "Requests", { service: fromColumn("Service") })] },
        { name: "Environment", label: labels.environment, width: 120, links: [toDashboard("overview", "Only this environment", { environment: fromColumn("Environment") })] },
        { name: "State", query: 0, words: { 0: { text: "answers", color: "green" }, 1: { text: "fails", color: "red" } }, width: 90, links: rules },
        { name: "Status", query: 1, unit: "none", width: 80, links: rules },
        { name: "Answers in", query: 2, unit: "s", decimals: 2, thresholds: answers, width: 100, links: [toDashboard("services", "Requests", { service: fromColumn("Service") })] },
        { name: "Certificate", query: 3, unit: "s", decimals: 0, thresholds: certificateLeft, width: 110, links: [toAlertRules("Rules", "rule:Certificate")] },
      ],
      sortBy: "State",
      noValue: "No probes in the spec",
      emptyWhenUnused: "the spec has no probes",
      width: 24,
    }),
  ],
};
