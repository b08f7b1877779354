import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import type { z } from "zod/v3";
import { alertmanagerFiles, alertSchema, alertSecrets, expectedHostsSchema, probeConfig, probeSecrets, probesSchema, resolveAlertKeys, type AlertKeys } from "../../components/alerts";
import { mutesFor, timeIntervals } from "../../components/alerts/mute";
import { containerLayout, processLayout } from "../../components/server/layout";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";

const specOf = (keys: AlertKeys, spec: ServerSpec = {}) => ({ ...resolveSpec(spec), ...resolveAlertKeys(keys) });
const problems = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues.map(issue => `${issue.path.join(".")}: ${issue.message}`) ?? [];

const everyKind: AlertKeys["alerts"] = {
  slack: [{}, { name: "dev", environments: ["dev"] }],
  email: [{ to: ["ops@example.com"], from: "mon@example.com", smarthost: "smtp.example.com:587", username: "mon" }],
  webhook: [{ severities: ["critical"] }],
  jira: [{ url: "https://team.atlassian.net/", project: "OPS", user: "ops@example.com" }],
  heartbeat: true,
  mute: [{ from: "22:00", to: "08:00" }],
  thresholds: { DiskLow: { default: 5, dev: 2 } },
  off: ["CpuHigh"],
  own: [{ name: "shop", rules: [{ alert: "NoOrders", expr: "vector(1)" }] }],
};

