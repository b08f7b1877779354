import { gcpServices, type GcpService } from "../server/cloud-metrics-gcp";
import { errorLines, newest, resource, share, shareOfRequests, type CloudRules } from "./cloud-rules";

const own = "own, after Google Cloud's recommended alert policies";
const [disk, cpu] = gcpServices["cloud-sql"].metrics;
const requests = gcpServices["cloud-run"].metrics[0].shown;
const failed = gcpServices["load-balancer"].metrics[0].shown;

export const gcpRules: CloudRules<GcpService> = {
  "cloud-sql": window => [
    {
      name: "CloudSqlStorageHigh", severity: "critical", of: "service", about: "disk", for: "10m", dashboard: "overview", threshold: { default: 85, unit: "% of the disk" },
      expr: `100 * ${newest("max", disk.shown, window)} > $T`,
      summary: 'Database {{ $labels.host }}: {{ printf "%.0f" $value }} % of its disk is used',
      description: "More than $T % is used. A full database stops. Enlarge the disk, or switch on its automatic growth.",
      source: own,
    },
    {
      name: "CloudSqlCpuHigh", severity: "warning", of: "service", about: "cpu", for: "10m", dashboard: "overview", threshold: { default: 90, unit: "%" },
      expr: `100 * max by (${resource}) (avg_over_time(${cpu.shown}{$E}[${window}])) > $T`,
      summary: 'Database {{ $labels.host }}: CPU {{ printf "%.0f" $value }} % busy',
      description: "Busier than $T % on average. Statements wait. Query Insights names them.",
      source: own,
    },
  ],
  "cloud-run": window => {
    const count = (where: string) => `sum by (${resource}) (increase(${requests}{$E${where}}[${window}]))`;
    return [
      {
        name: "CloudRunErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "errors", threshold: shareOfRequests,
        expr: share(count(', response_code_class="5xx"'), count("")),
        summary: 'Cloud Run service {{ $labels.service_name }}: {{ printf "%.1f" $value }} % of the requests fail',
        description: "More than $T % of the requests were answered with 5xx. With cloudLogs the log lines say why.",
        logs: errorLines,
        source: own,
      },
    ];
  },
  pubsub: window => [
    {
      name: "PubsubMessagesOld", severity: "warning", of: "service", about: "queue", for: "5m", dashboard: "overview", threshold: { default: 900, unit: "s" },
      expr: `${newest("max", gcpServices.pubsub.metrics[0].shown, window)} > $T`,
      summary: "Subscription {{ $labels.host }}: the oldest message waits for {{ $value | humanizeDuration }}",
      description: "Longer than $T s: nobody works off the subscription, or not fast enough.",
      source: own,
    },
  ],
  "load-balancer": (window, readings) => [
    {
      name: "GcpLoadBalancerErrors", severity: "warning", of: "service", about: "http", for: "5m", dashboard: "overview", threshold: { default: 5, unit: "failing requests a minute" },
      // Each reading counts one minute, however far apart they are.
      expr: `sum by (${resource}) (increase(${failed}{$E}[${window}])) / ${readings} > $T`,
      summary: 'Load balancer {{ $labels.host }}: {{ printf "%.0f" $value }} requests a minute fail',
      description: "More than $T requests a minute were answered with 5xx, by the servers behind it or because there was none.",
      source: own,
    },
  ],
};
