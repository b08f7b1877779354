/** One situation and whether an alert fires in it; promtool's rule tests are made of these. */
export interface Case {
  alert: string;
  /** What the situation is, as the end of "fires when …" or "is quiet when …". */
  when: string;
  /** Series of a minute's samples in promtool's notation: `1x10`, `0+5x60`, `_x30`. */
  series: Record<string, string>;
  /** Minutes after the start at which the alert is looked at. */
  at: number;
  /** Labels of the alert that fires; none: it is quiet. */
  fires?: Record<string, string>;
}

export const onHost = { environment: "prod", cloud: "aws", host: "app-1" };
export const ofService = { ...onHost, service_name: "orders" };
export const everywhere = { environment: "prod", cloud: "aws", service_name: "orders" };
export const ofServer = { environment: "monitoring", cloud: "local", host: "monitoring" };

/** A series' name with its labels. */
export const named = (name: string, labels: Record<string, string>): string =>
  `${name}{${Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ")}}`;
