/**
 * When a span counts as failed: in span metrics, dashboards, rules and links alike. Spring sets no error on the span of a request
 * whose exception it turned into an answer (@ResponseStatus, ResponseEntity, an exception handler); Micrometer's `outcome` says it.
 */

/** Attribute of Micrometer's spans that becomes a label of span metrics. It has six values, and other spans are without it. */
export const outcomeLabel = "outcome";

const serverError = "SERVER_ERROR";

/** Condition of TraceQL. */
export const failedSpan = `(status = error || span.${outcomeLabel} = "${serverError}" || span.http.response.status_code >= 500 || span.http.status_code >= 500)`;

/** Failed spans a second, as series; one that both conditions are true of is there once. */
export const failedSpans = (metric: string, selector: string, window: string) =>
  `(rate(${metric}{${selector}, status_code="STATUS_CODE_ERROR"}[${window}]) or rate(${metric}{${selector}, ${outcomeLabel}="${serverError}"}[${window}]))`;
