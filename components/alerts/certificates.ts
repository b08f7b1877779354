import { by, type Subject } from "./rule";
import type { Watched } from "./spec";

const daysLeft = (job: string) => `min by (${by("software", "instance")}) (last_over_time(probe_ssl_earliest_cert_expiry{$E, job="${job}"}[10m]) - time()) / 86400`;

/** Certificates of the probed addresses and of the gateway. */
export function certificates(spec: Watched): Subject {
  // An authority on the server gives the gateway certificates of 12 hours and renews them when a third is left.
  const gateway = spec.tls === "own-ca" || spec.tls === "given-ca" ? 0.1 : 14;
  return {
    name: "certificates",
    interval: "1m",
    rules: [
      {
        name: "CertificateExpires", severity: "warning", of: "software", about: "certificate", for: "10m", dashboard: "overview", threshold: { default: 20, unit: "days" },
        expr: `${daysLeft("probe")} < $T`,
        summary: '{{ $labels.instance }}: the certificate expires in {{ printf "%.0f" $value }} days',
        description: "Automatic renewal usually comes 30 days before the end; below $T days it has probably failed.",
        source: "blackbox_exporter documentation (Apache-2.0), threshold as in awesome-prometheus-alerts (CC BY 4.0, Samuel Berthe)",
      },
      {
        name: "CertificateExpiresSoon", severity: "critical", of: "software", about: "certificate", for: "10m", dashboard: "overview", threshold: { default: 3, unit: "days" },
        expr: `${daysLeft("probe")} < $T`,
        summary: '{{ $labels.instance }}: the certificate expires in {{ printf "%.1f" $value }} days',
        description: "When it has expired nobody can connect.",
        source: "blackbox_exporter documentation (Apache-2.0), threshold own",
      },
      {
        name: "GatewayCertificateExpires", severity: "critical", of: "software", about: "certificate", for: "10m", dashboard: "server", threshold: { default: gateway, unit: "days" },
        expr: `${daysLeft("heartbeat")} < $T`,
        summary: 'The monitoring server\'s own certificate expires in {{ printf "%.1f" $value }} days',
        description: "The gateway did not renew it; its log says why. After the end no agent can send anything.",
        logs: "",
        source: "own",
      },
    ],
  };
}
