import type { ResolvedSpec } from "../server/spec";
import type { Severity } from "./rule";

/** Which alerts a receiver gets. */
export interface Selection {
  /** Tells receivers of one kind apart; part of the name of its secret. @default none: at most one of each kind is without */
  name?: string;
  /** Only alerts of these environments. @default all */
  environments?: string[];
  /** Only alerts of these severities. */
  severities?: Severity[];
}

/** A Slack channel, by its incoming webhook: the secret `alerts-slack-webhook`, with a name `alerts-slack-webhook-<name>`. */
export interface SlackReceiver extends Selection {
  /** @default ["critical", "warning", "info"] */
  severities?: Severity[];
}

/** E-mail. With a `username`, the password is the secret `alerts-smtp-password` (`-<name>`). */
export interface EmailReceiver extends Selection {
  to: string[];
  from: string;
  /** host:port; TLS is required, 465 speaks it from the start. */
  smarthost: string;
  username?: string;
  /** @default ["critical", "warning"] */
  severities?: Severity[];
}

/** Alertmanager's own JSON, posted to the address in the secret `alerts-webhook` (`-<name>`). */
export interface WebhookReceiver extends Selection {
  /** @default ["critical", "warning", "info"] */
  severities?: Severity[];
}

/** An issue for each group of alerts. The token is the secret `alerts-jira-token` (`-<name>`). */
export interface JiraReceiver extends Selection {
  /** Address of the site, such as "https://team.atlassian.net". */
  url: string;
  /** Key of the project. */
  project: string;
  /** @default "Task" */
  issueType?: string;
  /** E-mail of the token's owner, for Jira Cloud. @default none: the token is sent as a bearer token, as Jira Data Center takes it */
  user?: string;
  /** Transition that closes the issue when the alerts are over. @default none: it stays open */
  resolveTransition?: string;
  /** @default ["critical", "warning"] */
  severities?: Severity[];
}

/** Hours in which nobody is told; in the spec's timezone. What still holds afterwards is sent then. */
export interface MuteTime {
  /** @default all */
  environments?: string[];
  /** @default ["warning", "info"] */
  severities?: Severity[];
  /** monday … sunday. @default all */
  days?: Day[];
  /** "22:00"; later than `to` it goes over midnight. Both or none. @default the whole day */
  from?: string;
  to?: string;
}

export const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof days)[number];

/** Prometheus' own form of a group, for the users' own rules. */
export interface RuleGroup {
  name: string;
  interval?: string;
  rules: ({ alert: string; expr: string; for?: string; keep_firing_for?: string; labels?: Record<string, string>; annotations?: Record<string, string> } | { record: string; expr: string; labels?: Record<string, string> })[];
}

/** Alerting: who is told, when not, and what differs from the rules as they come. Secrets are named here, never given. */
export interface AlertSpec {
  /** @default [] */
  slack?: SlackReceiver[];
  /** @default [] */
  email?: EmailReceiver[];
  /** @default [] */
  webhook?: WebhookReceiver[];
  /** @default [] */
  jira?: JiraReceiver[];
  /**
   * Posts every minute, as long as the whole path works, to the address in the secret `alerts-heartbeat`: a service that
   * raises the alarm when nothing comes. Give it at least 5 minutes of patience. @default false
   */
  heartbeat?: boolean;
  /** Address of another Grafana with this server's dashboards, where the links in messages lead. @default the server's own */
  grafana?: string;
  /** @default [] */
  mute?: MuteTime[];
  /** By the rule's name: its threshold, and what it is in single environments: `{ DiskLow: { default: 5, dev: 2 } }`. @default {} */
  thresholds?: Record<string, Record<string, number>>;
  /** Names of rules to do without. @default [] */
  off?: string[];
  /** Groups of the users' own. Labels environment, severity and annotations summary, description are used in messages. @default [] */
  own?: RuleGroup[];
}

/** An address of the users' that is asked every minute. */
export interface Probe {
  /** Becomes the label `service_name`. */
  name: string;
  url: string;
  environment: string;
  /** HTTP status that it must answer with. @default any 2xx */
  expectedStatus?: number;
}

/** A machine that must be heard of. The labels are those that its agent sets. */
export interface ExpectedHost {
  environment: string;
  cloud: string;
  host: string;
}

/** The keys of a server's spec that alerting reads. */
export interface AlertKeys {
  /** @default {}: rules are evaluated and shown, nobody is told */
  alerts?: AlertSpec;
  /** @default [] */
  probes?: Probe[];
  /** @default [] */
  expectedHosts?: ExpectedHost[];
}

/** What the rules depend on. */
export type Watched = Pick<ResolvedSpec, "environment" | "cloud" | "host" | "services" | "shares" | "tls" | "expectedHosts" | "cloudMetrics" | "cloudLogs">;

export const resolveAlertKeys = ({ alerts = {}, probes = [], expectedHosts = [] }: AlertKeys): Required<AlertKeys> => ({ alerts, probes, expectedHosts });
