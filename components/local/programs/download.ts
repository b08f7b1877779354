import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export type OnBytes = (done: number, total: number | undefined) => void;

class DownloadError extends Error {
  override name = "DownloadError";
}

/** A machine without internet should find that out once, not once a file. */
const unreachable = new Map<string, string>();
const connectSeconds = 5;

/** For tests: a host that could not be reached may be tried again. */
export function forgetUnreachable() {
  unreachable.clear();
}

/** Fetches `url` into `file`, or leaves no file. */
export async function download(url: string, file: string, onBytes: OnBytes = () => {}, withCurl?: boolean): Promise<void> {
  const host = new URL(url).host;
  const known = unreachable.get(host);
  if (known !== undefined) throw new DownloadError(`${url}: ${host} could not be reached (${known})`);
  try {
    // Node's own fetch knows nothing of HTTPS_PROXY and of a company's certificates; curl does.
    if (withCurl ?? (await hasCurl())) await byCurl(url, file, onBytes);
    else await byFetch(url, file, onBytes);
  } catch (error) {
    rmSync(file, { force: true });
    if (!(error instanceof Unreachable)) throw error;
    unreachable.set(host, error.message);
    throw new DownloadError(`${url}: ${host} could not be reached (${error.message})`);
  }
}

class Unreachable extends Error {}

let curl: Promise<boolean> | undefined;
function hasCurl(): Promise<boolean> {
  return (curl ??= new Promise(resolve => execFile("curl", ["--version"], error => resolve(error === null))));
}

async function byCurl(url: string, file: string, onBytes: OnBytes): Promise<void> {
  const headers = `${file}.headers`;
  const args = ["--fail", "--location", "--proto-redir", "=https", "--silent", "--show-error", "--connect-timeout", String(connectSeconds),
    "--speed-limit", "1024", "--speed-time", "30", "--suppress-connect-headers", "--dump-header", headers, "--output", file, url];
  const child = spawn("curl", args, { stdio: ["ignore", "ignore", "pipe"] });
  const report = () => {
    if (existsSync(file)) onBytes(statSync(file).size, announcedSize(headers));
  };
  const timer = setInterval(report, 500);
  let said = "";
  child.stderr.on("data", chunk => (said += chunk));
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    if (code === 0) return report();
    const reason = said.trim().split("\n")[0]?.replace(/^curl: \(\d+\) /, "") || `curl ended with ${code}`;
    const answered = existsSync(headers) && statSync(headers).size > 0;
    throw answered ? new DownloadError(`${url}: ${reason}`) : new Unreachable(reason);
  } finally {
    clearInterval(timer);
    rmSync(headers, { force: true });
  }
}

/** The last answer counts: the ones before it are redirections. */
function announcedSize(headers: string): number | undefined {
  if (!existsSync(headers)) return undefined;
  const last = readFileSync(headers, "utf8").split(/^HTTP\//m).pop() ?? "";
  const size = /^content-length: *(\d+)/im.exec(last)?.[1];
  return size === undefined ? undefined : Number(size);
}

async function byFetch(url: string, file: string, onBytes: OnBytes): Promise<void> {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(new Error(`no answer within ${connectSeconds} s`)), connectSeconds * 1000);
  const response = await fetch(url, { signal: connecting.signal })
    .catch(error => { throw new Unreachable(error?.cause?.message || error?.message || String(error)); })
    .finally(() => clearTimeout(timer));
  if (!response.ok || response.body === null) throw new DownloadError(`${url}: the server answered ${response.status}`);
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : Number(length);
  let done = 0;
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  let reported = 0;
  body.on("data", chunk => {
    done += chunk.length;
    if (Date.now() - reported < 500 && done !== total) return;
    reported = Date.now();
    onBytes(done, total);
  });
  await pipeline(body, createWriteStream(file)).catch(error => {
    throw new DownloadError(`${url}: the transfer broke off after ${done} bytes (${error?.cause?.message || error.message})`);
  });
}

/** Throws unless `file` is what the table, or else the publisher's list, says it is. Answers which of the two it was. */
export async function verify(file: string, release: { url: string; sha256?: string; checksums: string }, withCurl?: boolean): Promise<string> {
  const name = decodeURIComponent(new URL(release.url).pathname.split("/").pop() as string);
  let wanted = release.sha256;
  if (wanted === undefined) {
    const list = `${file}.checksums`;
    await download(release.checksums, list, undefined, withCurl);
    wanted = checksumIn(readFileSync(list, "utf8"), name);
    rmSync(list, { force: true });
    if (wanted === undefined) throw new DownloadError(`${release.checksums} has no line for ${name}; it was not used`);
  }
  const got = await digest(file, wanted.length === 128 ? "sha512" : "sha256");
  if (got === wanted.toLowerCase()) return release.sha256 === undefined ? `checksum from ${release.checksums}` : "pinned checksum";
  rmSync(file, { force: true });
  const source = release.sha256 === undefined ? release.checksums : "components/local/programs/table.ts";
  throw new DownloadError(`${release.url}: checksum ${got}, but ${source} says ${wanted}. The file was deleted; try again, and if it stays so, do not use it.`);
}

/** The checksum of `name` in a list of "<checksum>  <name>" lines, or the only checksum of a file that has one. */
export function checksumIn(list: string, name: string): string | undefined {
  const lines = list.split("\n").map(line => line.trim()).filter(Boolean);
  const hex = /^([0-9a-f]{128}|[0-9a-f]{64})(?:\s+\*?(?:\.\/)?(.+))?$/i;
  const found = lines.map(line => hex.exec(line)).filter(match => match !== null);
  return (found.find(match => match[2] === name) ?? (found.length === 1 && found[0]?.[2] === undefined ? found[0] : undefined))?.[1];
}

async function digest(file: string, algorithm: "sha256" | "sha512"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
