import type { ResolvedSpec } from "../server/spec";
import { errorsDashboard } from "./errors";
import { host } from "./host";
import { logsDashboard } from "./logs";
import { monitoringServer } from "./monitoring-server";
import { overview } from "./overview";
import type { Dashboard } from "./panels";
import type { Surroundings } from "./render";
import { services } from "./services";
import { springBoot } from "./spring-boot";
import { tracesDashboard } from "./traces";

/** The dashboards of a server: those whose services and clouds it has and that are not switched off. */
export function dashboardsOf(spec: ResolvedSpec): { dashboards: Dashboard[]; around: Surroundings } {
  const all = [overview, host, springBoot, services, logsDashboard, errorsDashboard, tracesDashboard, monitoringServer(spec), ...ofClouds(spec)];
  const dashboards = all.filter(dashboard => !spec.dashboards.leaveOut.includes(dashboard.name) && (dashboard.needs ?? []).every(service => spec.services.includes(service)));
  return { dashboards, around: { services: spec.services, dashboards: dashboards.map(({ name }) => name) } };
}

/** Loaded only where a cloud is asked: the types of their queries take as long to load as everything else (bench/preview.ts). */
function ofClouds(spec: ResolvedSpec): Dashboard[] {
  const { aws, azure, gcp } = spec.cloudDatasources;
  return [
    ...(aws?.length ? [(require("./cloud-aws") as typeof import("./cloud-aws")).awsDashboard] : []),
    ...(azure?.length ? [(require("./cloud-azure") as typeof import("./cloud-azure")).azureDashboard] : []),
    ...(gcp?.length ? [(require("./cloud-gcp") as typeof import("./cloud-gcp")).gcpDashboard(spec)] : []),
  ];
}
