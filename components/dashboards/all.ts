import type { ResolvedSpec } from "../server/spec";
import { awsDashboard } from "./cloud-aws";
import { azureDashboard } from "./cloud-azure";
import { gcpDashboard } from "./cloud-gcp";
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

function ofClouds(spec: ResolvedSpec): Dashboard[] {
  const { aws, azure, gcp } = spec.cloudDatasources;
  return [...(aws?.length ? [awsDashboard] : []), ...(azure?.length ? [azureDashboard] : []), ...(gcp?.length ? [gcpDashboard(spec)] : [])];
}
