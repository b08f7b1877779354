/** Name of the query whose value an alert's text shows. */
export const valueOf = "A";

const text = /"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'/.source;
const comment = /\/\*[^]*?\*\//.source;
const action = new RegExp(`\\{\\{(?:${comment}|${text}|[^"\`])*?\\}\\}`, "g");
/** Comments and texts come first and stay as they are: `$value` in them is no variable. */
const token = new RegExp(`${comment}|${text}|(?<value>(?<![\\w)$.])(?:\\$value|\\$?\\.Value)\\b)|(?<![\\w)$.])(?:\\$labels|\\$?\\.Labels)\\.(?<label>\\w+)`, "g");

/**
 * A text of a Prometheus rule as Grafana fills it in. It has Prometheus' functions, being its expander (pkg/services/ngalert/state/template of
 * grafana/grafana, read, not copied: AGPL-3.0), but `$value` is a sentence there, and a label that is missing "[no value]" and no empty text.
 * `index` gives the number, or nothing, in both cases. Not there: `query`, `$externalLabels`, `$externalURL`; none of our texts has them.
 */
export function textElsewhere(template: string): string {
  return template.replace(action, inner =>
    inner.replace(token, (found: string, ...rest: unknown[]) => {
      const { value, label } = rest.at(-1) as { value?: string; label?: string };
      if (value) return `(index $values "${valueOf}").Value`;
      return label ? `(index $labels "${label}")` : found;
    }),
  );
}
