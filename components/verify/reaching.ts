import { serviceNames } from "../server/versions";
import { notYet, passed, skipped, wrong, type Check } from "./check";
import { absence, inShort, presentServices, read, todoOf, type Context } from "./context";

/** Without it nothing else can be asked. */
export const gatewayUp = "gateway: answers over TLS";

const readiness: Record<string, string> = {
  prometheus: "/read/prometheus/-/ready",
  loki: "/read/loki/ready",
  tempo: "/read/tempo/ready",
  alertmanager: "/read/alertmanager/-/ready",
};

/** The gateway answers under its name with a certificate that can be trusted, only over TLS, and each service behind it is ready. */
export function reaching(context: Context): Check[] {
  const { target, client } = context;
  const bases = [...new Set(Object.values(target.contract.endpoints))];
  return [
    {
      group: "gateway",
      name: "answers over TLS",
      patience: 10,
      todo: "See that the server runs (npm run status), that its ports are open to this machine, and that the contract is the current one (--ca for its authority).",
      ask: async () => {
        const replies = await Promise.all(bases.map(base => client.call(base, { path: "/" })));
        return passed(`${bases.join(", ")}, ${[...new Set(replies.map(reply => reply.certificate))].join("; ")}`);
      },
    },
    {
      group: "gateway",
      name: "speaks no plain HTTP",
      patience: 0,
      needs: [gatewayUp],
      todo: "Something answers without TLS on a port of the gateway: tokens would cross the network in the clear. Roll out the newest release, and see what else listens there.",
      ask: async () => {
        const open: string[] = [];
        for (const base of bases) {
          // A TLS server that is spoken to in plain answers 400 or hangs up.
          const status = await client.call(inPlain(base), { path: "/" }).then(reply => reply.status, () => 400);
          if (status !== 400) open.push(`${base} answered ${status} to plain HTTP`);
        }
        return open.length ? wrong(open.join("; ")) : passed(`refused on ${bases.length} port${bases.length > 1 ? "s" : ""}`);
      },
    },
    ...presentServices(target)
      .filter(service => readiness[service])
      .map(
        (service): Check => ({
          group: "services",
          name: `${service} is ready`,
          patience: 60,
          needs: [gatewayUp],
          todo: `Look at the log of ${service}: npm run status says where it is.`,
          ask: async () => {
            const reply = await read(context, readiness[service]!);
            return reply.status === 200 ? passed(inShort(reply)) : notYet(inShort(reply), todoOf(reply.status, "read"));
          },
        }),
      ),
  ];
}

function inPlain(base: string): string {
  const { hostname, port } = new URL(base);
  return `http://${hostname}:${port || 443}`;
}

/** One line for each service that is not there. What the machine cannot run is a failure where everything is required; what the spec leaves out is not. */
export function absences({ target }: Context, requireAll: boolean): Check[] {
  return serviceNames
    .filter(service => absence(target, service) !== undefined)
    .map(service => {
      const reason = target.missing[service];
      return {
        group: "services",
        name: `${service} is there`,
        patience: 0,
        todo: `Make ${service} available to the server, or leave it out of the spec (leaveOut), or run verify without --require-all.`,
        ask: async () => {
          if (reason === undefined) return skipped("left out of the spec");
          const seen = `missing: ${reason.trim().replaceAll("\n", "; ")}`;
          return requireAll ? wrong(seen) : skipped(seen);
        },
      };
    });
}