describe("the spec of alerts", () => {
  it("may hold every kind of receiver, mute times, thresholds, rules off and own rules", () => {
    assert.deepEqual(problems(alertSchema, everyKind), []);
    assert.deepEqual(problems(alertSchema, {}), []);
    assert.deepEqual(problems(probesSchema, [{ name: "shop", url: "https://shop.example.com/", environment: "prod" }]), []);
    assert.deepEqual(problems(expectedHostsSchema, [{ environment: "prod", cloud: "aws", host: "app-1" }]), []);
  });

  const wrong: [string, z.ZodType, unknown, RegExp][] = [
    ["an unknown rule that is off", alertSchema, { off: ["DiskLwo"] }, /off\.0: the name of a rule \(did you mean "DiskLow"\?\)/],
    ["a threshold for a rule without one", alertSchema, { thresholds: { OomKill: { default: 1 } } }, /thresholds\.OomKill: only for a rule with a threshold: .*DiskLow/],
    ["a threshold for an unknown rule", alertSchema, { thresholds: { DiskLo: { default: 1 } } }, /did you mean "DiskLow"\?/],
    ["an environment's threshold for a rule about the server", alertSchema, { thresholds: { MonitoringDiskLow: { dev: 1 } } }, /which is in one environment/],
    ["two Slack channels of the same name", alertSchema, { slack: [{}, {}] }, /receivers whose names differ/],
    ["a mute time with half its hours", alertSchema, { mute: [{ from: "22:00" }] }, /from and to together/],
    ["an hour that there is not", alertSchema, { mute: [{ from: "25:00", to: "08:00" }] }, /"HH:MM"/],
    ["a secret in an address", probesSchema, [{ name: "a", url: "https://me:secret@example.com", environment: "prod" }], /without name and password/],
    ["an address that is none", probesSchema, [{ name: "a", url: "shop.example.com", environment: "prod" }], /http:\/\/ or https:\/\//],
    ["a rule of one's own that is neither alert nor record", alertSchema, { own: [{ name: "a", rules: [{ expr: "1" }] }] }, /either alert or record/],
    ["the same host twice", expectedHostsSchema, [1, 2].map(() => ({ environment: "prod", cloud: "aws", host: "a" })), /once/],
  ];
  for (const [what, schema, value, message] of wrong) it(`refuses ${what}`, () => assert.match(problems(schema, value).join("\n"), message));
});

describe("a server's spec", () => {
  it("says where in a list of receivers an unknown key is, and what is known", () => {
    const spec = { alerts: { slack: [{}, { name: "dev", severity: ["critical"] }] } } as ServerSpec;
    assert.throws(() => resolveSpec(spec), { message: 'alerts.slack[1].severity: no such key. Did you mean "severities"? Known: name, environments, severities.' });
  });
});

describe("Alertmanager's configuration", () => {
  interface Config {
    route: { routes: { receiver: string; routes?: { receiver: string; matchers: string[]; repeat_interval: string; mute_time_intervals?: string[] }[] }[] };
    receivers: { name: string; [configs: string]: unknown }[];
  }
  const configOf = (keys: AlertKeys, spec: ServerSpec = {}, layout = processLayout) => parse(alertmanagerFiles(specOf(keys, spec), layout)["alertmanager.yml"]!) as Config;

  it("names secrets by file and holds none", () => {
    const secrets = alertSecrets(specOf({ alerts: everyKind }));
    assert.deepEqual(secrets.map(({ secret }) => secret), ["alerts-slack-webhook", "alerts-slack-webhook-dev", "alerts-smtp-password", "alerts-webhook", "alerts-jira-token", "alerts-heartbeat"]);
    const text = JSON.stringify(configOf({ alerts: everyKind }, {}, containerLayout));
    for (const { file } of secrets) assert.ok(text.includes(`"/lgtm/secrets/${file}"`), file);
  });

  it("tells nobody when the spec names nobody", () => {
    const { route, receivers } = configOf({});
    assert.deepEqual(receivers, [{ name: "nobody" }]);
    assert.deepEqual(route.routes.map(it => it.receiver), ["nobody"]);
  });

  it("reminds of critical alerts every 4 hours, of others once a day", () => {
    const slack = configOf({ alerts: { slack: [{}] } }).route.routes.find(it => it.receiver === "slack")!;
    assert.deepEqual(slack.routes!.map(it => [it.matchers.join(), it.repeat_interval]), [
      ['severity="critical",event="true"', "4h"], ['severity="critical"', "4h"], ['severity="warning",event="true"', "24h"], ['severity="warning"', "24h"], ['severity="info",event="true"', "24h"], ['severity="info"', "24h"],
    ]);
  });

  it("mutes only the environments and severities that are to be muted", () => {
    const mute = [{ from: "22:00", to: "08:00" }, { environments: ["dev"], severities: ["critical" as const] }];
    const slack = configOf({ alerts: { slack: [{}], mute } }).route.routes.find(it => it.receiver === "slack")!;
    const of = (...matchers: string[]) => slack.routes!.find(it => it.matchers.join() === matchers.join())!.mute_time_intervals;
    assert.deepEqual([of('severity="critical"', 'environment="dev"'), of('severity="critical"'), of('severity="warning"'), of('severity="warning"', 'environment="dev"')], [["mute-2"], undefined, ["mute-1"], ["mute-1"]]);
    assert.deepEqual(mutesFor(mute, "prod", "critical"), []);
  });

  it("splits a night in two, in the spec's time zone, the second half on the next day", () => {
    assert.deepEqual(timeIntervals([{ days: ["friday", "sunday"], from: "22:00", to: "08:00" }], "Asia/Seoul"), [
      {
        name: "mute-1",
        time_intervals: [
          { weekdays: ["friday", "sunday"], times: [{ start_time: "22:00", end_time: "24:00" }], location: "Asia/Seoul" },
          { weekdays: ["saturday", "monday"], times: [{ start_time: "00:00", end_time: "08:00" }], location: "Asia/Seoul" },
        ],
      },
    ]);
  });
});

describe("the probes", () => {
  it("ask each address with its labels, and send the heartbeat through the gateway with a token from a file", () => {
    const spec = specOf({ probes: [{ name: "shop", url: "https://shop.example.com/health", environment: "prod" }, { name: "old", url: "https://old.example.com/", environment: "prod", expectedStatus: 301 }] }, { domain: "mon.example.com", ports: { logs: 8080 } });
    const text = probeConfig({ spec, layout: containerLayout });
    assert.match(text, /address = "https:\/\/shop\.example\.com\/health"\n {4}module {2}= "status_2xx"\n {4}labels {2}= \{environment = "prod", host = "shop\.example\.com", service_name = "shop"\}/);
    assert.match(text, /valid_status_codes\\":\[301\],\\"follow_redirects\\":false/);
    assert.match(text, /address = "https:\/\/127\.0\.0\.1:8080\/otlp\/v1\/logs"/);
    assert.match(text, /\\"server_name\\":\\"mon\.example\.com\\",\\"insecure_skip_verify\\":false/);
    assert.match(text, /\/lgtm\/secrets\/heartbeat\.token/);
    assert.deepEqual(probeSecrets(spec), [{ secret: "push-default", file: "heartbeat.token" }]);
  });
});
