import { labels } from "../server/labels";
import { notYet, passed, type Answer, type Check } from "./check";
import { absence, inShort, presentServices, read, readJson, todoOf, withServices, type Context } from "./context";
import { judgeLimit, judgeRules, judgeTargets, type RuleGroup } from "./judge";
import { instant } from "./prometheus";
import { gatewayUp } from "./reaching";

/** The server watches itself and everything it should, within its shares, and its alerts reach Alertmanager. */
export function watching(context: Context): Check[] {
  const { target } = context;
  const agent = absence(target, "alloy");
  // Prometheus scrapes itself; all others are scraped by Alloy.
  const watched = presentServices(target).filter(service => service === "prometheus" || agent === undefined);
  const expected = {
    ...target.contract.labels,
    services: [...watched, ...(agent === undefined ? ["node"] : [])],
    missing: Object.keys(target.missing),
    ...(agent !== undefined && { unwatched: agent }),
  };
  return [
    {
      group: "watch",
      name: "scrape targets",
      patience: 90,
      needs: [gatewayUp],
      todo: "Look at the log of what is down; if a service has no target at all, at Alloy's. A target that was taken away lately counts for 5 minutes.",
      ask: async () => judgeTargets(await instant(context, "last_over_time(up[5m])"), expected),
    },
    ...(
      [
        ["rules of Prometheus", "prometheus", "/read/prometheus/api/v1/rules", target.alerts],
        ["rules of Loki", "loki", "/read/loki/prometheus/api/v1/rules"],
      ] as const
    ).map(
      ([name, service, path, wanted]): Check => ({
        group: "watch",
        name,
        patience: 120,
        needs: [gatewayUp],
        todo: `A rule that is not evaluated alerts nobody: look at the log of ${service} and at its rule files.`,
        ask: () => rules(context, path, wanted),
      }),
    ),
    withServices(target, ["alertmanager"], {
      group: "watch",
      name: "Prometheus knows Alertmanager",
      patience: 60,
      needs: [gatewayUp],
      todo: "Alerts go nowhere: look at alerting in prometheus.yml and at the log of Alertmanager.",
      ask: async () => {
        const [series] = await instant(context, `prometheus_notifications_alertmanagers_discovered${own(context, "prometheus")}`);
        const count = Number(series?.value[1] ?? 0);
        return count >= 1 ? passed(`${count} discovered`) : notYet(series ? "0 discovered" : "prometheus_notifications_alertmanagers_discovered is not there");
      },
    }),
    ...presentServices(target).map((service): Check => {
      const check: Check = {
        group: "memory",
        name: service,
        patience: 60,
        needs: [gatewayUp],
        todo: `${service} is not held to its share: restart it; if it stays, give the server more memory (spec.memory) or send it less.`,
        ask: () => share(context, service),
      };
      return service === "prometheus" ? check : withServices(target, ["alloy"], check);
    }),
  ];
}

/** Grafana answers through the gateway, and shows nothing to those who have not signed in. */
export function grafana(context: Context): Check[] {
  const { target, client } = context;
  const ask = (path: string) => client.call(target.contract.endpoints.grafana, { path });
  return [
    withServices(target, ["grafana"], {
      group: "grafana",
      name: "answers",
      patience: 60,
      needs: [gatewayUp],
      todo: "Look at Grafana's log: npm run status says where it is.",
      ask: async () => {
        const reply = await ask("/api/health");
        const good = reply.status === 200 && /"database"\s*:\s*"ok"/.test(reply.body);
        return good ? passed(`/api/health: ${inShort(reply)}`) : notYet(`/api/health: ${inShort(reply)}`, todoOf(reply.status, "read"));
      },
    }),
    withServices(target, ["grafana"], {
      group: "grafana",
      name: "asks to sign in",
      patience: 30,
      needs: ["grafana: answers"],
      todo: "Grafana shows itself to anybody: auth.anonymous must be off in grafana.ini.",
      ask: async () => {
        const seen: string[] = [];
        for (const path of ["/", "/api/org", "/api/datasources/proxy/uid/prometheus/api/v1/query"]) {
          const { status, headers } = await ask(path);
          const refused = status === 401 || (status >= 300 && status < 400 && /\/login/.test(headers.location ?? ""));
          seen.push(`${path} ${status}`);
          if (!refused) return notYet(`${path} answered ${status} without a sign-in`);
        }
        return passed(seen.join(", "));
      },
    }),
  ];
}

/** Selector of the server's own series of a service. */
function own({ target }: Context, service: string): string {
  const { environment, host } = target.contract.labels;
  return `{${labels.environment}=${JSON.stringify(environment)}, ${labels.host}=${JSON.stringify(host)}, ${labels.service}=${JSON.stringify(service)}}`;
}

async function rules(context: Context, path: string, wanted?: string[]): Promise<Answer> {
  const { data } = await readJson<{ data: { groups?: RuleGroup[] } }>(context, path);
  // By the server's clock: this machine's may differ.
  const { headers } = await read(context, "/read/prometheus/-/ready");
  return judgeRules(data.groups ?? [], headers.date ? Date.parse(headers.date) : Date.now(), wanted);
}

async function share(context: Context, service: string): Promise<Answer> {
  const selector = own(context, service);
  const value = async (query: string) => {
    const [series] = await instant(context, `max(${query})`);
    return series && Number(series.value[1]);
  };
  const newest = (metric: string) => `last_over_time(${metric}${selector}[5m])`;
  return judgeLimit({
    resident: await value(newest("process_resident_memory_bytes")),
    held: await value(`${newest("go_memstats_sys_bytes")} - ${newest("go_memstats_heap_released_bytes")}`),
    soft: await value(newest("go_gc_gomemlimit_bytes")),
    planned: context.target.plan?.find(each => each.name === service),
  });
}
