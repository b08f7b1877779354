import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dashboardUid, type DashboardName } from "./uids";

/** What a spec may say about dashboards. */
export interface DashboardsSpec {
  /** Ours to do without. @default [] */
  leaveOut?: DashboardName[];
  /** Folder with the user's own: every file in it that ends in .json. Relative to where the program runs. @default none */
  folder?: string;
  /** The user's own: file name without folder, ending in .json → Grafana's JSON of the dashboard as text, or its builder. @default {} */
  own?: Record<string, string | DashboardBuilder>;
}

/** A dashboard of Grafana's Foundation SDK that is still to be built. */
export interface DashboardBuilder {
  build(): unknown;
}

/** With every dashboard of the user's as text. */
export interface ResolvedDashboards {
  leaveOut: DashboardName[];
  own: Record<string, string>;
}

export const isBuilder = (value: unknown): value is DashboardBuilder => typeof (value as Partial<DashboardBuilder> | null)?.build === "function";

/** What looks like a placeholder of the bundle would be filled in, or refused, on the server. */
export const withoutPlaceholders = (text: string) => !/@@[a-z:]+@@/.test(text);

/** Reads the folder and builds what is to be built. `problems` says what is wrong with any of it. */
export function resolveDashboards({ leaveOut = [], folder, own = {} }: DashboardsSpec = {}): ResolvedDashboards & { problems: string[] } {
  const inFolder = folder === undefined ? [] : filesIn(folder);
  if (inFolder instanceof Error) return { leaveOut, own: {}, problems: [inFolder.message] };
  const twice = inFolder.filter(([file]) => file in own).map(([file]) => `dashboards.own[${JSON.stringify(file)}]: this file is in ${folder}, too. Give one of them another name.`);
  const files: [string, string | Error][] = [...inFolder, ...Object.entries(own).map(([file, given]): [string, string | Error] => [file, typeof given === "string" ? given : built(given)])];
  const failed = files.flatMap(([file, text]) => (text instanceof Error ? [`dashboards.own[${JSON.stringify(file)}]: its builder fails: ${text.message}. Mend the program that makes it.`] : []));
  const texts = files.filter((each): each is [string, string] => typeof each[1] === "string");
  return { leaveOut, own: Object.fromEntries(texts), problems: twice.length ? twice : [...failed, ...ownProblems(texts)] };
}

function filesIn(folder: string): [string, string][] | Error {
  try {
    return readdirSync(folder).filter(file => file.endsWith(".json")).sort().map((file): [string, string] => [file, readFileSync(join(folder, file), "utf8")]);
  } catch (error) {
    return new Error(`dashboards.folder: ${JSON.stringify(folder)} is not allowed. Allowed: a folder, here below ${process.cwd()} or with its whole path (${(error as Error).message}).`);
  }
}

function built(builder: DashboardBuilder): string | Error {
  try {
    return `${JSON.stringify(builder.build(), null, 1)}\n`;
  } catch (error) {
    return error as Error;
  }
}

/** What is wrong with the user's own dashboards; each line says what, which value, and what to do. */
export function ownProblems(own: [file: string, text: string][]): string[] {
  const uids = new Map<string, string>(Object.values(dashboardUid).map(uid => [uid, "one of ours"]));
  return own.flatMap(([file, text]) => {
    const path = `dashboards.own[${JSON.stringify(file)}]`;
    if (!/^[\w.-]+\.json$/.test(file)) return [`${path}: not a file name. Use letters, digits, _ . and -, ending in .json.`];
    if (Object.values(dashboardUid).some(uid => file === `${uid}.json`)) return [`${path}: this is the file of one of our dashboards. Choose another name, or leave ours out and give yours another uid.`];
    if (!withoutPlaceholders(text)) return [`${path}: has a word between @@ and @@, which would be filled in on the server. Change it in the file.`];
    const uid = uidOf(text);
    if (uid instanceof Error) return [`${path}: ${uid.message}`];
    const other = uids.get(uid);
    uids.set(uid, `that of ${file}`);
    return other === undefined ? [] : [`${path}: uid ${JSON.stringify(uid)} is ${other}. Grafana would show only one of them: change the uid in the file.`];
  });
}

function uidOf(text: string): string | Error {
  try {
    const dashboard = JSON.parse(text) as { uid?: unknown; title?: unknown } | null;
    if (typeof dashboard !== "object" || dashboard === null || typeof dashboard.title !== "string") return new Error("no dashboard. Give the JSON that Grafana exports, an object with a title.");
    if (typeof dashboard.uid !== "string" || !dashboard.uid) return new Error("has no uid. Without one Grafana makes a new one at each start, and links break: add \"uid\".");
    return dashboard.uid;
  } catch (error) {
    return new Error(`no JSON: ${(error as Error).message}`);
  }
}
