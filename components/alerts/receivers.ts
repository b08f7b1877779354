import type { Layout } from "../server/layout";
import type { SecretFile } from "../server/services/service";
import type { ResolvedSpec } from "../server/spec";
import type { EmailReceiver, JiraReceiver, Selection } from "./spec";
import type { Severity } from "./rule";

/** Somebody who is told: Alertmanager's name and configuration, which alerts, and the secret that it needs. */
export interface Receiver {
  name: string;
  environments?: string[];
  severities: Severity[];
  secret?: SecretFile;
  /** `<kind>_configs` entry; the path is that of the secret's file. */
  config(secretPath: string): object;
  kind: "slack" | "email" | "webhook" | "jira";
}

const everything: Severity[] = ["critical", "warning", "info"];
const urgent: Severity[] = ["critical", "warning"];

/** All receivers of a spec. */
export function receivers({ alerts }: ResolvedSpec): Receiver[] {
  return [
    ...(alerts.slack ?? []).map(it => receiver("slack", it, everything, "alerts-slack-webhook", slack)),
    ...(alerts.email ?? []).map(it => receiver("email", it, urgent, it.username ? "alerts-smtp-password" : undefined, path => email(it, path))),
    ...(alerts.webhook ?? []).map(it => receiver("webhook", it, everything, "alerts-webhook", path => ({ url_file: path, max_alerts: 100 }))),
    ...(alerts.jira ?? []).map(it => receiver("jira", it, urgent, "alerts-jira-token", path => jira(it, path))),
  ];
}

/** The address of the external heartbeat. */
export const heartbeatSecret: SecretFile = { secret: "alerts-heartbeat", file: "alerts-heartbeat" };

/** What Alertmanager reads as files; it reads them at each message, so a changed one needs no reload. */
export const alertSecrets = (spec: ResolvedSpec): SecretFile[] => [...receivers(spec).flatMap(({ secret }) => secret ?? []), ...(spec.alerts.heartbeat ? [heartbeatSecret] : [])];

/** Where Alertmanager finds a secret. */
export const secretPath = (layout: Layout, { file }: SecretFile) => `${layout.secrets("alertmanager")}/${file}`;

function receiver(kind: Receiver["kind"], { name, environments, severities }: Selection, usual: Severity[], secret: string | undefined, config: Receiver["config"]): Receiver {
  const suffix = name ? `-${name}` : "";
  return { kind, name: `${kind}${suffix}`, environments, severities: severities ?? usual, config, ...(secret && { secret: { secret: `${secret}${suffix}`, file: `${secret}${suffix}` } }) };
}

function slack(path: string): object {
  return {
    api_url_file: path,
    title: '{{ template "lgtm.slack.title" . }}',
    title_link: '{{ template "lgtm.slack.link" . }}',
    text: '{{ template "lgtm.slack.text" . }}',
    fallback: '{{ template "lgtm.slack.title" . }}',
    color: '{{ template "lgtm.slack.color" . }}',
    mrkdwn_in: ["text"],
  };
}

function email(it: EmailReceiver, path: string): object {
  return {
    to: it.to.join(", "),
    from: it.from,
    smarthost: it.smarthost,
    require_tls: true,
    ...(it.username && { auth_username: it.username, auth_password_file: path }),
    headers: { Subject: '{{ template "lgtm.title" . }}' },
    html: '{{ template "lgtm.html" . }}',
    text: '{{ template "lgtm.text" . }}',
  };
}

function jira(it: JiraReceiver, path: string): object {
  return {
    api_url: `${it.url.replace(/\/+$/, "")}/rest/api/2/`,
    project: it.project,
    issue_type: it.issueType ?? "Task",
    summary: '{{ template "lgtm.title" . }}',
    description: '{{ template "lgtm.jira.text" . }}',
    // Names of priorities differ from site to site: the site's default.
    priority: "",
    labels: ["alert"],
    ...(it.resolveTransition && { resolve_transition: it.resolveTransition }),
    http_config: it.user ? { basic_auth: { username: it.user, password_file: path } } : { authorization: { credentials_file: path } },
  };
}
