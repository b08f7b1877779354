import type { Layout } from "../server/layout";
import { yaml } from "../server/yaml";
import { messageTemplates } from "./message";
import { mutedEnvironments, mutesFor, timeIntervals } from "./mute";
import { heartbeatSecret, receivers, secretPath, type Receiver } from "./receivers";
import { severities, type Severity } from "./rule";
import type { ResolvedSpec } from "../server/spec";
import { watchdogName } from "./watchdog";

/** Alertmanager's files by path in its configuration folder. */
export function alertmanagerFiles(spec: ResolvedSpec, layout: Layout): Record<string, string> {
  return { "alertmanager.yml": yaml(config(spec, layout)), "templates/messages.tmpl": messageTemplates(spec) };
}

/** How often a person is reminded of what still holds. */
const repeat: Record<Severity, string> = { critical: "4h", warning: "24h", info: "24h" };

function config(spec: ResolvedSpec, layout: Layout): object {
  const all = receivers(spec);
  const mute = spec.alerts.mute ?? [];
  return {
    templates: ["templates/*.tmpl"],
    ...(mute.length && { time_intervals: timeIntervals(mute, spec.timezone) }),
    route: {
      receiver: "nobody",
      // One message for the same thing on many machines.
      group_by: ["alertname", "environment", "cloud"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "24h",
      routes: [
        // Below the patience of the heartbeat's other side; nothing of it reaches anybody else.
        { receiver: spec.alerts.heartbeat ? "heartbeat" : "nobody", matchers: [`alertname="${watchdogName}"`], group_wait: "0s", group_interval: "1m", repeat_interval: "1m" },
        ...all.map(it => route(spec, it)),
      ],
    },
    inhibit_rules: inhibition,
    receivers: [
      { name: "nobody" },
      // No message when it is over: that would look like a beat.
      ...(spec.alerts.heartbeat ? [{ name: "heartbeat", webhook_configs: [{ url_file: secretPath(layout, heartbeatSecret), send_resolved: false, max_alerts: 1 }] }] : []),
      ...all.flatMap(it => [receiver(it, layout, true), receiver(it, layout, false)]),
    ],
  };
}

/** A dead machine silences what holds on it, but not its last words; critical silences less about the same thing. */
const inhibition = [
  { source_matchers: ['alertname="HostSilent"'], target_matchers: [`alertname!~"HostSilent|${watchdogName}"`, 'event!="true"'], equal: ["environment", "host"] },
  { source_matchers: ['severity="critical"', 'about!=""'], target_matchers: ['severity=~"warning|info"', 'about!=""'], equal: ["about", "environment", "cloud", "host", "service_name", "instance", "mountpoint"] },
  { source_matchers: ['severity="warning"', 'about!=""'], target_matchers: ['severity="info"', 'about!=""'], equal: ["about", "environment", "cloud", "host", "service_name", "instance", "mountpoint"] },
];

/** Events are told once: the receiver that is not told when they are over has a name of its own. */
const once = (name: string) => `${name}-events`;

function receiver(it: Receiver, layout: Layout, resolved: boolean): object {
  return { name: resolved ? it.name : once(it.name), [`${it.kind}_configs`]: [{ send_resolved: resolved, ...it.config(it.secret ? secretPath(layout, it.secret) : "") }] };
}

/** A branch for each receiver; `continue` lets the next one have the alert, too. In it one leaf for each way of telling. */
function route(spec: ResolvedSpec, it: Receiver): object {
  const mute = spec.alerts.mute ?? [];
  const leaves = mutedEnvironments(mute).flatMap(environment =>
    severities.filter(severity => it.severities.includes(severity)).flatMap(severity => {
      const muted = mutesFor(mute, environment, severity);
      const leaf = (event: boolean) => ({
        receiver: event ? once(it.name) : it.name,
        matchers: [`severity="${severity}"`, ...(event ? ['event="true"'] : []), ...(environment === undefined ? [] : [`environment=${JSON.stringify(environment)}`])],
        // Each service's news by itself: a storm in one must not hide the new error of another.
        ...(event && { group_by: ["alertname", "environment", "cloud", "service_name"] }),
        repeat_interval: repeat[severity],
        ...(muted.length && { mute_time_intervals: muted }),
      });
      return [leaf(true), leaf(false)];
    }),
  );
  const chosen = it.environments ? [`environment=~"${it.environments.map(name => name.replace(/[.]/g, "\\.")).join("|")}"`] : [];
  // An alert of the users' own rules without one of our severities goes where warnings go.
  const unwanted = severities.filter(name => !it.severities.includes(name));
  const others = !it.severities.includes("warning") ? [`severity=~"${it.severities.join("|")}"`] : unwanted.length ? [`severity!~"${unwanted.join("|")}"`] : [];
  return { receiver: it.name, matchers: [...chosen, ...others], continue: true, repeat_interval: repeat.warning, routes: leaves };
}
