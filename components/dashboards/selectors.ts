import { identity, labels } from "../server/labels";

/** Names of the variables that every dashboard has, by the label they select. */
export const variableOf = {
  [labels.environment]: "environment",
  [labels.cloud]: "cloud",
  [labels.host]: "host",
  [labels.service]: "service",
} as const;

type Label = (typeof identity)[number];

const matches = (names: readonly Label[]) => names.map(label => `${label}=~"$${variableOf[label]}"`).join(", ");

const hostLabels = [labels.environment, labels.cloud, labels.host] as const;

/** Metrics of machines: selected by all variables but the service. */
export const ofHost = matches(hostLabels);

/** Metrics of services. */
export const ofService = matches(identity);

/** What a host, and what a service on a host, is grouped by. */
export const byHost = hostLabels.join(", ");
export const byService = identity.join(", ");

/** Log streams. Loki refuses a selector that could match the empty stream, and every stream has a service. */
export const streams = `{${labels.service}=~".+", ${ofService}}`;

/** Lines that say error or worse. Loki finds the level of JSON, logfmt and plain text when a line comes in. */
export const errorLines = `${streams} | detected_level=~"error|fatal|critical"`;

const resource = (label: Label) => `(resource.${label} =~ "$${variableOf[label]}" || "$${variableOf[label]}" = ".*")`;

/**
 * Spans of the selected services. What lacks a label is there as long as all values of it are wanted. The name of the
 * service, which every span has, stands alone: Tempo finds nothing where no condition is on something that is there.
 */
export const ofSpan = [`resource.service.name =~ "$${variableOf[labels.service]}"`, ...hostLabels.map(resource)].join(" && ");

/**
 * Lines of level error or worse, a minute and service, recorded into Prometheus by a rule of Loki: what is looked at
 * every minute must not read an hour of lines each time.
 */
export const recordedErrors = `log_errors:count1m{${ofService}}`;

/** Spans that answer somebody: calls of a service are counted where they arrive. */
export const answering = 'span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';

/** Legends by the same labels. */
export const hostLegend = `{{${labels.host}}}`;
export const serviceLegend = `{{${labels.service}}} · {{${labels.host}}}`;
