import { spawn } from "node:child_process";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Written to the command's standard input. */
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Seconds after which the command is killed. @default 600 */
  seconds?: number;
}

/** Runs a program to its end and gives back what it wrote, whatever its exit code. Throws where it cannot be started or takes too long. */
export function tryRun(program: string, args: string[], { input, env, cwd, seconds = 600 }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: env ?? process.env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${shown(program, args)} did not end within ${seconds} s. Its output so far:\n${Buffer.concat([...out, ...err]).toString()}`));
    }, seconds * 1000);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", error => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? (signal ? 128 : 1), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    child.stdin.end(input);
  });
}

/** As {@link tryRun}, but an exit code other than 0 throws with everything the program wrote. Returns its trimmed output. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options);
  if (code !== 0) throw new Error(`${shown(program, args)} ended with ${code}:\n${stderr}${stdout}`);
  return stdout.trim();
}

/** Runs a shell line on this machine; for pipes. */
export function shell(line: string, options: RunOptions = {}): Promise<string> {
  return run("bash", ["-euo", "pipefail", "-c", line], options);
}

/** One answer may take this long: a request to a server that is just starting can stay open without ever being answered. */
const patience = 60_000;

/** Asks again and again until `ask` gives something that is neither undefined nor false; what it throws counts as not yet. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>, { seconds = 180, every = 1 } = {}): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown = "it was never there";
  for (;;) {
    try {
      const answer = await within(patience, ask());
      if (answer !== undefined && answer !== false) return answer as T;
      last = `the last answer was ${String(answer)}`;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s. ${last instanceof Error ? last.message : String(last)}`);
    await new Promise(wake => setTimeout(wake, every * 1000));
  }
}

/** Its timer also keeps the process alive: a request that hangs does not. */
function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function shown(program: string, args: string[]): string {
  const line = [program, ...args].join(" ");
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
