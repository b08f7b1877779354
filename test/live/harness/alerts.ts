import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isFound, locatePrograms, type ProgramName } from "../../../components/local/programs";
import { alertmanagerFiles } from "../../../components/alerts";
import type { ResolvedSpec } from "../../../components/server/spec";
import { processLayout } from "../../../components/server/layout";
import { eventually } from "./command";
import { freePort } from "./free-ports";

/** What somebody posted. */
export interface Posted {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on the loopback that keeps what it is sent; `answers` by path, else Slack's "ok". */
export class Inbox {
  readonly all: Posted[] = [];
  private constructor(private readonly server: Server, readonly url: string) {}

  static async open(answers: Record<string, (posted: Posted) => object> = {}): Promise<Inbox> {
    let inbox: Inbox;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const posted = { path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() };
        inbox.all.push(posted);
        const answer = answers[posted.path]?.(posted);
        response.setHeader("Content-Type", answer ? "application/json" : "text/plain");
        response.end(answer ? JSON.stringify(answer) : "ok");
      });
    });
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    return (inbox = new Inbox(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  }

  /** The first post that fits, now or later. */
  async first(what: string, fits: (posted: Posted) => boolean, seconds = 30): Promise<Posted> {
    return eventually(what, async () => this.all.find(fits), { seconds, every: 0.2 }).catch((error: Error) => {
      throw new Error(`${error.message}\nWhat came: ${this.all.map(({ path, body }) => `${path} ${body.slice(0, 600)}`).join("\n") || "nothing"}`);
    });
  }

  close(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(resolve));
  }
}

/** Slack's attachment of a post. */
export interface SlackMessage {
  title: string;
  title_link: string;
  text: string;
  color: string;
  fallback: string;
}
export const slackMessage = ({ body }: Posted): SlackMessage => (JSON.parse(body) as { attachments: [SlackMessage] }).attachments[0];

/** Path of a program that these tests need; throws with the reason where it is not there. */
export async function program(name: ProgramName, tool: string = name): Promise<string> {
  const found = (await locatePrograms([name]))[name];
  if (!isFound(found)) throw new Error(`${name} is needed for this test: ${found.missing}`);
  return (found.paths as Record<string, string>)[tool] ?? found.path;
}

/** Writes files below a folder. */
export function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    rmSync(join(folder, path), { force: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The waiting times of Alertmanager's configuration made short, so that a test does not take minutes; nothing else is changed. */
export const hurried = (config: string) => config.replace(/group_wait: 30s/g, "group_wait: 1s").replace(/group_interval: 5m/g, "group_interval: 2s");

export interface RunningAlertmanager {
  url: string;
  folder: string;
  post(alerts: object[]): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** The real Alertmanager with the rendered files, hurried, and these secrets. */
export async function startAlertmanager(spec: ResolvedSpec, secrets: Record<string, string>, env: Record<string, string> = {}): Promise<RunningAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-alerts-"));
  const files = Object.entries(alertmanagerFiles(spec, processLayout)).map(([path, text]) => [`config/alertmanager/${path}`, hurried(text.replaceAll("@@root@@", folder))]);
  write(folder, { ...Object.fromEntries(files), ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`run/secrets/alertmanager/${name}`, value])) });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = "";
  const child: ChildProcess = spawn(
    await program("alertmanager"),
    [`--config.file=${folder}/config/alertmanager/alertmanager.yml`, `--storage.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } },
  );
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", chunk => void (output += chunk));
  const stop = async () => {
    const gone = new Promise(resolve => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const post = async (alerts: object[]) => {
    const answer = await fetch(`${url}/api/v2/alerts`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(alerts) });
    if (!answer.ok) throw new Error(`Alertmanager refuses the alerts: ${await answer.text()}`);
  };
  try {
    await eventually("Alertmanager ready", async () => child.exitCode === null && (await fetch(`${url}/-/ready`)).ok, { seconds: 20, every: 0.2 });
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${output}`);
  }
  return { url, folder, post, log: () => output, stop };
}
