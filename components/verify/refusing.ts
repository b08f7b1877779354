import { randomBytes } from "node:crypto";
import { notYet, passed, wrong, type Answer, type Check } from "./check";
import { absence, basic, bearer, read, type Context } from "./context";
import { pushPaths, readPaths, unlisted } from "./paths";
import { gatewayUp } from "./reaching";

interface Door {
  kind: "push" | "read";
  base: string;
  method: string;
  path: string;
}

const todo = "Telemetry is open to those who should not see or write it: roll out the newest release, and until then close the gateway's ports to others.";

/** Nobody gets in without a token of the right kind, and with one nobody gets further than what is listed. */
export function refusing(context: Context): Check[] {
  const { target } = context;
  const check = (name: string, ask: () => Promise<Answer>): Check => ({ group: "refused", name, patience: 5, needs: [gatewayUp], todo, ask });
  const mine = (door: Door) => (door.kind === "push" ? target.push : target.read);
  const others = (door: Door) => (door.kind === "push" ? target.read : target.push);
  return [
    check("no token", () => knock(context, () => [undefined])),
    check("wrong token", () =>
      knock(context, door => {
        const { client, token } = mine(door);
        const guess = { client, token: randomBytes(32).toString("hex") };
        const close = [{ client, token: token.slice(0, -1) }, { client, token: `${token}0` }];
        return [bearer(guess), basic(guess), "Bearer", ...close.map(bearer), basic({ client: `${client}-`, token })];
      }),
    ),
    check("token of the other kind", () => knock(context, door => [bearer(others(door)), basic(others(door))])),
    check("paths not listed", () => beyond(context)),
  ];
}

/** Every push path and every read path. */
function doors({ target }: Context): Door[] {
  const { endpoints } = target.contract;
  const pushes = pushPaths
    .filter(({ service }) => target.contract.services.includes(service))
    .map(({ endpoint, path }): Door => ({ kind: "push", base: endpoints[endpoint], method: "POST", path }));
  const reads = Object.entries(readPaths)
    .filter(([service]) => target.contract.services.includes(service))
    .flatMap(([service, paths]) => paths.map((path): Door => ({ kind: "read", base: endpoints.read, method: "GET", path: `/read/${service}${path}` })));
  return [...pushes, ...reads];
}

/** Tries every door with each of these credentials; all must answer 401. */
async function knock(context: Context, credentials: (door: Door) => (string | undefined)[]): Promise<Answer> {
  const all = doors(context);
  const opened: string[] = [];
  await Promise.all(
    all.map(async door => {
      for (const authorization of credentials(door)) {
        const { status } = await context.client.call(door.base, { method: door.method, path: door.path, headers: { ...(authorization && { authorization }) } });
        if (status !== 401) opened.push(`${door.method} ${door.path} answered ${status}`);
      }
    }),
  );
  if (!opened.length) return passed(`401 on all ${all.length} push and read paths`);
  const unique = [...new Set(opened)].sort();
  return wrong(`instead of 401: ${unique.slice(0, 3).join("; ")}${unique.length > 3 ? ` and ${unique.length - 3} more` : ""}`);
}

async function beyond(context: Context): Promise<Answer> {
  const { target, client } = context;
  const { endpoints, services } = target.contract;
  const passedOn: string[] = [];
  const asked = unlisted.filter(({ service }) => services.includes(service));
  for (const { service, method, path } of asked) {
    const { status } = await read(context, `/read/${service}${path}`, { method });
    // A server may also cut a crooked path short.
    if (status !== 404 && status !== 400) passedOn.push(`${method} /read/${service}${path} answered ${status}`);
  }
  const withGrafana = services.includes("grafana") ? endpoints.grafana : "";
  const bases = [...new Set(Object.values(endpoints))];
  for (const base of bases) {
    // On Grafana's port all that is not listed is Grafana's, but for its metrics.
    for (const path of base === withGrafana ? ["/metrics"] : ["/", "/metrics", "/api/v1/query", "/api/search"]) {
      const { status } = await client.call(base, { path });
      if (status !== 404) passedOn.push(`${base}${path} answered ${status}`);
    }
  }
  if (passedOn.length) return wrong(`instead of 404: ${passedOn.join("; ")}`);
  const count = asked.length + bases.length;
  return absence(target, "grafana") === undefined || !withGrafana ? passed(`404 on ${count} of them`) : notGrafana(context, count);
}

/** Where Grafana is missing on the machine, the gateway has nobody to hand the rest to. */
async function notGrafana({ target, client }: Context, count: number): Promise<Answer> {
  const { status } = await client.call(target.contract.endpoints.grafana, { path: "/api/v1/query" });
  if (status < 500) return notYet(`/api/v1/query answered ${status} though Grafana is missing`);
  return passed(`404 on ${count} of them; the rest is Grafana's, which is missing: ${status}`);
}
