/** Stable ids of our dashboards: links, messages of alerts and bookmarks refer to them. They never change. */
export const dashboardUid = {
  overview: "lgtm-overview",
  host: "lgtm-host",
  springBoot: "lgtm-spring-boot",
  services: "lgtm-services",
  logs: "lgtm-logs",
  errors: "lgtm-errors",
  traces: "lgtm-traces",
  server: "lgtm-server",
  aws: "lgtm-aws",
  azure: "lgtm-azure",
  gcp: "lgtm-gcp",
} as const;

/** Id of one of our datasources in a Grafana that may have others of that name. */
export const uidElsewhere = (uid: string) => `lgtm-${uid}`;

/** Short name of a dashboard, as the spec and links call it. */
export type DashboardName = keyof typeof dashboardUid;

export const dashboardNames = Object.keys(dashboardUid) as DashboardName[];
