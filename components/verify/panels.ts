import { asked, shownIn, type Asked } from "../dashboards/asked";
import { dashboardsOf } from "../dashboards/all";
import { resolveSpec, type ResolvedSpec } from "../server/spec";
import { serviceNames } from "../server/versions";
import { notYet, passed, skipped, type Answer, type Check } from "./check";
import { absence, presentServices, readJson, type Context, type Target } from "./context";
import { spanMetricsId } from "./deriving";
import { gatewayUp } from "./reaching";

/** What one query of one panel gave: how much, or what is wrong with it. */
export interface Shown extends Pick<Asked, "panel" | "refId" | "emptyWhenHealthy" | "emptyWhenUnused"> {
  answer: number | Error;
}

/** Every query of every panel of the dashboards is asked as Grafana asks it, whether Grafana is there or not. */
export function panels(context: Context): Check[] {
  const { target } = context;
  const spec = specOf(target);
  return dashboardsOf(spec).dashboards.map(({ name, title, needs }) => ({
    group: "panels",
    name: title,
    patience: 120,
    // Of traces there are none on a new server but those of this run.
    needs: needs?.includes("tempo") ? [gatewayUp, spanMetricsId] : [gatewayUp],
    todo: "A query that fails: look at the log of the program that it asks. No data although it should be there: look at the scrape targets above, and at Alloy's log.",
    ask: async () => {
      if (!target.contract.services.includes("grafana")) return skipped("grafana is left out");
      const queries = asked(spec, Date.now() / 1000).filter(each => each.name === name);
      const shown: Shown[] = [];
      // One after the other: the server is small, and all dashboards are asked side by side.
      for (const query of queries) shown.push({ ...query, answer: await ask(context, query).catch((error: Error) => error) });
      return judgePanels(shown, absence(target, "alloy"));
    },
  }));
}

/** A server like this one, as far as its contract tells. */
function specOf(target: Target): ResolvedSpec {
  const present = presentServices(target);
  return resolveSpec({ ...target.contract.labels, leaveOut: serviceNames.filter(name => !present.includes(name)) });
}

async function ask(context: Context, { request }: Asked): Promise<number> {
  const { program, path, parameters } = request!;
  return shownIn(await readJson(context, `/read/${program}${path}`, parameters)).length;
}

/** Each query is answered, and what shows nothing has a reason for it. `unwatched`: why the server does not watch itself. */
export function judgePanels(shown: Shown[], unwatched?: string): Answer {
  const failed = shown.flatMap(({ panel, refId, answer }) => (answer instanceof Error ? [`${panel} ${refId}: ${answer.message}`] : []));
  const reasons = new Map<string, Set<string>>();
  for (const each of shown.filter(({ answer }) => answer === 0)) {
    const reason = each.emptyWhenHealthy ?? each.emptyWhenUnused ?? unwatched ?? "";
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(each.panel));
  }
  const unexplained = [...(reasons.get("") ?? [])];
  reasons.delete("");
  const problems = [...failed, ...(unexplained.length ? [`no data, and no reason for it: ${unexplained.join(", ")}`] : [])];
  if (problems.length) return notYet(problems.join("; "));
  const withData = shown.filter(({ answer }) => answer !== 0).length;
  const rest = [...reasons].map(([reason, names]) => `; ${reason}: ${[...names].join(", ")}`).join("");
  return passed(`${withData} of ${shown.length} queries have data${rest}`);
}
