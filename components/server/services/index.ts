import type { ServiceName } from "../versions";
import { alertmanager } from "./alertmanager";
import { alloy } from "./alloy";
import { caddy } from "./caddy";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { prometheus } from "./prometheus";
import type { Rendering, Service } from "./service";
import { tempo } from "./tempo";

const renderers: Record<ServiceName, (r: Rendering) => Service> = { prometheus, loki, tempo, alertmanager, grafana, alloy, caddy };

/** The services of a spec, in the order in which they start. */
export function services(r: Rendering): Service[] {
  return r.spec.services.map(name => renderers[name](r));
}
