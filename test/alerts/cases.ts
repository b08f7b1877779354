import type { Case } from "./case";
import { awsServiceNames } from "../../components/server/cloud-metrics-aws";
import { azureServiceNames } from "../../components/server/cloud-metrics-azure";
import { gcpServiceNames } from "../../components/server/cloud-metrics-gcp";
import { cloudCases } from "./cases-cloud";
import { availabilityCases, certificateCases, hostCases } from "./cases-machines";
import { serverCases, watchdogCases } from "./cases-server";
import { httpCases, jvmCases, logsCases, unattributedCases } from "./cases-services";

/** All situations, by the subject whose rule file they are about. */
export const cases: Record<string, Case[]> = {
  host: hostCases,
  availability: availabilityCases,
  http: httpCases,
  jvm: jvmCases,
  logs: logsCases,
  certificates: certificateCases,
  unattributed: unattributedCases,
  server: serverCases,
  cloud: cloudCases,
  watchdog: watchdogCases,
};

/** What the situations assume of the spec. */
export const assumed = {
  alerts: { thresholds: { DiskLow: { default: 5, dev: 2 } } },
  expectedHosts: ["app-1", "app-2"].map(host => ({ environment: "prod", cloud: "aws", host })),
  cloudMetrics: { aws: { services: awsServiceNames }, azure: { services: azureServiceNames }, gcp: { services: gcpServiceNames } },
  cloudLogs: { gcp: { subscription: "logs" } },
};

/** A file of promtool's rule tests. */
export function promtoolTests(ruleFile: string, list: Case[]): object {
  return {
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: list.map(({ alert, when, series, at, fires }) => ({
      name: `${alert} ${fires ? "fires" : "is quiet"} when ${when}`,
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `sum without (severity, about, event) (ALERTS{alertname="${alert}", alertstate="firing"})`,
          eval_time: `${at}m`,
          exp_samples: fires ? [{ labels: `{${Object.entries({ alertname: alert, alertstate: "firing", ...fires }).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ")}}`, value: 1 }] : [],
        },
      ],
    })),
  };
}

/** The same situations, expecting nothing: promtool then prints every alert with its annotations. */
export function promtoolPrints(ruleFile: string, list: Case[]): object {
  return {
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: list.filter(it => it.fires).map(({ alert, series, at }) => ({
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [{ alertname: alert, eval_time: `${at}m`, exp_alerts: [] }],
    })),
  };
}
