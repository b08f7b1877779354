import type { Parser } from "@lezer/common";

/** Their types know them as ES modules only; they are CommonJS, too. */
const parserOf = (name: string) => (require(name) as { parser: Parser }).parser;

/** The grammars that Grafana's and Prometheus' own query editors read with. */
const parsers = {
  prometheus: parserOf("@prometheus-io/lezer-promql"),
  loki: parserOf("@grafana/lezer-logql"),
  tempo: parserOf("@grafana/lezer-traceql"),
};

/** Where a query is not of its language: each place with what is there; none in a good one. Variables must be filled in. */
export function misread(language: keyof typeof parsers, query: string): string[] {
  const places: string[] = [];
  parsers[language].parse(query).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) places.push(`at ${from}: ${JSON.stringify(query.slice(from, Math.max(to, from + 20)))}`);
    },
  });
  return places;
}
