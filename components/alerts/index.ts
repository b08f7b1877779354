export { alertmanagerFiles } from "./alertmanager";
export { lokiRuleFiles } from "./loki-rules";
export { probeConfig, probeSecrets } from "./probes";
export { prometheusRuleFiles } from "./prometheus-rules";
export { alertSecrets } from "./receivers";
export { alertSchema, expectedHostsSchema, probesSchema } from "./schema";
export { resolveAlertKeys, type AlertKeys, type AlertSpec, type ExpectedHost, type Probe } from "./spec";
export { alertTable, type AlertRow } from "./table";
