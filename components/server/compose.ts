import type { Rendering, Service } from "./services/service";
import { versions } from "./versions";
import { yaml } from "./yaml";

/** The folder on the server in which everything is; `apply` is told the same. */
export const serverRoot = "/var/lib/pulumi-lgtm";

/** Compose file of all services: limits, bounded logs, loopback ports, no more rights than needed. */
export function composeFile(r: Rendering, services: Service[]): string {
  return yaml({
    name: "lgtm",
    services: Object.fromEntries(services.map(service => [service.name, composeService(r, service)])),
    networks: networks(services),
  });
}

/**
 * Everybody is on `lgtm`. Who may talk to the cloud's metadata service is on `cloud` too, whose bridge `apply` leaves open. The
 * engine takes the default route of a container from the network that comes first by name, so `cloud` has to stay before `lgtm`.
 * The bridges have names, so that the rules are about them and leave other containers alone.
 */
function networks(services: Service[]): object {
  const bridge = (name: string) => ({ driver_opts: { "com.docker.network.bridge.name": name } });
  return { ...(services.some(asksCloud) && { cloud: bridge(cloudBridge) }), lgtm: bridge("lgtm0") };
}

/** Name of the bridge from which the metadata service is open; components/server/guest/apply/firewall.py knows it too. */
const cloudBridge = "lgtm-cloud0";

/** In the host's network nothing is closed anyway. */
function asksCloud(service: Service): boolean {
  return (service.metadata ?? false) && !service.hostNetwork;
}

/** Image of a service with its version, from the user's registry if there is one. */
export function imageOf({ spec }: Rendering, service: Service): string {
  const tag = service.name === "prometheus" || service.name === "alertmanager" || service.name === "alloy" ? `v${versions[service.name]}` : versions[service.name];
  return `${spec.imageRegistry ? `${spec.imageRegistry}/` : ""}${service.image}:${tag}`;
}

function composeService(r: Rendering, service: Service): object {
  const { spec } = r;
  const published = service.ports.map(name => `127.0.0.1:${spec.internalPorts[name]}:${spec.internalPorts[name]}`);
  const open = service.name === "caddy" ? [...new Set(Object.values(spec.ports))].flatMap(port => [`${port}:${port}/tcp`]) : [];
  return {
    image: imageOf(r, service),
    container_name: `lgtm-${service.name}`,
    entrypoint: [service.program],
    command: service.args,
    user: service.user.join(":"),
    environment: { ...environment(r, service) },
    ...(service.hostNetwork ? { network_mode: "host" } : { networks: asksCloud(service) ? ["cloud", "lgtm"] : ["lgtm"], ports: [...open, ...published] }),
    ...(service.hostPid && { pid: "host" }),
    volumes: [
      `@@root@@/config/${service.name}:/lgtm/config:ro`,
      `@@root@@/data/${service.name}:/lgtm/data`,
      ...(service.secrets ? [`@@secrets@@/${service.name}:/lgtm/secrets:ro`] : []),
      ...(service.mounts ?? []),
    ],
    tmpfs: ["/tmp"],
    read_only: true,
    cap_drop: ["ALL"],
    ...(service.capabilities && { cap_add: service.capabilities }),
    security_opt: ["no-new-privileges:true"],
    mem_limit: `${service.memory.limit}m`,
    // The same number: no swap for a container, it would only make a dying service slow first.
    memswap_limit: `${service.memory.limit}m`,
    pids_limit: 512,
    restart: "unless-stopped",
    stop_grace_period: "30s",
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3", tag: `lgtm/${service.name}` } },
  };
}

/** Environment of a service; nothing secret is ever in it. */
export function environment({ spec }: Rendering, service: Service): Record<string, string> {
  return { TZ: spec.timezone, GOMEMLIMIT: `${service.memory.soft}MiB`, ...service.env };
}
