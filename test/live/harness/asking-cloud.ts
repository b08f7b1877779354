import { composeFile } from "../../../components/server/compose";
import { containerLayout } from "../../../components/server/layout";
import { services } from "../../../components/server/services";
import { resolveSpec, type ServerSpec } from "../../../components/server/spec";
import type { Plan } from "../../../components/server/bundle";
import type { ServiceName } from "../../../components/server/versions";
import { leaveOut } from "./service-images";

/** A change of a delivery's files: these services may ask the metadata service too, as with storage or discovery in a cloud. */
export function askingCloud(spec: ServerSpec, names: ServiceName[]): (files: Record<string, string>) => void {
  return files => {
    const r = { spec: resolveSpec({ ...spec, leaveOut: [...leaveOut, ...(spec.leaveOut ?? [])] }), layout: containerLayout };
    files["compose/docker-compose.yml"] = composeFile(r, services(r).map(service => (names.includes(service.name) ? { ...service, metadata: true } : service)));
    const plan = JSON.parse(files["plan.json"]!) as Plan;
    for (const service of plan.services) service.metadata ||= names.includes(service.name);
    files["plan.json"] = `${JSON.stringify(plan, null, 2)}\n`;
  };
}
