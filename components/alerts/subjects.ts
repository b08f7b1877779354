import { availability } from "./availability";
import { certificates } from "./certificates";
import { cloud } from "./cloud";
import { host } from "./host";
import { http } from "./http";
import { jvm } from "./jvm";
import { logs } from "./logs";
import type { Rule, Subject } from "./rule";
import { server } from "./server";
import type { Watched } from "./spec";
import { resolveCloudLogs } from "../server/cloud-logs";
import { resolveCloudMetrics } from "../server/cloud-metrics";
import { awsServiceNames } from "../server/cloud-metrics-aws";
import { azureServiceNames } from "../server/cloud-metrics-azure";
import { gcpServiceNames } from "../server/cloud-metrics-gcp";
import { memoryShares } from "../server/memory";
import { serviceNames } from "../server/versions";
import { unattributed } from "./unattributed";
import { watchdog } from "./watchdog";

/** All rules, by subject. */
export const subjects = (spec: Watched): Subject[] => [host, availability(spec), http, jvm, logs, certificates(spec), unattributed, server(spec), ...cloud(spec), watchdog(spec)];

/** A server with nothing left out: for what is asked of the rules without a spec. */
const whole: Watched = {
  environment: "monitoring",
  cloud: "local",
  host: "monitoring",
  services: [...serviceNames],
  shares: memoryShares(2048, [...serviceNames]),
  tls: "own-ca",
  expectedHosts: [],
  cloudMetrics: resolveCloudMetrics({ aws: { services: awsServiceNames }, azure: { services: azureServiceNames }, gcp: { services: gcpServiceNames } }),
  cloudLogs: resolveCloudLogs({ gcp: { subscription: "logs" } }),
};

/** The subjects of a server with nothing left out, for the documentation. */
export const allSubjects = (): Subject[] => subjects(whole);

/** The rules of such a server; names and defaults for the spec's checks. */
export const allRules = (): Rule[] => allSubjects().flatMap(subject => subject.rules);
