import { dashboardUid } from "./uids";

/** What is wrong with the user's own dashboards; each line says what, which value, and what to do. */
export function ownProblems(own: [file: string, text: string][]): string[] {
  const uids = new Map<string, string>(Object.values(dashboardUid).map(uid => [uid, "one of ours"]));
  return own.flatMap(([file, text]) => {
    const path = `dashboards.own[${JSON.stringify(file)}]`;
    if (!/^[\w.-]+\.json$/.test(file)) return [`${path}: not a file name. Use letters, digits, _ . and -, ending in .json.`];
    if (Object.values(dashboardUid).some(uid => file === `${uid}.json`)) return [`${path}: this is the file of one of our dashboards. Choose another name, or leave ours out and give yours another uid.`];
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
