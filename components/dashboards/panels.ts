import type { Cloud } from "../server/cloud-datasources";
import type { ServiceName } from "../server/versions";
import type { Link } from "./links";
import type { Query } from "./queries";
import type { DashboardName } from "./uids";

export type Color = "green" | "yellow" | "orange" | "red" | "blue" | "text";

/** From which value on a color is shown; the first step has no value. */
export type Thresholds = [Color, ...[number, Color][]];

/** A column of a table: of a label, or of the query with the same place in the list (`query: 0` is the first). */
export interface Column {
  name: string;
  label?: string;
  query?: number;
  unit?: string;
  decimals?: number;
  thresholds?: Thresholds;
  /** Words in place of values. */
  words?: Record<string, { text: string; color?: Color }>;
  width?: number;
  links?: Link[];
}

export type PanelType = "timeseries" | "stat" | "table" | "bargauge" | "logs" | "nodegraph" | "heatmap" | "traces";

export interface Panel {
  type: PanelType;
  title: string;
  /** What it tells. Becomes the description, together with the source. */
  about: string;
  /** Where the expression or threshold was taken from, with its licence. @default written here */
  source?: string;
  queries: Query[];
  /** Grafana's name of the unit; none for lines, traces and graphs. */
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  /** @default noneIsWrong */
  thresholds?: Thresholds;
  /** Everything in the time range added up, in place of the newest value. Only of a single value. */
  total?: boolean;
  /** Bars on top of each other, for what adds up. */
  stacked?: boolean;
  /** Colors of series by name. */
  colors?: Record<string, string>;
  words?: Column["words"];
  columns?: Column[];
  /** Column to sort a table by, the highest first. */
  sortBy?: string;
  /** Words instead of "No data". */
  noValue?: string;
  links?: Link[];
  /** The panel is only there with these services. */
  needs?: ServiceName[];
  /** Why the whole panel rightly shows nothing on a healthy system. The tests read it here. */
  emptyWhenHealthy?: string;
  /** Why it rightly shows nothing as long as nobody uses the server, who sends it. @default the dashboard's */
  emptyWhenUnused?: string;
  /** Of 24. */
  width: number;
}

export interface Row {
  title: string;
  height: number;
  panels: Panel[];
}

/** A dashboard as written; what is wrong comes first. */
export interface Dashboard {
  name: DashboardName;
  title: string;
  description: string;
  /** Shown time range back from now. @default "1h" */
  since?: string;
  /** @default "1m"; "" where queries are dear */
  refresh?: string;
  variables?: ExtraVariable[];
  rows: Row[];
  /** Why its panels rightly show nothing as long as nobody sends what it is about. */
  emptyWhenUnused?: string;
  /** Makes no sense without these services. */
  needs?: ServiceName[];
  /** It shows a cloud's own account, asked directly: chosen by the cloud's variables, not by environment, cloud, host and service. */
  view?: CloudView;
}

/** A cloud that a dashboard looks into. */
export interface CloudView {
  cloud: Cloud;
  /** Google: the project that is shown first. */
  project?: string;
  /** Google: log lines, too. */
  logs?: boolean;
}

/** A variable beside environment, cloud, host and service. */
export interface ExtraVariable {
  name: string;
  label: string;
  about: string;
  /** Values to choose from; a text box without them. */
  choices?: string[];
  /** Several at once, and all of them. Only with choices. @default one */
  several?: boolean;
  value: string;
}

/** What is said of a panel whose kind and queries a helper gives. */
export type Shown = Pick<Panel, "title" | "about"> & Partial<Omit<Panel, "type" | "queries">>;

type Kind<T extends PanelType> = Omit<Panel, "type"> & { type?: T };

const of = <T extends PanelType>(type: T) => (panel: Kind<T>): Panel => ({ ...panel, type });

export const timeseries = of("timeseries");
export const stat = of("stat");
export const table = of("table");
export const bargauge = of("bargauge");
export const heatmap = of("heatmap");
export const logs = of("logs");
export const nodegraph = of("nodegraph");
/** A table of traces or spans, as Tempo's search gives them. */
export const traces = of("traces");

/** Used share of something that is bad when full, from 0 to 1. */
export const fullness: Thresholds = ["green", [0.8, "yellow"], [0.9, "red"]];

/** Of how much there is, or how fast it comes, where no value is wrong by itself. */
export const noneIsWrong: Thresholds = ["text"];

/** Anything above zero is wrong. */
export const mustBeZero: Thresholds = ["green", [1, "red"]];

/** The same of something per second, which is a small part of one. */
export const anyAtAll: Thresholds = ["green", [0.001, "red"]];

/** Errors logged a minute: ErrorSpike begins at 10 in 5 minutes. */
export const errorsAMinute: Thresholds = ["green", [2, "yellow"]];

/** Share of failing requests, from 0 to 1. */
export const failing: Thresholds = ["green", [0.01, "yellow"], [0.05, "red"]];

/** Duration of a request in seconds. */
export const slow: Thresholds = ["green", [0.5, "yellow"], [2, "red"]];
